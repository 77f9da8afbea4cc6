import { decodeMessage, type Message } from '../../lib/dns/wire/message.ts'
import { canonicalName, readName } from '../../lib/dns/wire/name.ts'
import { typeNumber } from '../../lib/dns/wire/record-types.ts'
import { type Answer, type Given, lookUp } from './authority.ts'
import type { ZoneData } from './zone-data.ts'

/** What a server does with a question: octets to send back, or nothing at all. */
export type Answerer = (asked: Buffer, transport: 'udp' | 'tcp') => Buffer | null

export interface AuthorityOptions {
  readonly zones: () => readonly ZoneData[]
  /** What NSID says; undefined for a server that does not say who it is. */
  readonly identity?: string
}

const rcodes = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const
type Rcode = keyof typeof rcodes

const largestDatagram = 1232
const transfers = ['AXFR', 'IXFR'].map(typeNumber)
const [optType, nsidCode] = [41, 3]
const flag = { qr: 0x8000, aa: 0x0400, tc: 0x0200, rd: 0x0100 } as const

/** An authoritative server for whatever zones there are at the moment, which passes all that BIND as our role configures it passes. */
export const createAuthority =
  ({ zones, identity }: AuthorityOptions): Answerer =>
  (asked, transport) => {
    const message = read(asked)
    if (message === undefined) return asked.length < 12 ? null : reply(asked, { rcode: 'FORMERR', isBare: true })
    if (message.qr) return null
    const opt = optOf(message, identity)
    const given = judge(message, asked, zones())
    const whole = reply(asked, { ...given, opt })
    const limit = Math.min(largestDatagram, Math.max(512, message.edns?.udpSize ?? 512))
    return transport === 'tcp' || whole.length <= limit
      ? whole
      : reply(asked, { rcode: given.rcode, aa: given.aa ?? false, tc: true, opt })
  }

const read = (asked: Buffer): Message | undefined => {
  try {
    return decodeMessage(asked)
  } catch {
    return undefined
  }
}

interface Reply extends Partial<Omit<Answer, 'rcode'>> {
  readonly rcode: Rcode
  readonly tc?: boolean
  readonly opt?: Opt | undefined
  /** Without the question, which could not be read. */
  readonly isBare?: boolean
}

const judge = (message: Message, asked: Buffer, zones: readonly ZoneData[]): Reply => {
  const { question, opcode, edns } = message
  if (opcode !== 0) return { rcode: 'NOTIMP' }
  if ((edns?.version ?? 0) > 0) return { rcode: 'BADVERS' }
  if (!question) return { rcode: 'FORMERR', isBare: true }
  if (question.class !== 1 || transfers.includes(question.type)) return { rcode: 'REFUSED' }
  const owner = asked.subarray(12, readName(asked, 12).end)
  return lookUp(zones, { name: canonicalName(question.name), owner, type: question.type })
}

interface Opt {
  readonly isDnssecOk: boolean
  readonly identity: string | undefined
}

const optOf = ({ edns }: Message, identity: string | undefined): Opt | undefined => {
  if (!edns) return undefined
  const isWanted = edns.options.some(({ code }) => code === nsidCode)
  return { isDnssecOk: (edns.flags & 0x8000) !== 0, identity: isWanted ? identity : undefined }
}

const reply = (asked: Buffer, { rcode, opt, isBare = false, ...rest }: Reply): Buffer => {
  const question = isBare || asked.readUInt16BE(4) === 0 ? undefined : asked.subarray(12, readName(asked, 12).end + 4)
  const sections = [rest.answers, rest.authority, rest.additional].map((records = []) =>
    records.flatMap((one) => recordsOf(one, question)),
  )
  const number = rcodes[rcode]
  const header = Buffer.alloc(12)
  asked.copy(header, 0, 0, 2)
  const echoed = asked.readUInt16BE(2) & (0x7800 | flag.rd)
  header.writeUInt16BE(flag.qr | echoed | (rest.aa ? flag.aa : 0) | (rest.tc ? flag.tc : 0) | (number & 0xf), 2)
  const counts = [question ? 1 : 0, ...sections.map(({ length }) => length)]
  if (opt) counts[3] = (counts[3] ?? 0) + 1
  for (const [index, count] of counts.entries()) header.writeUInt16BE(count, 4 + 2 * index)
  return Buffer.concat([
    header,
    question ?? Buffer.alloc(0),
    ...sections.flat(),
    ...(opt ? [optRecord(opt, number >> 4)] : []),
  ])
}

/** A name that is the question's is written as a pointer to it. */
const recordsOf = ({ owner, rrset, ttl }: Given, question: Buffer | undefined): readonly Buffer[] => {
  const name = question?.subarray(0, -4).equals(owner) ? Buffer.from([0xc0, 12]) : owner
  return rrset.rdata.map((data) => {
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16BE(rrset.type, 0)
    fixed.writeUInt16BE(1, 2)
    fixed.writeUInt32BE(ttl, 4)
    fixed.writeUInt16BE(data.length, 8)
    return Buffer.concat([name, fixed, data])
  })
}

const optRecord = ({ isDnssecOk, identity }: Opt, extendedRcode: number): Buffer => {
  const option = identity === undefined ? Buffer.alloc(0) : optionOf(nsidCode, Buffer.from(identity))
  const fixed = Buffer.alloc(11)
  fixed.writeUInt16BE(optType, 1)
  fixed.writeUInt16BE(largestDatagram, 3)
  fixed.writeUInt8(extendedRcode, 5)
  fixed.writeUInt16BE(isDnssecOk ? 0x8000 : 0, 7)
  fixed.writeUInt16BE(option.length, 9)
  return Buffer.concat([fixed, option])
}

const optionOf = (code: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(code, 0)
  head.writeUInt16BE(data.length, 2)
  return Buffer.concat([head, data])
}
