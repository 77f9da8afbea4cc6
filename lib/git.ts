import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InfraError } from './errors.ts'
import { ProgramMissing, runProgram } from './outside/program.ts'

const missing = { means: 'no other commit can be checked out', remedy: 'Install it: apt-get install git' }

const git = async (root: string, ...words: readonly string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await runProgram(['git', '-C', root, ...words], { missing })
  if (exitCode === 0) return stdout.trim()
  throw new Error(`git ${words.join(' ')} failed: ${stderr.trim()}`)
}

/**
 * Short hash of the commit that is checked out, with `-dirty` when any of `paths` has changes that are in no commit; empty
 * outside a git checkout.
 * @param paths relative to `root`, or absolute.
 */
export const readCommit = async (root: string, paths: readonly string[]): Promise<string> => {
  try {
    const commit = await git(root, 'rev-parse', '--short=12', 'HEAD')
    // a folder outside of the checkout is in no commit of it
    const changes = await git(root, 'status', '--porcelain', '--', ...paths).catch(() => 'outside')
    return changes === '' ? commit : `${commit}-dirty`
  } catch {
    return ''
  }
}

/**
 * Runs `work` with the folder of a second checkout, of `commit`, which is removed afterwards; the first is not touched.
 * @throws InfraError when the repository has no such commit, or git is missing.
 */
export const withCheckout = async <T>(
  root: string,
  commit: string,
  work: (folder: string) => Promise<T>,
): Promise<T> => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'dns-checkout-'))
  const folder = path.join(scratch, commit)
  try {
    await git(root, 'worktree', 'add', '--detach', folder, commit).catch((cause: unknown) => {
      if (cause instanceof ProgramMissing) throw cause
      throw new InfraError(`Commit ${commit} cannot be checked out of ${root}`, {
        hint: 'Fetch it (git fetch), or run from the checkout that made the generation before.',
        cause,
      })
    })
    return await work(folder)
  } finally {
    await git(root, 'worktree', 'remove', '--force', folder).catch(() => '')
    await rm(scratch, { recursive: true, force: true })
  }
}
