import type { Authority } from '../../zones/authority.ts'
import type { Question } from '../wire/question.ts'
import { type Check, createCheck } from './check.ts'
import { answerFaults, describeRrset } from './compare.ts'
import { overBoth } from './data.ts'

// RFC 6761 §6.4: nobody has a name below it, so no server of ours can.
const foreignName = 'foreign.invalid.'

/** What the server must not do for strangers: resolve, refer upwards, hand out zones, tell its version. */
export const closedChecks = (first: Authority, all: readonly Authority[]): Check[] => [
  ...noRecursionChecks(first),
  ...foreignChecks(),
  ...all.flatMap(({ zone }) => ['AXFR', 'IXFR'].map((type) => transferCheck(zone.origin, type))),
  versionCheck(),
]

const noRecursionChecks = ({ zone, soa }: Authority): Check[] =>
  overBoth(
    { name: zone.origin, type: 'SOA', rd: true },
    {
      id: 'no-ra',
      expected: () => `${describeRrset(soa)}, recursion not available (RA=0)`,
      // RA=1 is a fault of any answer and found with the others that all answers share.
      judge: (reply) => answerFaults(reply, soa),
    },
  )

const foreignChecks = (): Check[] =>
  overBoth(
    { name: foreignName, type: 'A', rd: true },
    {
      id: 'foreign',
      expected: () => 'REFUSED, without any record',
      judge: (reply) => [
        ...(reply.rcode === 'REFUSED' ? [] : [`${reply.rcode} instead of REFUSED`]),
        ...[...reply.answers, ...reply.authority].map(({ name, type }) => `a record about it: ${name} ${type}`),
      ],
    },
  )

const transferCheck = (origin: string, type: string): Check => {
  const question: Question = { name: origin, type, transport: 'tcp' }
  return createCheck({
    id: 'no-transfer',
    questions: [question],
    expected: () => 'REFUSED or the connection closed, without any record',
    ownSocket: true,
    mayClose: true,
    judge: ([reply]) => [
      ...(reply?.rcode === 'REFUSED' ? [] : [`${reply?.rcode} instead of REFUSED`]),
      ...(reply && reply.answers.length > 0
        ? [`${reply.answers.length} records of the zone in the first message`]
        : []),
    ],
  })
}

const versionCheck = (): Check => {
  // By TCP: BIND limits how many answers about itself it gives by UDP, and drops the rest without a word.
  const question: Question = { name: 'version.bind.', type: 'TXT', class: 'CH', transport: 'tcp' }
  return createCheck({
    id: 'version',
    questions: [question],
    expected: () => 'no version number',
    judge: ([reply]) =>
      (reply?.answers ?? [])
        .filter(({ rdata }) => /\d/.test(rdata))
        .map(({ rdata }) => `it tells its version: ${rdata}`),
  })
}
