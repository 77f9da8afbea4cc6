import { createHash } from 'node:crypto'
import path from 'node:path'
import { InfraError } from '../lib/errors.ts'
import { userCacheDirectory } from './host/cache-directory.ts'

interface DualStack {
  readonly ipv4: string
  readonly ipv6: string
}

/** Where the little internet of a twin is: the servers above its zones, and resolvers to see them through. */
export interface InternetLayout {
  readonly namespace: string
  /** The twin's own end of the link there, and next hop back. */
  readonly nextHop: DualStack
  readonly root: DualStack
  /** Servers of the parent zone `test.`, by their names in it. */
  readonly parents: readonly (DualStack & { readonly name: string })[]
  readonly registrar: { readonly ipv4: string }
  /** The one to ask: unbound, which validates. */
  readonly resolver: DualStack
  /** Validates too, and is BIND. */
  readonly bindResolver: DualStack
  /** Validates what it hears from `plainResolver`, as many do behind the cache of a provider or a company. */
  readonly behindResolver: DualStack
  /** A cache that believes what it is told. */
  readonly plainResolver: DualStack
}

/** Every name and address of one local twin; a function of its state directory and slot, so nothing needs to be remembered. */
export interface TwinLayout {
  /** Eight hexadecimal digits, different for every state directory. */
  readonly id: string
  /** 1–126: which /24 and /56 in either half of the benchmark ranges (RFC 2544, RFC 5180) this twin uses. */
  readonly slot: number
  readonly stateDir: string
  /** Image and apt caches, shared by every twin of this user. */
  readonly cacheDir: string
  /** Network namespace of the twin, and the name of the link that leads there from the root namespace. */
  readonly namespace: string
  readonly ipv4Pool: string
  readonly ipv6Pool: string
  /** In the upper halves of the ranges, so that one network says "servers and this computer" and leaves the internet out. */
  readonly internetPool4: string
  readonly internetPool6: string
  readonly internet: InternetLayout
  /** The twin's own end of the road, and next hop of the root namespace. */
  readonly gateway4: string
  readonly gateway6: string
  /** The root namespace's end of the road; the apt cache listens here. */
  readonly hostAddress4: string
  readonly hostAddress6: string
  /** Not 3142: there a packaged apt-cacher-ng of this computer listens on every address. */
  readonly aptPort: number
}

export const highestSlot = 126

/**
 * @param stateDir directory of the twin's state; made absolute
 * @param slot 1–126
 * @param cacheDir absolute; by default the user's
 * @throws InfraError (2) for a directory that overlayfs or nspawn cannot name in its options
 */
export const layoutOf = (stateDir: string, slot: number, cacheDir = userCacheDirectory()): TwinLayout => {
  const directory = path.resolve(stateDir)
  verifyPlainPath(directory)
  verifyPlainPath(cacheDir)
  const id = idOf(directory)
  const prefix6 = `2001:2:0:${slot.toString(16)}`
  const namespace = `tw-${id}`
  return {
    id,
    slot,
    stateDir: directory,
    cacheDir,
    namespace,
    ipv4Pool: `198.18.${slot}.0/24`,
    ipv6Pool: `${prefix6}00::/56`,
    internetPool4: `198.19.${slot}.0/24`,
    internetPool6: `${internetPrefix6(slot)}::/56`,
    internet: internetOf(namespace, slot),
    gateway4: `198.18.${slot}.1`,
    gateway6: `${prefix6}00::1`,
    hostAddress4: `198.18.${slot}.254`,
    hostAddress6: `${prefix6}00::2`,
    aptPort: 3143,
  }
}

const internetPrefix6 = (slot: number): string => `2001:2:0:${(128 + slot).toString(16)}00`

const internetOf = (namespace: string, slot: number): InternetLayout => {
  const at = (host: number): DualStack => ({
    ipv4: `198.19.${slot}.${host}`,
    ipv6: `${internetPrefix6(slot)}::${host}`,
  })
  return {
    namespace: `${namespace}-i`,
    nextHop: at(1),
    root: at(10),
    parents: [
      { name: 'a.nic.test', ...at(11) },
      { name: 'b.nic.test', ...at(12) },
    ],
    registrar: { ipv4: at(20).ipv4 },
    resolver: at(53),
    bindResolver: at(54),
    behindResolver: at(55),
    plainResolver: at(56),
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
