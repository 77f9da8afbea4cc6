import type { Authority } from '../../zones/authority.ts'
import type { RRset } from '../../zones/rrset.ts'
import { type Check, createCheck } from '../check.ts'
import { answerFaults, describeRrset, differences, headerFaults } from '../compare.ts'
import { isWithin } from '../name.ts'
import { describeQuestion, type Question, udpLimitOf } from '../question.ts'
import { largestAnswer } from '../size.ts'

const transports = ['udp', 'tcp'] as const

type Rest = Pick<Check, 'id' | 'expected'> & {
  readonly judge: (reply: Parameters<Check['judge']>[0][0]) => readonly string[]
}

/** The same question over UDP and TCP, each a check of its own. */
export const overBoth = (question: Omit<Question, 'transport'>, { judge, ...rest }: Rest): Check[] =>
  transports.map((transport) => {
    const asked = { ...question, transport }
    return createCheck({
      ...rest,
      questions: [asked],
      asked: describeQuestion(asked),
      judge: ([reply]) => (reply ? judge(reply) : []),
    })
  })

/** The zone is there, current, and complete: every RRset that its file holds, with exactly its data and TTL. */
export const dataChecks = (authority: Authority, serial: number): Check[] => [
  ...soaChecks(authority),
  ...serialChecks(authority, serial),
  ...authority.answered.flatMap((rrset) => rrsetChecks(rrset)),
  ...authority.answered.filter(({ type }) => type === 'CNAME').flatMap((rrset) => aliasChecks(rrset)),
  ...authority.wildcards.flatMap((rrset) => wildcardChecks(rrset, serial)),
  ...authority.cuts.flatMap((cut) => referralChecks(cut, authority, serial)),
]

const soaChecks = ({ zone, soa }: Authority): Check[] =>
  overBoth(
    { name: zone.origin, type: 'SOA' },
    {
      id: 'soa',
      expected: `an authoritative answer with exactly one SOA record, of ${zone.origin}`,
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
      expected: `serial ${serial}`,
      judge: (reply) => (reply.serial === serial ? [] : [`serial ${reply.serial ?? 'missing'} instead of ${serial}`]),
    },
  )

const rrsetChecks = (rrset: RRset): Check[] =>
  transports.map((transport) => {
    const question: Question = { name: rrset.name, type: rrset.type, transport }
    const mayTruncate = transport === 'udp' && largestAnswer(rrset) > udpLimitOf(question)
    return createCheck({
      id: 'rrsets',
      questions: [question],
      asked: describeQuestion(question),
      expected: `${describeRrset(rrset)}${mayTruncate ? ', or truncated' : ''}`,
      judge: ([reply]) => {
        if (!reply) return []
        // What is left of a truncated answer is no RRset to compare; TCP brings the whole (RFC 2181 §9).
        return mayTruncate && reply.tc ? headerFaults({ ...reply, tc: false }) : answerFaults(reply, rrset)
      },
    })
  })

/** Asked for another type, an alias answers with itself first (RFC 1034 §4.3.2, step 3a). */
const aliasChecks = (alias: RRset): Check[] =>
  overBoth(
    { name: alias.name, type: 'A' },
    {
      id: 'rrsets',
      expected: `${describeRrset(alias)}, and what it leads to`,
      judge: (reply) => {
        const own = reply.answers.filter(({ name }) => name === alias.name)
        // The target may be missing or elsewhere; the alias itself is what this zone says.
        return [...headerFaults(reply, reply.rcode === 'NXDOMAIN' ? 'NXDOMAIN' : 'NOERROR'), ...differences(alias, own)]
      },
    },
  )

const wildcardChecks = (wildcard: RRset, serial: number): Check[] => {
  const name = `synthesised-${serial}${wildcard.name.slice(1)}`
  const synthesised = { ...wildcard, name }
  return overBoth(
    { name, type: wildcard.type },
    {
      id: 'wildcard',
      expected: `${describeRrset(synthesised)} (from ${wildcard.name})`,
      judge: (reply) =>
        reply.tc && reply.rcode === 'NOERROR'
          ? headerFaults({ ...reply, tc: false })
          : answerFaults(reply, synthesised),
    },
  )
}

const referralChecks = (cut: RRset, { zone }: Authority, serial: number): Check[] => {
  const glue = zone.rrsets.filter(
    ({ name, type }) => (type === 'A' || type === 'AAAA') && cut.rdata.includes(name) && isWithin(name, cut.name),
  )
  return overBoth(
    { name: `below-${serial}.${cut.name}`, type: 'A' },
    {
      id: 'below-cut',
      expected: `a referral: not authoritative, no answer, ${describeRrset(cut)} in the authority section${glue.length > 0 ? ', glue with it' : ''}`,
      judge: (reply) => [
        ...(reply.rcode === 'NOERROR' ? [] : [`${reply.rcode} instead of NOERROR`]),
        ...(reply.aa ? ['authoritative (AA=1) for a name that is delegated away'] : []),
        ...reply.answers.map(({ name, type }) => `an answer instead of a referral: ${name} ${type}`),
        ...differences(cut, reply.authority).map((fault) => `authority section: ${fault}`),
        ...(reply.tc ? [] : glue.flatMap((host) => glueFaults(host, reply.additional))),
      ],
    },
  )
}

const glueFaults = (host: RRset, additional: Parameters<typeof differences>[1]): string[] => {
  const records = additional.filter(({ name, type }) => name === host.name && type === host.type)
  return differences(host, records).map((fault) => `glue of ${host.name}: ${fault}`)
}
