import { execFile } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

/** The last commit before images were baked and what is slow was looked for. */
export const earlierCommit = '9cf3f00'
const root = path.resolve(import.meta.dirname, '..')
const git = (...words: readonly string[]) => promisify(execFile)('git', ['-C', root, ...words])

export interface EarlierTree {
  readonly cwd: string
  close(): Promise<void>
}

/**
 * An earlier build of this project in a worktree. The packages that it needs are among today's, in the same versions.
 * @returns undefined where the commit is not in the repository.
 */
export const openEarlierTree = async (folder: string): Promise<EarlierTree | undefined> => {
  const cwd = path.join(folder, 'earlier')
  const isThere = await git('cat-file', '-e', `${earlierCommit}^{commit}`).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  await git('worktree', 'add', '--quiet', '--detach', cwd, earlierCommit)
  await symlink(path.join(root, 'node_modules'), path.join(cwd, 'node_modules'))
  return {
    cwd,
    close: async () => {
      await git('worktree', 'remove', '--force', cwd)
    },
  }
}
