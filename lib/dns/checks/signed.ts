import { systemClock } from '../../clock.ts'
import type { Authority } from '../../zones/authority.ts'
import type { Zone, ZoneSigning } from '../../zones/zone.ts'
import { type SignedZone, unprovenIn } from '../dnssec/judge.ts'
import { renewalOf } from '../dnssec/renewal.ts'
import { readSignature } from '../dnssec/signature.ts'
import { signedZoneOf } from '../dnssec/zones-proof.ts'
import type { Target } from '../query.ts'
import { canonicalName } from '../wire/name.ts'
import { type Question, wantingProofs } from '../wire/question.ts'
import type { Answered } from '../wire/reply.ts'
import { type Check, createCheck, overhear } from './check.ts'
import { answerFaults, describeRrset } from './compare.ts'

const secondsNow = (): number => systemClock.now() / 1000

/**
 * Everything that is asked of a signed zone is asked again as validating resolvers do, and has to be proven by a key that the zone
 * publishes. None for a zone that is not signed.
 * @param plain what is asked without signatures, and compared with the zone: that is not done again.
 * @param zones all that the same servers have.
 */
export const signedChecks = ({ zone }: Authority, plain: readonly Check[], zones: readonly Zone[]): Check[] => {
  const signed = signedZoneOf(zone, zones)
  if (!zone.signing || !signed) return []
  const asked = new Map(
    plain.flatMap(({ questions: [question] }) => [
      [`${question.name} ${question.type} ${question.transport}`, question] as const,
    ]),
  )
  return [...[...asked.values()].map((question) => provenCheck(question, signed)), ...keyChecks(zone.signing, signed)]
}

const wanting = ({ name, type, transport }: Question): Question => wantingProofs({ name, type, transport })

const provenCheck = (question: Question, signed: SignedZone): Check =>
  createCheck({
    id: 'signed',
    questions: [wanting(question)],
    expected: expectedProof,
    judge: judgeProof(question, signed),
  })

const expectedProof = (): string => 'signatures of all records, and a proof of what is not there'

/** What is truncated is asked for by TCP, and so it is here. */
const judgeProof =
  ({ name, type }: Question, signed: SignedZone): Check['judge'] =>
  ([reply]) =>
    reply && !reply.tc ? unprovenIn(reply, { name: canonicalName(name), type }, signed, secondsNow()) : []

const transports = ['udp', 'tcp'] as const

const keyChecks = ({ published }: ZoneSigning, signed: SignedZone): Check[] =>
  transports.map((transport) =>
    createCheck({
      id: 'dnskey',
      questions: [wanting({ name: signed.origin, type: 'DNSKEY', transport })],
      expected: () => `${describeRrset(published)}, signed`,
      judge: ([reply]) => {
        if (!reply) return []
        const answers = reply.answers.filter(({ type }) => type !== 'RRSIG')
        const asked = { name: signed.origin, type: 'DNSKEY' }
        return [...answerFaults({ ...reply, answers }, published), ...unprovenIn(reply, asked, signed, secondsNow())]
      },
    }),
  )

/** Whether the signatures of a zone will soon end. Of a generation that somebody goes back to this is not asked. */
export const ageChecks = ({ zone }: Authority): Check[] =>
  zone.signing
    ? [
        createCheck({
          id: 'signature-age',
          questions: [wanting({ name: zone.origin, type: 'SOA', transport: 'udp' })],
          expected: () => 'signatures in the first two thirds of their time',
          judge: ([reply]) => (reply ? ageFaults(reply, secondsNow()) : []),
        }),
      ]
    : []

/**
 * Checks that say when the signatures of a zone end, where somebody asks for that.
 * @param note is told Unix times in seconds.
 */
export const noteEnds = (
  checks: readonly Check[],
  note: (check: Check, target: Target, end: number) => void,
): readonly Check[] =>
  overhear(
    checks,
    ({ id }) => id === 'signature-age',
    (check, replies, target) => {
      for (const { expiration } of replies.flatMap(signaturesIn)) note(check, target, expiration)
    },
  )

const signaturesIn = ({ answers }: Answered) =>
  answers.filter(({ type }) => type === 'RRSIG').map(({ rdata }) => readSignature(rdata))

const ageFaults = (reply: Answered, now: number): readonly string[] =>
  signaturesIn(reply)
    .filter(({ inception, expiration }) => now > renewalOf(inception, expiration))
    .map(({ covers, expiration }) => `the signature of ${covers} ends ${describeEnd(expiration, now)}`)

const describeEnd = (expiration: number, now: number): string => {
  const days = Math.floor((expiration - now) / 86_400)
  return `${new Date(expiration * 1000).toISOString().slice(0, 10)}, ${days < 1 ? 'within a day' : `in ${days} days`}`
}
