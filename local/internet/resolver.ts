import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '../host/record.ts'
import type { InternetLayout } from '../layout.ts'
import { type Child, keepRunning } from './child.ts'
import type { ZoneKey } from './keys.ts'
import { copyProgram } from './program.ts'
import { rootHints } from './root-zone.ts'

export interface ResolverOptions {
  /** Of its own, and made. */
  readonly directory: string
  readonly address: InternetLayout['resolver']
  readonly servers: Pick<InternetLayout, 'root' | 'parents'>
  /** What it trusts, if it validates. */
  readonly rootKey: ZoneKey
}

interface ResolverProgram {
  readonly program: 'named' | 'unbound'
  readonly config: string
  /** Its command line, but for the file with that text. */
  readonly args: readonly string[]
}

/** Where a resolver reads where the root is. */
export const hintsFile = ({ directory }: Pick<ResolverOptions, 'directory'>): string =>
  path.join(directory, 'root.hints')

export const startResolver = async (
  options: ResolverOptions,
  { program, config, args }: ResolverProgram,
): Promise<Child> => {
  const { directory, servers } = options
  const file = path.join(directory, `${program}.conf`)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await writeWhole(hintsFile(options), rootHints(servers))
  await writeWhole(file, config)
  return keepRunning(await copyProgram(program, directory), [...args, '-c', file])
}
