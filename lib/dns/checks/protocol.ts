import type { Authority } from '../../zones/authority.ts'
import type { RRset } from '../../zones/rrset.ts'
import { type EdnsRequest, type Question, udpLimitOf, usualEdns } from '../wire/question.ts'
import type { Answered } from '../wire/reply.ts'
import { smallestTextAnswer } from '../wire/size.ts'
import { type Check, createCheck } from './check.ts'
import { answerFaults, denialFaults, describeRrset, headerFaults, truncatedFaults } from './compare.ts'
import { overBoth } from './data.ts'

// What RFC 8906 §8 uses: unassigned, so that no server may know them.
const unknownOption = 100
const unknownFlag = 0x40
const unknownOpcode = 15

/** What resolvers rely on beyond the data: EDNS, truncation, odd questions. Asked once per server. */
export const protocolChecks = (first: Authority, all: readonly Authority[]): Check[] => [
  ...all.flatMap(truncationChecks),
  ednsCheck(first),
  ednsVersionCheck(first),
  ednsOptionCheck(first),
  ednsFlagCheck(first),
  ...unknownTypeChecks(first),
  opcodeCheck(first),
]

const overUdp = (
  question: Omit<Question, 'transport'>,
  rest: Pick<Check, 'id' | 'expected'> & { readonly judge: (reply: Answered) => readonly string[] },
): Check => {
  const asked: Question = { ...question, transport: 'udp' }
  const judge: Check['judge'] = ([reply]) => (reply ? rest.judge(reply) : [])
  return createCheck({ ...rest, questions: [asked], judge })
}

const optFaults = ({ edns }: Answered): string[] => {
  if (edns === null) return ['no OPT record in the answer']
  return edns.version === 0 ? [] : [`EDNS version ${edns.version} in the answer instead of 0`]
}

/** TXT only: other data may be compressed, so that nobody can say how large its answer is. */
const findOversized = ({ answered }: Authority, limit: number): RRset | undefined =>
  answered.find((rrset) => rrset.type === 'TXT' && !rrset.name.startsWith('*.') && smallestTextAnswer(rrset) > limit)

const truncationChecks = (authority: Authority): Check[] => {
  const big = findOversized(authority, usualEdns.size)
  const medium = findOversized(authority, 512)
  return [
    ...(big ? [truncatedCheck(big, usualEdns), completeCheck(big)] : []),
    ...(medium ? [truncatedCheck(medium, null)] : []),
  ]
}

const truncatedCheck = (rrset: RRset, edns: EdnsRequest | null): Check => {
  const { name, type } = rrset
  const limit = edns?.size ?? 512
  return overUdp(
    { name, type, edns },
    {
      id: 'truncation',
      expected: () => `truncated (TC=1), at most ${limit} octets${edns ? '' : ', no OPT record'}`,
      judge: (reply) => [
        ...(reply.tc ? [] : [`not truncated (TC=0), ${reply.bytes} octets`]),
        ...truncatedFaults(reply, rrset),
        ...(!edns && reply.edns ? ['an OPT record in the answer to a question without one'] : []),
      ],
    },
  )
}

const completeCheck = (rrset: RRset): Check => {
  const question: Question = { name: rrset.name, type: rrset.type, transport: 'tcp' }
  return createCheck({
    id: 'truncation',
    questions: [question],
    expected: () => `the whole over TCP: ${describeRrset(rrset)}`,
    judge: ([reply]) => (reply ? answerFaults(reply, rrset) : []),
  })
}

const largestOf = ({ answered, soa }: Authority): RRset =>
  answered.reduce((best, rrset) => (rrset.octets > best.octets ? rrset : best), soa)

const ednsCheck = (authority: Authority): Check => {
  const { name, type } = largestOf(authority)
  const limit = udpLimitOf({ name, type, transport: 'udp' })
  return overUdp(
    { name, type },
    {
      id: 'edns',
      expected: () => `an OPT record of version 0, at most ${limit} octets`,
      judge: (reply) => [...headerFaults({ ...reply, tc: false }), ...optFaults(reply)],
    },
  )
}

const ednsVersionCheck = ({ zone }: Authority): Check =>
  overUdp(
    { name: zone.origin, type: 'SOA', edns: { ...usualEdns, version: 1 } },
    {
      id: 'edns-version',
      expected: () => 'BADVERS, an OPT record of version 0, no answer',
      judge: (reply) => [
        ...(reply.rcode === 'BADVERS' ? [] : [`${reply.rcode} instead of BADVERS`]),
        ...optFaults(reply),
        ...(reply.answers.length > 0 ? ['an answer all the same'] : []),
      ],
    },
  )

const ednsOptionCheck = ({ zone, soa }: Authority): Check =>
  overUdp(
    {
      name: zone.origin,
      type: 'SOA',
      edns: { ...usualEdns, options: [...usualEdns.options, { code: unknownOption, data: Buffer.alloc(0) }] },
    },
    {
      id: 'edns-option',
      expected: () => `${describeRrset(soa)}, the unknown option not repeated`,
      judge: (reply) => [
        ...answerFaults(reply, soa),
        ...optFaults(reply),
        ...(reply.edns?.options.some(({ code }) => code === unknownOption) ? [`option ${unknownOption} repeated`] : []),
      ],
    },
  )

const ednsFlagCheck = ({ zone, soa }: Authority): Check =>
  overUdp(
    { name: zone.origin, type: 'SOA', edns: { ...usualEdns, flags: unknownFlag } },
    {
      id: 'edns-flag',
      expected: () => `${describeRrset(soa)}, the unknown flag not repeated`,
      judge: (reply) => [
        ...answerFaults(reply, soa),
        ...optFaults(reply),
        ...((reply.edns?.flags ?? 0) & unknownFlag ? [`flag 0x${unknownFlag.toString(16)} repeated`] : []),
      ],
    },
  )

const unknownTypeChecks = ({ zone, soa, answered }: Authority): Check[] => {
  // From the range for private use (RFC 6895 §3.1), but a zone may well hold one of them.
  const taken = new Set(answered.filter(({ name }) => name === zone.origin).map(({ type }) => type))
  const type = ['TYPE65280', 'TYPE65281', 'TYPE65282'].find((candidate) => !taken.has(candidate)) ?? 'TYPE65283'
  return overBoth(
    { name: zone.origin, type },
    {
      id: 'unknown-type',
      expected: () => 'no data (NOERROR without an answer), authoritative',
      judge: (reply) => denialFaults(reply, soa, 'NOERROR'),
    },
  )
}

const opcodeCheck = ({ zone }: Authority): Check =>
  overUdp(
    { name: zone.origin, type: 'SOA', opcode: unknownOpcode },
    {
      id: 'opcode',
      expected: () => 'NOTIMP',
      judge: (reply) => (reply.rcode === 'NOTIMP' ? [] : [`${reply.rcode} instead of NOTIMP`]),
    },
  )
