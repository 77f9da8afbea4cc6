import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { layoutOf, type TwinLayout } from '../../../../local/layout.ts'
import { machineName } from '../../../../local/machines/machine.ts'

/** A program in the place of `multipass` that has one machine, number 7, whose state is a word in a file. */
export interface Scripted {
  readonly program: string
  readonly layout: TwinLayout
  readonly name: string
  /** Sets the state it reports; undefined: there is no machine. */
  setState(state: string | undefined): Promise<void>
  state(): Promise<string | undefined>
  /** What it was asked for, besides the list. */
  asked(): Promise<readonly string[]>
  /** What the last launch or command inside had on its input. */
  input(): Promise<string>
  clean(): Promise<void>
}

/** @param cases lines of a shell's `case "$1 $2" in`, which come before what it usually does */
export const createScripted = async (cases = ''): Promise<Scripted> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'multipass-'))
  const at = (name: string): string => path.join(directory, name)
  const layout = layoutOf(at('twin'), 3)
  const name = machineName(layout, 7)
  const program = at('multipass')
  await writeFile(
    program,
    `#!/bin/sh
cd ${directory}
[ "$1" = list ] || echo "$*" >>asked
case "$1 $2" in
${cases}
list*)
  printf '\\033[2K\\r|'
  if [ -e state ]; then
    printf '{"list":[{"name":"other","state":"Running"},{"name":"${name}","state":"%s"}]}\\n' "$(cat state)"
  else
    echo '{"list":[]}'
  fi ;;
launch*) cat >input; echo Running >state; echo '[2026-11-23T16:00:00] [error] [x] noise' >&2 ;;
start*) echo Running >state ;;
stop* | recover*) echo Stopped >state ;;
delete*) rm -f state ;;
exec*) cat >input; echo said ;;
*) echo "Unknown command" >&2; exit 1 ;;
esac
`,
  )
  await chmod(program, 0o755)
  const read = (file: string): Promise<string | undefined> =>
    readFile(at(file), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    )
  return {
    program,
    layout,
    name,
    setState: (state) => (state === undefined ? rm(at('state'), { force: true }) : writeFile(at('state'), state)),
    state: () => read('state'),
    asked: async () => ((await read('asked')) ?? '').split('\n').filter(Boolean),
    input: async () => (await read('input')) ?? '',
    clean: () => rm(directory, { recursive: true, force: true }),
  }
}
