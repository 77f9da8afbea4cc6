import { createAuthority } from './authority-server.ts'
import { allOf, type Door, openDnsDoor } from './door.ts'
import { type PlainRecord, plainZone, type ZoneData } from './zone-data.ts'

export interface Domain {
  readonly nameservers: readonly string[]
  /** Addresses by the name of the host; neither with a final dot. */
  readonly hosts: ReadonlyMap<string, readonly string[]>
  /** The parent takes it for signed. */
  readonly isSigned?: boolean
}

export type Domains = ReadonlyMap<string, Domain>

interface ParentFaults {
  /** How long after the registrar accepted it a change is shown. */
  delayMs?: number
  /** Questions are not answered. */
  isSilent?: boolean
  /** What is shown instead of what was registered. */
  wrong?: (domains: Domains) => Domains
}

export interface Internet {
  readonly root: string
  /** The servers of `test.`: a and b. */
  readonly faults: Record<'a' | 'b', ParentFaults> & Record<'root', Pick<ParentFaults, 'isSilent'>>
  registered(): Domains
  register(domains: Domains): void
  /** The parents do as they should. */
  mend(): void
  /** Forgets how it came to what is registered now. */
  reset(domains: Domains): void
  close(): Promise<void>
}

const upperTtl = 60
const delegationTtl = 10
/** Key tag 1, algorithm 13, digest type 2, and a digest of 32 octets. */
const digest = `00010d02${'ab'.repeat(32)}`
const letters = ['a', 'b'] as const

/**
 * The root and two servers of `test.`, on the first addresses of a network.
 * @param prefix such as `127.9.8`
 * @throws the error of the system when port 53 cannot be had there
 */
export const startInternet = async (prefix: string, now: () => number): Promise<Internet> => {
  const addresses = { root: `${prefix}.1`, a: `${prefix}.2`, b: `${prefix}.3` }
  const faults: Internet['faults'] = { root: {}, a: {}, b: {} }
  let history: readonly { readonly at: number; readonly domains: Domains }[] = [{ at: 0, domains: new Map() }]
  const last = (): Domains => history.at(-1)?.domains ?? new Map()

  const shownBy = (letter: 'a' | 'b'): ZoneData => {
    const { delayMs = 0, wrong } = faults[letter]
    const shown = history.findLast(({ at }) => at + delayMs <= now())?.domains ?? new Map()
    return parentZone(addresses, wrong ? wrong(shown) : shown)
  }
  const answerers = {
    root: createAuthority({ zones: () => [rootZone(addresses)] }),
    a: createAuthority({ zones: () => [shownBy('a')] }),
    b: createAuthority({ zones: () => [shownBy('b')] }),
  }
  const open = (name: 'root' | 'a' | 'b'): Promise<Door> =>
    openDnsDoor({
      address: addresses[name],
      port: 53,
      answerer: () => (faults[name].isSilent ? () => null : answerers[name]),
    })
  const mend = (): void => {
    for (const name of ['root', ...letters] as const) faults[name] = {}
  }
  const door = await allOf([open('root'), open('a'), open('b')])
  return {
    root: addresses.root,
    faults,
    registered: last,
    register: (domains) => {
      history = [...history, { at: now(), domains }]
    },
    mend,
    reset: (domains) => {
      history = [{ at: 0, domains }]
      mend()
    },
    close: door.close,
  }
}

type Addresses = Readonly<Record<'root' | 'a' | 'b', string>>

const nic = (addresses: Addresses): readonly PlainRecord[] =>
  letters.flatMap((letter): readonly PlainRecord[] => [
    { name: 'test.', ttl: upperTtl, type: 'NS', data: `${letter}.nic.test.` },
    { name: `${letter}.nic.test.`, ttl: upperTtl, type: 'A', data: addresses[letter] },
  ])

const rootZone = (addresses: Addresses): ZoneData =>
  plainZone('.', [
    { name: '.', ttl: upperTtl, type: 'SOA', data: '1' },
    { name: '.', ttl: upperTtl, type: 'NS', data: 'root.invalid.' },
    { name: 'root.invalid.', ttl: upperTtl, type: 'A', data: addresses.root },
    ...nic(addresses),
  ])

const parentZone = (addresses: Addresses, domains: Domains): ZoneData => {
  const used = new Set([...domains.values()].flatMap(({ nameservers }) => nameservers))
  const hosts = [...domains.values()].flatMap((domain) => [...domain.hosts]).filter(([name]) => used.has(name))
  return plainZone('test.', [
    { name: 'test.', ttl: 2, type: 'SOA', data: '1' },
    ...nic(addresses),
    ...[...domains].flatMap(([name, { nameservers }]) =>
      nameservers.map((one): PlainRecord => ({ name: `${name}.`, ttl: delegationTtl, type: 'NS', data: `${one}.` })),
    ),
    ...[...domains].flatMap(([name, { isSigned }]): readonly PlainRecord[] =>
      isSigned ? [{ name: `${name}.`, ttl: delegationTtl, type: 'DS', data: digest }] : [],
    ),
    ...hosts.flatMap(([name, given]) =>
      given.map((data): PlainRecord => ({ name: `${name}.`, ttl: delegationTtl, type: 'A', data })),
    ),
  ])
}
