import { execFile } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { runScript } from '../scripts/command.ts'

/** The last commit before images were baked and what is slow was looked for. */
const commit = '9cf3f00'
const root = path.resolve(import.meta.dirname, '../..')
const git = (...words: readonly string[]) => promisify(execFile)('git', ['-C', root, ...words])

export interface Earlier {
  readonly cwd: string
  readonly envFile: string
  /** Runs one of its scripts; throws with what it printed when it fails. */
  expect(name: string, ...args: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * An earlier build of this project in a worktree, with a twin of its own. The packages that it needs are among today's, in the same versions.
 * @returns undefined where the commit is not in the repository.
 */
export const startEarlier = async (folder: string): Promise<Earlier | undefined> => {
  const cwd = path.join(folder, 'earlier')
  const isThere = await git('cat-file', '-e', `${commit}^{commit}`).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  await git('worktree', 'add', '--quiet', '--detach', cwd, commit)
  const state = path.join(folder, 'earlier-state')
  const run = async (name: string, args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await runScript(name, args, {}, cwd)
    if (code !== 0) throw new Error(`${commit} ${name}: exit ${code}\n${stdout}\n${stderr}`)
  }
  const close = async (): Promise<void> => {
    await run('local-down', ['--state', state])
    await git('worktree', 'remove', '--force', cwd)
  }
  try {
    await symlink(path.join(root, 'node_modules'), path.join(cwd, 'node_modules'))
    await run('local-up', ['--state', state])
  } catch (error) {
    await close()
    throw error
  }
  const envFile = path.join(state, 'twin.env')
  return { cwd, envFile, expect: (name, ...args) => run(name, ['--env-file', envFile, ...args]), close }
}
