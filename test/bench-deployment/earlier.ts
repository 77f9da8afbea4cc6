import path from 'node:path'
import { earlierCommit, openEarlierTree } from '../earlier-tree.ts'
import { runScript } from '../scripts/command.ts'

export interface Earlier {
  readonly cwd: string
  readonly envFile: string
  /** Runs one of its scripts; throws with what it printed when it fails. */
  expect(name: string, ...args: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * An earlier build of this project, with a twin of its own.
 * @returns undefined where the commit is not in the repository.
 */
export const startEarlier = async (folder: string): Promise<Earlier | undefined> => {
  const tree = await openEarlierTree(folder)
  if (!tree) return undefined
  const state = path.join(folder, 'earlier-state')
  const run = async (name: string, args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await runScript(name, args, {}, tree.cwd)
    if (code !== 0) throw new Error(`${earlierCommit} ${name}: exit ${code}\n${stdout}\n${stderr}`)
  }
  const close = async (): Promise<void> => {
    await run('local-down', ['--state', state])
    await tree.close()
  }
  try {
    await run('local-up', ['--state', state])
  } catch (error) {
    await close()
    throw error
  }
  const envFile = path.join(state, 'twin.env')
  return { cwd: tree.cwd, envFile, expect: (name, ...args) => run(name, ['--env-file', envFile, ...args]), close }
}
