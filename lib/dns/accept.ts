import { authorityOf } from '../zones/authority.ts'
import type { Zone } from '../zones/compile.ts'
import type { RRset } from '../zones/rrset.ts'
import { canonicalName } from './name.ts'
import { query, type Target } from './query.ts'
import { type Question, udpLimitOf } from './question.ts'
import type { Answered } from './reply.ts'
import { largestAnswer } from './size.ts'

/** What one generation of nameservers answers to the witness's questions. */
export interface KnownGeneration {
  readonly generation: number
  /** By name and type; a question that is not in here is not compared. */
  readonly answers: ReadonlyMap<string, string>
}

const keyOf = ({ name, type }: Pick<Question, 'name' | 'type'>): string => `${canonicalName(name)} ${type}`

/** An answer as one text: equal texts, equal answers. */
const fingerprint = (rcode: string, records: readonly string[]): string => [rcode, ...[...records].sort()].join('\n')

const fingerprintOfReply = ({ rcode, answers }: Answered): string =>
  fingerprint(
    rcode,
    answers.map(({ name, ttl, type, rdata }) => `${name} ${ttl} ${type} ${rdata}`),
  )

const fingerprintOfRrset = ({ name, ttl, type, rdata }: RRset): string =>
  fingerprint(
    'NOERROR',
    rdata.map((data) => `${name} ${ttl} ${type} ${data}`),
  )

/** `ns1.1790000000` → 1790000000; NaN for an identity of another form. */
const generationOfNsid = (nsid: string): number => Number(/\.(\d+)$/.exec(nsid)?.[1] ?? Number.NaN)

const fitsDatagram = (rrset: RRset, question: Question): boolean => largestAnswer(rrset) <= udpLimitOf(question)

const answeredOf = (zones: readonly Zone[]): readonly RRset[] =>
  zones.flatMap((zone) => authorityOf(zone, zones).answered)

/** Every RRset that fits into a datagram, as a question. */
export const witnessQuestions = (zones: readonly Zone[]): readonly Question[] =>
  answeredOf(zones)
    .map((rrset) => ({ rrset, question: { name: rrset.name, type: rrset.type, transport: 'udp' as const } }))
    .filter(({ rrset, question }) => fitsDatagram(rrset, question))
    .map(({ question }) => question)

/** What a generation must answer, from its artefact. */
export const generationFromZones = (generation: number, zones: readonly Zone[]): KnownGeneration => ({
  generation,
  answers: new Map(answeredOf(zones).map((rrset) => [keyOf(rrset), fingerprintOfRrset(rrset)])),
})

const learners = 16

/**
 * Asks every question of every target once, to know what the generations that serve now answer, right or wrong: what
 * changes during the operation can be told from what was so before. Questions without an answer are left out.
 * @returns one entry for each generation that the answers' NSIDs name.
 */
export const learnBaseline = async (
  targets: readonly Target[],
  questions: readonly Question[],
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly KnownGeneration[]> => {
  const learnt = new Map<number, Map<string, string>>()
  const work = targets.flatMap((target) => questions.map((question) => ({ target, question })))
  const learn = async (): Promise<void> => {
    for (let next = work.shift(); next; next = work.shift()) {
      const reply = await query(next.target, next.question, options)
      if (reply.kind !== 'answered' || reply.nsid === null) continue
      const generation = generationOfNsid(reply.nsid)
      const answers = learnt.get(generation) ?? new Map<string, string>()
      learnt.set(generation, answers.set(keyOf(next.question), fingerprintOfReply(reply)))
    }
  }
  await Promise.all(Array.from({ length: learners }, learn))
  return [...learnt].map(([generation, answers]) => ({ generation, answers }))
}

/**
 * Judges an answer by the generation that its NSID names: it must be a known one, authoritative, and answer just as that
 * generation does. Of two entries for one generation the first counts.
 */
export const acceptGenerations = (
  known: readonly KnownGeneration[],
): ((question: Question, reply: Answered) => true | string) => {
  const byGeneration = new Map([...known].reverse().map((entry) => [entry.generation, entry.answers]))
  return (question, reply) => {
    if (reply.nsid === null) return 'no NSID: nobody knows who answered'
    const answers = byGeneration.get(generationOfNsid(reply.nsid))
    if (!answers) return `answered by ${reply.nsid}, which is none of the known generations`
    if (!reply.aa) return `not authoritative, by ${reply.nsid}`
    const expected = answers.get(keyOf(question))
    if (expected === undefined || expected === fingerprintOfReply(reply)) return true
    return `${reply.nsid} answered otherwise than its generation does: ${fingerprintOfReply(reply).replaceAll('\n', ' | ')}`
  }
}
