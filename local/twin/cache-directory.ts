import { homedir } from 'node:os'
import path from 'node:path'

/** Where this user keeps what can be made or fetched again (XDG Base Directory Specification). */
export const userCacheDirectory = (): string =>
  path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'blue-green-dns')
