import { canonicalAddress } from '../../ip.ts'
import type { Authority } from '../../zones/authority.ts'
import { describeQuestion, type Question } from '../wire/question.ts'
import { type Check, createCheck } from './check.ts'
import { answerFaults, describeRrset } from './compare.ts'
import { overBoth } from './data.ts'

const idleMs = 300

/** Who answers, and by which way: identity, source address, TCP as resolvers use it, the question's own spelling. */
export const pathChecks = (first: Authority, nsids: readonly string[]): Check[] => [
  ...nsidChecks(first, nsids),
  sourceCheck(first),
  tcpCheck(first),
  ...caseChecks(first),
]

const nsidChecks = ({ zone }: Authority, nsids: readonly string[]): Check[] =>
  overBoth(
    { name: zone.origin, type: 'SOA' },
    {
      id: 'nsid',
      expected: () => `NSID ${nsids.join(' or ')}`,
      // A wrong one is a fault of any answer and found with the others that all answers share.
      judge: (reply) => (reply.nsid === null ? ['no NSID: the server does not say who it is'] : []),
    },
  )

const sourceCheck = ({ zone, soa }: Authority): Check => {
  const question: Question = { name: zone.origin, type: 'SOA', transport: 'udp', anySource: true }
  return createCheck({
    id: 'source',
    questions: [question],
    asked: () => `${describeQuestion(question)}, from a socket that takes answers from anywhere`,
    expected: () => 'the answer from the address and port that were asked',
    ownSocket: true,
    judge: ([reply], target) => {
      if (!reply) return []
      const { address, port } = reply.from
      const isSame = port === target.port && canonicalAddress(address) === canonicalAddress(target.address)
      return [...answerFaults(reply, soa), ...(isSame ? [] : [`the answer came from ${address} port ${port}`])]
    },
  })
}

const tcpCheck = ({ zone, soa, answered }: Authority): Check => {
  const soaQuestion: Question = { name: zone.origin, type: 'SOA', transport: 'tcp' }
  const ns = answered.find(({ name, type }) => name === zone.origin && type === 'NS') ?? soa
  const rrsets = [soa, ns, soa]
  return createCheck({
    id: 'tcp',
    questions: [soaQuestion, { ...soaQuestion, type: ns.type }, { ...soaQuestion, pauseMs: idleMs }],
    asked: () =>
      `${zone.origin} SOA and ${ns.type} in one write, then SOA again after ${idleMs} ms of silence on the same connection`,
    expected: () => `three answers: ${describeRrset(soa)} and ${describeRrset(ns)}`,
    ownSocket: true,
    judge: (replies) =>
      rrsets.flatMap((rrset, i) => {
        const reply = replies[i]
        return reply ? answerFaults(reply, rrset).map((fault) => `answer ${i + 1}: ${fault}`) : []
      }),
  })
}

const mixCase = (name: string): string =>
  [...name].map((letter, i) => (i % 2 === 0 ? letter.toUpperCase() : letter)).join('')

const caseChecks = ({ zone, soa }: Authority): Check[] => {
  const name = mixCase(zone.origin)
  return overBoth(
    { name, type: 'SOA' },
    {
      id: 'case',
      expected: () => `${describeRrset(soa)}, the question spelled ${name}`,
      judge: (reply) => [
        ...answerFaults(reply, soa),
        ...(reply.question?.name === name ? [] : [`the question came back as ${reply.question?.name}`]),
      ],
    },
  )
}
