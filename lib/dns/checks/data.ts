import type { Authority } from '../../zones/authority.ts'
import { addressesFor, type Chain, type Follow } from '../../zones/chain.ts'
import type { RRset } from '../../zones/rrset.ts'
import { isWithin } from '../wire/name.ts'
import { type Question, udpLimitOf } from '../wire/question.ts'
import type { Answered } from '../wire/reply.ts'
import { largestMessage } from '../wire/size.ts'
import { type Check, createCheck } from './check.ts'
import { answerFaults, contradictions, describeRrset, differences, headerFaults, truncatedFaults } from './compare.ts'
import { inventName } from './invented.ts'

const transports = ['udp', 'tcp'] as const

type Asked = Pick<Question, 'name' | 'type' | 'rd'>

type Rest = Pick<Check, 'id' | 'expected'> & {
  readonly judge: (reply: Answered) => readonly string[]
}

const ofFirst =
  (judge: Rest['judge']): Check['judge'] =>
  ([reply]) =>
    reply ? judge(reply) : []

/** The same question over UDP and TCP, each a check of its own. What must come of it may depend on the transport. */
const overEach = ({ name, type, rd }: Asked, restOf: (asked: Question) => Rest): Check[] =>
  transports.map((transport) => {
    const asked: Question = rd === undefined ? { name, type, transport } : { name, type, transport, rd }
    const { id, expected, judge } = restOf(asked)
    return createCheck({ id, questions: [asked], expected, judge: ofFirst(judge) })
  })

/** The same question over UDP and TCP, each a check of its own. */
export const overBoth = (question: Asked, rest: Rest): Check[] => overEach(question, () => rest)

/** Over UDP an answer may be truncated if, with all that can belong to it, it may be longer than what was offered. */
const mayBeTruncated = (question: Question, rrsets: readonly RRset[]): boolean =>
  question.transport === 'udp' && largestMessage(question.name, rrsets) > udpLimitOf(question)

const orTruncated = (mayTruncate: boolean): string => (mayTruncate ? ', or truncated' : '')

export interface DataOptions {
  /** What the SOA must carry. */
  readonly serial: number
  /** Through all zones that the same server has: an alias may lead into another one. */
  readonly follow: Follow
}

/** The zone is there, current, and complete: every RRset that its file holds, with exactly its data and TTL. */
export const dataChecks = (authority: Authority, { serial, follow }: DataOptions): Check[] => [
  ...soaChecks(authority),
  ...serialChecks(authority, serial),
  ...authority.answered.flatMap((rrset) => rrsetChecks(rrset)),
  ...authority.answered
    .filter(({ type }) => type === 'CNAME')
    .flatMap((alias) => aliasChecks(alias, follow(alias.name, 'A'))),
  ...authority.wildcards.flatMap((wildcard) => wildcardChecks(wildcard, authority, serial)),
  ...authority.cuts.flatMap((cut) => referralChecks(cut, authority, serial)),
]

const soaChecks = ({ zone, soa }: Authority): Check[] =>
  overBoth(
    { name: zone.origin, type: 'SOA' },
    {
      id: 'soa',
      expected: () => `an authoritative answer with exactly one SOA record, of ${zone.origin}`,
      judge: (reply) => {
        const others = reply.answers.filter(({ name, type }) => name !== soa.name || type !== 'SOA')
        const count = reply.answers.length - others.length
        return [
          ...headerFaults(reply),
          ...(count === 1 ? [] : [`${count} SOA records of ${soa.name}`]),
          ...others.map(({ name, type }) => `not asked for: ${name} ${type}`),
        ]
      },
    },
  )

const serialChecks = ({ zone }: Authority, serial: number): Check[] =>
  overBoth(
    { name: zone.origin, type: 'SOA' },
    {
      id: 'serial',
      expected: () => `serial ${serial}`,
      judge: (reply) => (reply.serial === serial ? [] : [`serial ${reply.serial ?? 'missing'} instead of ${serial}`]),
    },
  )

const described = (rrset: RRset) => () => describeRrset(rrset)

const rrsetChecks = (rrset: RRset): Check[] => wholeChecks(rrset, { id: 'rrsets', expected: described(rrset) })

const thoughTruncated = (expected: () => string) => () => `${expected()}${orTruncated(true)}`

/** An answer that is one RRset and nothing else. */
const wholeChecks = (rrset: RRset, { id, expected }: Pick<Check, 'id' | 'expected'>): Check[] => {
  const whole: Rest = { id, expected, judge: judgeWhole(rrset) }
  return overEach({ name: rrset.name, type: rrset.type }, (asked) =>
    mayBeTruncated(asked, [rrset])
      ? { id, expected: thoughTruncated(expected), judge: judgeWholeOrTruncated(rrset) }
      : whole,
  )
}

const judgeWhole = (rrset: RRset) => (reply: Answered) => answerFaults(reply, rrset)

const judgeWholeOrTruncated = (rrset: RRset) => (reply: Answered) =>
  reply.tc ? truncatedFaults(reply, rrset) : answerFaults(reply, rrset)

/** Asked for another type, an alias answers with itself first, then with what it leads to (RFC 1034 §4.3.2, step 3a). */
const aliasChecks = (alias: RRset, { links, inZone }: Chain): Check[] => {
  const possible = links.flatMap(({ answer }) => answer)
  const required = inZone.flatMap(({ answer }) => answer)
  const others = links.flatMap((link) => link.others)
  return overEach({ name: alias.name, type: 'A' }, (asked) => {
    const mayTruncate = mayBeTruncated(asked, [...possible, ...others])
    return {
      id: 'rrsets',
      expected: () => `${describeRrset(alias)}, and what it leads to${orTruncated(mayTruncate)}`,
      judge: (reply) => aliasFaults(reply, { required, possible, mayTruncate }),
    }
  })
}

interface ExpectedChain {
  readonly required: readonly RRset[]
  readonly possible: readonly RRset[]
  readonly mayTruncate: boolean
}

/** The target may be missing or elsewhere: what the answer ends with is then not for this zone to say. */
const aliasFaults = (reply: Answered, { required, possible, mayTruncate }: ExpectedChain): string[] => {
  const isCut = mayTruncate && reply.tc
  const recordsOf = (rrset: RRset) =>
    reply.answers.filter(({ name, type }) => name === rrset.name && type === rrset.type)
  const mayBePart = (rrset: RRset): boolean => isCut || (!required.includes(rrset) && recordsOf(rrset).length === 0)
  const rcode = ['NXDOMAIN', 'YXDOMAIN'].includes(reply.rcode) ? reply.rcode : 'NOERROR'
  return [
    ...headerFaults({ ...reply, tc: reply.tc && !isCut }, rcode),
    ...possible.flatMap((rrset) => (mayBePart(rrset) ? contradictions : differences)(rrset, recordsOf(rrset))),
    ...reply.answers
      .filter((record) => !possible.some(({ name, type }) => record.name === name && record.type === type))
      .map(({ name, type }) => `not asked for: ${name} ${type}`),
  ]
}

const wildcardChecks = (wildcard: RRset, { names }: Authority, serial: number): Check[] => {
  const name = inventName(wildcard.name.slice('*.'.length), `synthesised-${serial}`, (taken) => names.has(taken))
  if (name === undefined) return []
  const synthesised = { ...wildcard, name }
  return wholeChecks(synthesised, {
    id: 'wildcard',
    expected: () => `${describeRrset(synthesised)} (from ${wildcard.name})`,
  })
}

const referralChecks = (cut: RRset, authority: Authority, serial: number): Check[] => {
  const addresses = addressesFor(cut, authority)
  const glue = addresses.filter(({ name }) => isWithin(name, cut.name))
  const name = inventName(cut.name, `below-${serial}`) ?? cut.name
  return overEach({ name, type: 'A' }, (asked) => {
    const mayTruncate = mayBeTruncated(asked, [cut, ...addresses])
    return {
      id: 'below-cut',
      expected: () =>
        `a referral: not authoritative, no answer, ${describeRrset(cut)} in the authority section${glue.length > 0 ? ', glue with it' : ''}${mayTruncate ? ', as far as there is room' : ''}`,
      judge: (reply) => referralFaults(reply, { cut, glue, mayTruncate }),
    }
  })
}

interface ExpectedReferral {
  readonly cut: RRset
  readonly glue: readonly RRset[]
  readonly mayTruncate: boolean
}

/** A server with too little room leaves out addresses first, often without a word (BIND does), and nameservers with TC=1. */
const referralFaults = (reply: Answered, { cut, glue, mayTruncate }: ExpectedReferral): string[] => {
  const judgeNames = mayTruncate && reply.tc ? contradictions : differences
  const judgeGlue = mayTruncate ? contradictions : differences
  return [
    ...(reply.rcode === 'NOERROR' ? [] : [`${reply.rcode} instead of NOERROR`]),
    ...(reply.aa ? ['authoritative (AA=1) for a name that is delegated away'] : []),
    ...(reply.tc && !mayTruncate ? ['truncated (TC=1)'] : []),
    ...reply.answers.map(({ name, type }) => `an answer instead of a referral: ${name} ${type}`),
    ...judgeNames(cut, reply.authority).map((fault) => `authority section: ${fault}`),
    ...glue.flatMap((host) => {
      const records = reply.additional.filter(({ name, type }) => name === host.name && type === host.type)
      return judgeGlue(host, records).map((fault) => `glue of ${host.name}: ${fault}`)
    }),
  ]
}
