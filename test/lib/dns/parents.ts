import { createSocket, type Socket } from 'node:dgram'
import { type Answer, decode, encode, type Packet } from 'dns-packet'
import type { Endpoint } from '../../../lib/dns/wire/reply.ts'

interface Ds {
  readonly keyTag: number
  readonly algorithm: number
  readonly digestType: number
  readonly digest: Buffer
}

/** What one server of `test.` has to say of one zone. */
type Saying =
  | 'silence'
  | 'SERVFAIL'
  | 'absent'
  | {
      readonly ns: readonly string[]
      readonly glue?: Readonly<Record<string, string>>
      /** Seconds; default 10. */
      readonly ttl?: number
      /** Key tags alone have some digest. Default: a denial, as of an unsigned delegation. */
      readonly ds?: readonly (number | Ds)[] | 'silence' | 'referral' | 'denied by the child'
    }

/** A root and two servers of `test.`; what these say can be changed at any time. */
export interface Parents {
  readonly root: Endpoint
  readonly addresses: Readonly<Record<'a' | 'b', string>>
  /** Of zones nobody has said anything of, nothing exists. */
  say(parent: 'a' | 'b' | 'both', zone: string, saying: Saying): void
  /** Root and parents have no answer for anything any more. */
  cut(isCut: boolean): void
  close(): void
}

/** A range of loopback of its own for each process that tests: `127.x.y`. */
export const ownNetwork = (first: number): string => `127.${first}.${1 + (process.pid % 250)}`

const rcodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const
const authoritative = 0x0400

const soaOf = (name: string): Answer => ({
  type: 'SOA',
  name,
  ttl: 2,
  data: { mname: 'a.nic.test', rname: 'hostmaster.nic.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 2 },
})

const addressRecord = (name: string, address: string, ttl: number): Answer => ({
  type: address.includes(':') ? 'AAAA' : 'A',
  name,
  ttl,
  data: address,
})

type Reply = Pick<Packet, 'answers' | 'authorities' | 'additionals'> & {
  readonly rcode?: keyof typeof rcodes
  readonly aa?: boolean
}

const referral = (zone: string, { ns, glue = {}, ttl = 10 }: Exclude<Saying, string>): Reply => ({
  authorities: ns.map((data) => ({ type: 'NS', name: zone, ttl, data })),
  additionals: Object.entries(glue).map(([address, name]) => addressRecord(name, address, ttl)),
})

const dsReply = (zone: string, saying: Exclude<Saying, string>): Reply | undefined => {
  const { ds = [], ttl = 10 } = saying
  if (ds === 'silence') return undefined
  if (ds === 'referral') return referral(zone, saying)
  if (ds === 'denied by the child') return { aa: true, authorities: [soaOf(zone)] }
  const digest = Buffer.alloc(32, 1)
  const answers = ds.map(
    (one): Answer => ({
      type: 'DS',
      name: zone,
      ttl,
      data: typeof one === 'number' ? { keyTag: one, algorithm: 13, digestType: 2, digest } : one,
    }),
  )
  return { aa: true, answers, authorities: answers.length === 0 ? [soaOf('test')] : [] }
}

const replyOf = (zone: string, type: string, saying: Saying): Reply | undefined => {
  if (saying === 'silence') return undefined
  if (saying === 'SERVFAIL') return { rcode: 'SERVFAIL' }
  if (saying === 'absent') return { rcode: 'NXDOMAIN', aa: true, authorities: [soaOf('test')] }
  return type === 'DS' ? dsReply(zone, saying) : referral(zone, saying)
}

const listen = async (
  { address, port }: Endpoint,
  answer: (name: string, type: string) => Reply | undefined,
): Promise<Socket> => {
  const socket = createSocket('udp4')
  socket.on('message', (bytes, from) => {
    const { id, questions = [] } = decode(bytes)
    const [question] = questions
    const reply = question && answer(question.name.toLowerCase(), question.type)
    if (!reply || !question) return
    const { rcode = 'NOERROR', aa = false, ...sections } = reply
    const flags = (aa ? authoritative : 0) | rcodes[rcode]
    socket.send(
      encode({ type: 'response', id: id ?? 0, flags, questions: [question], ...sections }),
      from.port,
      from.address,
    )
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => resolve())
  })
  return socket
}

/** @param network three octets of loopback that nobody else uses. */
export const startParents = async (network: string): Promise<Parents> => {
  const addresses = { a: `${network}.11`, b: `${network}.12` }
  const sayings = { a: new Map<string, Saying>(), b: new Map<string, Saying>() }
  let isCut = false
  const delegation = {
    ns: ['a.nic.test', 'b.nic.test'],
    glue: { [addresses.a]: 'a.nic.test', [addresses.b]: 'b.nic.test' },
  }
  const root = await listen({ address: `${network}.1`, port: 0 }, () =>
    isCut ? { rcode: 'SERVFAIL' } : referral('test', delegation),
  )
  const { port } = root.address()
  const parents = await Promise.all(
    (['a', 'b'] as const).map((name) =>
      listen({ address: addresses[name], port }, (zone, type) =>
        isCut ? { rcode: 'SERVFAIL' } : replyOf(zone, type, sayings[name].get(zone) ?? 'absent'),
      ),
    ),
  )
  return {
    root: { address: `${network}.1`, port },
    addresses,
    say: (parent, zone, saying) => {
      for (const name of ['a', 'b'] as const) if (parent === name || parent === 'both') sayings[name].set(zone, saying)
    },
    cut: (cut) => {
      isCut = cut
    },
    close: () => {
      for (const socket of [root, ...parents]) socket.close()
    },
  }
}

/** What a server of ours answers for a zone: the TTLs of its NS set and of its hosts. It refuses what is not told. */
interface ChildZone {
  readonly nsTtl: number
  readonly hosts: Readonly<Record<string, { readonly address: string; readonly ttl: number }>>
}

export interface Child {
  say(zone: string, saying: ChildZone | 'silence' | 'SERVFAIL' | 'REFUSED'): void
  close(): void
}

/** A server of zones of ours, at port 53 of an address of loopback. */
export const startChild = async (address: string): Promise<Child> => {
  const sayings = new Map<string, ChildZone | 'silence' | 'SERVFAIL' | 'REFUSED'>()
  const socket = await listen({ address, port: 53 }, (name, type) => {
    const zone = [...sayings.keys()].find((one) => name === one || name.endsWith(`.${one}`))
    const saying = zone === undefined ? undefined : sayings.get(zone)
    if (zone === undefined || saying === undefined || saying === 'REFUSED') return { rcode: 'REFUSED' }
    if (saying === 'silence') return undefined
    if (saying === 'SERVFAIL') return { rcode: 'SERVFAIL' }
    const host = type === 'A' ? saying.hosts[name] : undefined
    const answers: readonly Answer[] =
      type === 'NS' && name === zone
        ? Object.keys(saying.hosts).map((data) => ({ type: 'NS', name: zone, ttl: saying.nsTtl, data }))
        : host
          ? [addressRecord(name, host.address, host.ttl)]
          : []
    return { aa: true, answers: [...answers], authorities: answers.length === 0 ? [soaOf(zone)] : [] }
  })
  return { say: (zone, saying) => void sayings.set(zone, saying), close: () => void socket.close() }
}
