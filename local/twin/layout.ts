import { createHash } from 'node:crypto'
import path from 'node:path'
import { InfraError } from '../../lib/errors.ts'
import { userCacheDirectory } from './cache-directory.ts'

/** Every name and address of one local twin; a function of its state directory and slot, so nothing needs to be remembered. */
export interface TwinLayout {
  /** Eight hexadecimal digits, different for every state directory. */
  readonly id: string
  /** 1–254: which /24 and /56 of the benchmark ranges (RFC 2544, RFC 5180) this twin uses. */
  readonly slot: number
  readonly stateDir: string
  /** Image and apt caches, shared by every twin of this user. */
  readonly cacheDir: string
  /** Network namespace of the twin, and the name of the link that leads there from the root namespace. */
  readonly namespace: string
  readonly ipv4Pool: string
  readonly ipv6Pool: string
  /** The twin's own end of the road, and next hop of the root namespace. */
  readonly gateway4: string
  readonly gateway6: string
  /** The root namespace's end of the road; the apt cache listens here. */
  readonly hostAddress4: string
  readonly hostAddress6: string
  /** Not 3142: there a packaged apt-cacher-ng of this computer listens on every address. */
  readonly aptPort: number
}

export const highestSlot = 254

/**
 * @param stateDir directory of the twin's state; made absolute
 * @param slot 1–254
 * @param cacheDir absolute; by default the user's
 * @throws InfraError (2) for a directory that overlayfs or nspawn cannot name in its options
 */
export const layoutOf = (stateDir: string, slot: number, cacheDir = userCacheDirectory()): TwinLayout => {
  const directory = path.resolve(stateDir)
  verifyPlainPath(directory)
  verifyPlainPath(cacheDir)
  const id = idOf(directory)
  const prefix6 = `2001:2:0:${slot.toString(16)}`
  return {
    id,
    slot,
    stateDir: directory,
    cacheDir,
    namespace: `tw-${id}`,
    ipv4Pool: `198.18.${slot}.0/24`,
    ipv6Pool: `${prefix6}00::/56`,
    gateway4: `198.18.${slot}.1`,
    gateway6: `${prefix6}00::1`,
    hostAddress4: `198.18.${slot}.254`,
    hostAddress6: `${prefix6}00::2`,
    aptPort: 3143,
  }
}

const idOf = (directory: string): string => createHash('sha256').update(directory).digest('hex').slice(0, 8)

/** Overlay mount options are split at `,` and `:`, nspawn's at `:`. */
const verifyPlainPath = (directory: string): void => {
  if (/^[\w./@+-]+$/.test(directory)) return
  throw new InfraError(`${directory} cannot hold machines: only letters, digits and ./@+_- may occur in its path`, {
    hint: 'Name another directory with --state.',
    exitCode: 2,
  })
}
