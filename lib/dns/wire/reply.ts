import { type DnsRecord, decodeMessage, type Message, nsidOf } from './message.ts'
import { canonicalName } from './name.ts'
import { classNumberOf, type PreparedQuestion } from './question.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface Answered extends Message {
  readonly kind: 'answered'
  readonly nsid: string | null
  /** Serial of the first SOA record in the answer section. */
  readonly serial: number | null
  readonly bytes: number
  readonly ms: number
  readonly from: Endpoint
}

export interface Unanswered {
  /**
   * `timeout` nothing that fits the question came · `refused` ICMP port unreachable, or the connection was refused ·
   * `closed` the connection ended first · `unreachable` the packet could not be sent · `malformed` an answer with our id
   * that cannot be decoded · `aborted` the caller stopped waiting.
   */
  readonly kind: 'timeout' | 'refused' | 'closed' | 'unreachable' | 'malformed' | 'aborted'
  readonly detail: string
  readonly ms: number
}

/** What became of a question. Never thrown: silence and garbage are findings, not accidents. */
export type Reply = Answered | Unanswered

/** Servers may leave the question out when they could not read it (FORMERR, NOTIMP); all else must repeat it. */
const mayOmitQuestion: ReadonlySet<string> = new Set(['FORMERR', 'NOTIMP', 'REFUSED', 'SERVFAIL'])

const hasOurQuestion = ({ question, rcode }: Message, asked: PreparedQuestion): boolean => {
  if (question === null) return mayOmitQuestion.has(rcode)
  return (
    question.type === asked.type &&
    question.class === classNumberOf(asked.question) &&
    canonicalName(question.name) === asked.canonicalName
  )
}

export type Reading =
  | { readonly message: Message }
  /** Not an answer to this question: to be ignored as a forgery would be (RFC 5452 §4), but told if nothing else comes. */
  | { readonly ignored: string }
  | { readonly malformed: string }

/** Reads octets that arrived with the right id. Decoding never throws past here. */
export const readReply = (bytes: Buffer, asked: PreparedQuestion): Reading => {
  try {
    const message = decodeMessage(bytes)
    if (!message.qr) return { ignored: 'a question instead of an answer' }
    if (!hasOurQuestion(message, asked)) return { ignored: 'the answer to another question' }
    return { message }
  } catch (cause) {
    return { malformed: cause instanceof Error ? cause.message : String(cause) }
  }
}

const headerBytes = 12

/** The id of a message, or undefined when it is too short to have one. */
export const idOf = (bytes: Buffer): number | undefined => (bytes.length < 2 ? undefined : bytes.readUInt16BE(0))

/** What came when it has no id that was asked with. Too little for any answer is a sign of a proxy or a device, not of a forgery. */
export const describeStray = ({ length }: Buffer): string => {
  if (length === 0) return 'an empty message'
  return length < headerBytes ? `too few octets for an answer (${length})` : 'an answer with another id'
}

/** The end of the sentence about a question that got no answer. */
export const describeIgnored = (ignored: ReadonlySet<string> | undefined): string =>
  ignored && ignored.size > 0 ? `; ignored: ${[...ignored].join(', ')}` : ''

const serialOf = (answers: readonly DnsRecord[]): number | null => {
  const soa = answers.find(({ type }) => type === 'SOA')
  return soa ? Number(soa.rdata.split(' ')[2]) : null
}

/** Property by property, since it is done for every answer and a copy of the whole takes several times as long. */
export const answered = (message: Message, { bytes, ms, from }: Pick<Answered, 'bytes' | 'ms' | 'from'>): Answered => ({
  kind: 'answered',
  id: message.id,
  qr: message.qr,
  opcode: message.opcode,
  aa: message.aa,
  tc: message.tc,
  rd: message.rd,
  ra: message.ra,
  rcode: message.rcode,
  question: message.question,
  answers: message.answers,
  authority: message.authority,
  additional: message.additional,
  edns: message.edns,
  nsid: nsidOf(message),
  serial: serialOf(message.answers),
  bytes,
  ms,
  from,
})

const describeRecords = (records: readonly DnsRecord[]): string =>
  records
    .slice(0, 3)
    .map(
      ({ name, ttl, type, rdata }) => `${name} ${ttl} ${type} ${rdata.length > 80 ? `${rdata.slice(0, 80)}…` : rdata}`,
    )
    .join(' | ') + (records.length > 3 ? ` | … ${records.length} records` : '')

/** One line a person can read: `NXDOMAIN, authoritative, no answer; authority: example.test. 300 SOA …`. */
export const describeReply = (reply: Reply): string => {
  if (reply.kind !== 'answered') return reply.detail
  const flags = [
    reply.aa ? 'authoritative' : 'not authoritative',
    ...(reply.tc ? ['truncated'] : []),
    ...(reply.ra ? ['recursion available'] : []),
  ]
  const answers = reply.answers.length > 0 ? describeRecords(reply.answers) : 'no answer'
  const authority = reply.authority.length > 0 ? `; authority: ${describeRecords(reply.authority)}` : ''
  return `${reply.rcode}, ${flags.join(', ')}, ${answers}${authority}`
}
