import { canonicalName, readName } from './name.ts'
import { presentRdata } from './rdata.ts'
import { typeName } from './record-types.ts'

/** One resource record in the form in which an artefact's records are written too, so that the two can be compared. */
export interface DnsRecord {
  /** Canonical: lower case, absolute. */
  readonly name: string
  readonly type: string
  /** The number, 1 = IN. */
  readonly class: number
  readonly ttl: number
  readonly rdata: string
}

interface EdnsOption {
  readonly code: number
  readonly data: Buffer
}

interface Edns {
  readonly udpSize: number
  readonly version: number
  readonly flags: number
  readonly options: readonly EdnsOption[]
}

interface EchoedQuestion {
  /** In the case it came back in. */
  readonly name: string
  readonly type: number
  readonly class: number
}

export interface Message {
  readonly id: number
  readonly qr: boolean
  readonly opcode: number
  readonly aa: boolean
  readonly tc: boolean
  readonly rd: boolean
  readonly ra: boolean
  /** With the upper bits from the OPT record (RFC 6891 §6.1.3), so that BADVERS is not read as NOERROR. */
  readonly rcode: string
  readonly question: EchoedQuestion | null
  readonly answers: readonly DnsRecord[]
  readonly authority: readonly DnsRecord[]
  /** Without the OPT record. */
  readonly additional: readonly DnsRecord[]
  readonly edns: Edns | null
}

const optType = 41
const nsidCode = 3
const rcodeNames = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET']
const moreRcodes: Readonly<Record<number, string>> = {
  8: 'NXRRSET',
  9: 'NOTAUTH',
  10: 'NOTZONE',
  16: 'BADVERS',
  23: 'BADCOOKIE',
}

const rcodeName = (rcode: number): string => rcodeNames[rcode] ?? moreRcodes[rcode] ?? `RCODE${rcode}`

interface Section {
  readonly records: readonly DnsRecord[]
  readonly opt: { readonly edns: Edns; readonly extendedRcode: number } | undefined
  readonly end: number
}

const readOptions = (message: Buffer, start: number, end: number): EdnsOption[] => {
  const options: EdnsOption[] = []
  let at = start
  while (at < end) {
    const next = at + 4 + message.readUInt16BE(at + 2)
    if (next > end) throw new Error(`EDNS option at octet ${at} leaves its record`)
    options.push({ code: message.readUInt16BE(at), data: message.subarray(at + 4, next) })
    at = next
  }
  return options
}

const readSection = (message: Buffer, offset: number, count: number): Section => {
  const records: DnsRecord[] = []
  let opt: Section['opt']
  let at = offset
  for (let i = 0; i < count; i++) {
    const { name, end: head } = readName(message, at)
    const type = message.readUInt16BE(head)
    const start = head + 10
    const end = start + message.readUInt16BE(head + 8)
    if (end > message.length) throw new Error(`record at octet ${at} leaves the message`)
    const klass = message.readUInt16BE(head + 2)
    if (type === optType) {
      if (opt) throw new Error('more than one OPT record')
      const edns = {
        udpSize: klass,
        version: message.readUInt8(head + 5),
        flags: message.readUInt16BE(head + 6),
        options: readOptions(message, start, end),
      }
      opt = { edns, extendedRcode: message.readUInt8(head + 4) }
    } else {
      const rdata = presentRdata(message, start, end, type)
      records.push({
        name: canonicalName(name),
        type: typeName(type),
        class: klass,
        ttl: message.readUInt32BE(head + 4),
        rdata,
      })
    }
    at = end
  }
  return { records, opt, end: at }
}

/**
 * Decodes a whole DNS message without losing anything that a comparison needs. dns-packet's decoder would: it splits names
 * at every dot, replaces octets that are not UTF-8, drops the extended bits of the rcode and has no form for newer types.
 * @throws Error on anything that is not one complete message, octets after its end included.
 */
export const decodeMessage = (message: Buffer): Message => {
  if (message.length < 12) throw new Error(`${message.length} octets are no DNS message`)
  const flags = message.readUInt16BE(2)
  const { question, end: afterQuestion } = readQuestion(message)
  const answers = readSection(message, afterQuestion, message.readUInt16BE(6))
  const authority = readSection(message, answers.end, message.readUInt16BE(8))
  const additional = readSection(message, authority.end, message.readUInt16BE(10))
  if (answers.opt || authority.opt) throw new Error('OPT record outside the additional section')
  if (additional.end !== message.length)
    throw new Error(`${message.length - additional.end} octets after the last record`)
  return {
    id: message.readUInt16BE(0),
    qr: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    aa: (flags & 0x0400) !== 0,
    tc: (flags & 0x0200) !== 0,
    rd: (flags & 0x0100) !== 0,
    ra: (flags & 0x0080) !== 0,
    rcode: rcodeName((flags & 0xf) + 16 * (additional.opt?.extendedRcode ?? 0)),
    question,
    answers: answers.records,
    authority: authority.records,
    additional: additional.records,
    edns: additional.opt?.edns ?? null,
  }
}

const readQuestion = (message: Buffer): { question: EchoedQuestion | null; end: number } => {
  const count = message.readUInt16BE(4)
  if (count > 1) throw new Error(`${count} questions in one message`)
  if (count === 0) return { question: null, end: 12 }
  const { name, end } = readName(message, 12)
  return { question: { name, type: message.readUInt16BE(end), class: message.readUInt16BE(end + 2) }, end: end + 4 }
}

/** The name that the server gave itself (NSID, RFC 5001), or null if it gave none. */
export const nsidOf = ({ edns }: Pick<Message, 'edns'>): string | null =>
  edns?.options.find(({ code }) => code === nsidCode)?.data.toString('latin1') ?? null
