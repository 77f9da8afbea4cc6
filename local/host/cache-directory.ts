import { homedir } from 'node:os'
import path from 'node:path'
import { isInSpace } from './space.ts'

/**
 * Where this user keeps what can be made or fetched again (XDG Base Directory Specification). A space has its own, also when
 * the real root is given the same home: users have other numbers in it, and slots count anew.
 */
export const userCacheDirectory = (): string =>
  path.join(
    process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'),
    isInSpace() ? 'blue-green-dns-space' : 'blue-green-dns',
  )
