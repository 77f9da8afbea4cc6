import { runOrFail } from '../host/run.ts'
import { highestSlot, layoutOf, type TwinLayout } from '../layout.ts'

interface Range {
  readonly bits: 32 | 128
  readonly first: bigint
  readonly last: bigint
}

/** The numbers an address or CIDR range stands for. */
export const rangeOf = (text: string): Range => {
  const [address = '', length] = text.split('/')
  const bits = address.includes(':') ? 128 : 32
  const value = bits === 128 ? ipv6Number(address) : ipv4Number(address)
  const free = BigInt(bits - (length === undefined ? bits : Number(length)))
  const first = (value >> free) << free
  return { bits, first, last: first + (1n << free) - 1n }
}

const ipv4Number = (address: string): bigint => {
  const octets = address.split('.').map(Number)
  return [0, 1, 2, 3].reduce((sum, index) => (sum << 8n) + BigInt(octets[index] ?? 0), 0n)
}

const ipv6Number = (address: string): bigint => {
  const [head = '', tail] = address.split('::')
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after].reduce((sum, hextet) => (sum << 16n) + BigInt(`0x${hextet}`), 0n)
}

export const overlap = (a: Range, b: Range): boolean => a.bits === b.bits && a.first <= b.last && b.first <= a.last

/** Every range of a twin that the root namespace has a route to. */
export const rangesOf = ({ ipv4Pool, ipv6Pool, internetPool4, internetPool6 }: TwinLayout): readonly string[] => [
  ipv4Pool,
  ipv6Pool,
  internetPool4,
  internetPool6,
]

/**
 * Slots whose ranges no route of this computer touches, lowest first.
 * @param routes destinations as `ip route` prints them; a default route touches nothing
 */
export const freeSlots = (routes: readonly string[]): readonly number[] => {
  const taken = routes.filter((route) => /^[\da-f.:]+(\/\d+)?$/i.test(route) && !/\/0$/.test(route)).map(rangeOf)
  const isFree = (slot: number): boolean => {
    const ranges = rangesOf(layoutOf('/', slot, '/')).map(rangeOf)
    return ranges.every((range) => !taken.some((other) => overlap(range, other)))
  }
  return Array.from({ length: highestSlot }, (_, index) => index + 1).filter(isFree)
}

/** Destinations of every route and address of the root namespace. */
export const readRoutes = async (): Promise<readonly string[]> => {
  const tables = await Promise.all(
    ['-4', '-6'].map((family) => runOrFail(['ip', family, '-j', 'route', 'show', 'table', 'all'])),
  )
  return tables.flatMap((text) => (JSON.parse(text) as { readonly dst: string }[]).map((route) => route.dst))
}
