import { encode, type Packet, type RecordType } from 'dns-packet'
import { canonicalName, maxWireLength } from './name.ts'
import { typeNumber } from './record-types.ts'

export interface EdnsRequest {
  /** UDP payload size offered, in octets. */
  readonly size: number
  readonly version?: number
  readonly flags?: number
  readonly options?: readonly { readonly code: number; readonly data: Buffer }[]
}

export interface Question {
  /** Sent in the case it is written in; with or without the trailing dot. */
  readonly name: string
  /** `SOA`, `TYPE65280` … */
  readonly type: string
  readonly class?: 'IN' | 'CH'
  readonly transport: 'udp' | 'tcp'
  /** Recursion desired; default false. */
  readonly rd?: boolean
  /** Default 0 (QUERY). */
  readonly opcode?: number
  /** Default: size 1232 and NSID. `null` leaves EDNS out. */
  readonly edns?: EdnsRequest | null
  /** Takes the answer from whatever address it comes from, to see whether it is the right one. UDP only. */
  readonly anySource?: boolean
  /** Waits so long before asking, on a connection that stays open. TCP only. */
  readonly pauseMs?: number
}

/** A question as it goes on the wire, with id 0: encoded once, sent many times. */
export interface PreparedQuestion {
  readonly question: Question
  readonly bytes: Buffer
  readonly canonicalName: string
  readonly type: number
}

const nsidOption = { code: 3, data: Buffer.alloc(0) }
const classNumbers = { IN: 1, CH: 3 } as const

/** 1232 octets pass every usual path without fragments (RFC 9715); the NSID says which server it was (RFC 5001). */
export const usualEdns = { size: 1232, options: [nsidOption] } as const satisfies EdnsRequest

/** The flag DO: signatures and proofs are wanted (RFC 3225). */
const wantsProofs = 0x8000

/** The same question as validating resolvers ask it. */
export const wantingProofs = (question: Question): Question => ({
  ...question,
  edns: { ...usualEdns, flags: wantsProofs },
})

export const isWantingProofs = (question: Question): boolean => ((ednsOf(question)?.flags ?? 0) & wantsProofs) !== 0

export const ednsOf = (question: Question): EdnsRequest | null =>
  question.edns === undefined ? usualEdns : question.edns

/** How large a UDP answer may become: what EDNS offers, else 512 (RFC 1035 §4.2.1). */
export const udpLimitOf = (question: Question): number => ednsOf(question)?.size ?? 512

export const classNumberOf = (question: Question): number => classNumbers[question.class ?? 'IN']

const optRecord = ({ size, version = 0, flags = 0, options = [] }: EdnsRequest) => ({
  type: 'OPT' as const,
  name: '.',
  udpPayloadSize: size,
  extendedRcode: 0,
  ednsVersion: version,
  flags,
  flag_do: false,
  // The typings list a few codes; given its data, any number is encoded.
  options: options.map(({ code, data }) => ({ code: code as 12, data })),
})

const soaOfSerialOne = (name: string) => ({
  type: 'SOA' as const,
  name,
  ttl: 0,
  data: { mname: '.', rname: '.', serial: 1 },
})

/** @throws InfraError for a type that has no number. */
export const prepareQuestion = (question: Question): PreparedQuestion => {
  const type = typeNumber(question.type)
  const bytes = (isUsual(question, type) && encodeUsual(question.name, type)) || encodeAny(question, type)
  return { question, bytes, canonicalName: canonicalName(question.name), type }
}

const encodeAny = (question: Question, type: number): Buffer => {
  const edns = ednsOf(question)
  const packet: Packet = {
    type: 'query',
    id: 0,
    flags: ((question.opcode ?? 0) << 11) | (question.rd ? 0x0100 : 0),
    // By number: every type is encoded alike then, also those that dns-packet has no name for.
    questions: [{ name: question.name, type: `UNKNOWN_${type}` as RecordType, class: question.class ?? 'IN' }],
    // An IXFR says from which serial on (RFC 1995 §3); without it servers answer FORMERR before they look at permissions.
    authorities: type === typeNumber('IXFR') ? [soaOfSerialOne(question.name)] : [],
    additionals: edns ? [optRecord(edns)] : [],
  }
  return encode(packet)
}

const isUsual = ({ class: klass = 'IN', rd = false, opcode = 0, edns }: Question, type: number): boolean =>
  klass === 'IN' && !rd && opcode === 0 && edns === undefined && type !== typeNumber('IXFR')

const headerOctets = 12
// With the shortest name, so that what is before and behind a name can be told from it.
const usual = encodeAny({ name: '.', type: 'A', transport: 'udp' }, 1)
const usualHead = usual.subarray(0, headerOctets)
const usualTail = usual.subarray(headerOctets + 1)

/**
 * What nearly all questions are, put together from what dns-packet makes of one of them and the name: a fifth of the time.
 * @returns undefined for a name that dns-packet has to look at: one with escapes, octets outside ASCII, or too long a label.
 */
const encodeUsual = (name: string, type: number): Buffer | undefined => {
  if (!/^(?:[!-\-/-[\]-~]{1,63}\.)+$/.test(name) || name.length >= maxWireLength) return undefined
  const bytes = Buffer.allocUnsafe(headerOctets + name.length + 1 + usualTail.length)
  usualHead.copy(bytes)
  // Each dot is where the length of the label behind it stands, the first one before the name.
  bytes.write(name, headerOctets + 1, 'latin1')
  for (let at = 0; at < name.length; ) {
    const end = name.indexOf('.', at)
    bytes[headerOctets + at] = end - at
    at = end + 1
  }
  bytes[headerOctets + name.length] = 0
  usualTail.copy(bytes, headerOctets + name.length + 1)
  bytes.writeUInt16BE(type, headerOctets + name.length + 1)
  return bytes
}

/** What was asked, in one line: `www.example.test. A, without EDNS`. */
export const describeQuestion = (question: Question): string => {
  const edns = ednsOf(question)
  const remarks = [
    ...(question.rd ? ['recursion desired'] : []),
    ...(question.opcode ? [`opcode ${question.opcode}`] : []),
    ...(edns === null ? ['without EDNS'] : []),
    ...(edns?.version ? [`EDNS version ${edns.version}`] : []),
    ...(edns?.flags ? [`EDNS flags 0x${edns.flags.toString(16)}`] : []),
    ...(edns?.options ?? []).filter(({ code }) => code !== nsidOption.code).map(({ code }) => `EDNS option ${code}`),
  ]
  const klass = question.class === 'CH' ? 'CH ' : ''
  return [`${question.name} ${klass}${question.type}`, ...remarks].join(', ')
}

/** The same question for a person to type. */
export const digCommand = (target: { readonly address: string; readonly port: number }, question: Question): string => {
  const edns = ednsOf(question)
  const words = [
    `dig @${target.address}`,
    ...(target.port === 53 ? [] : [`-p ${target.port}`]),
    question.rd ? '+recurse' : '+norecurse',
    ...(question.transport === 'tcp' ? ['+tcp'] : ['+ignore']),
    ...(question.opcode ? [`+opcode=${question.opcode}`] : []),
    ...(edns === null ? ['+noedns'] : ['+nsid', `+bufsize=${edns.size}`, '+nocookie']),
    ...(edns?.version ? [`+edns=${edns.version}`, '+noednsnegotiation'] : []),
    ...(edns?.flags ? [`+ednsflags=0x${edns.flags.toString(16)}`] : []),
    ...(edns?.options ?? []).filter(({ code }) => code !== nsidOption.code).map(({ code }) => `+ednsopt=${code}`),
    `'${question.name}'`,
    ...(question.class === 'CH' ? ['CH'] : []),
    question.type === 'IXFR' ? 'IXFR=1' : question.type,
  ]
  return words.join(' ')
}
