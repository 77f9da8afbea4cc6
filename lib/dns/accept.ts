import { systemClock } from '../clock.ts'
import { type Authority, authorityOf } from '../zones/authority.ts'
import type { RRset } from '../zones/rrset.ts'
import { isProof } from '../zones/signing/served.ts'
import type { Zone } from '../zones/zone.ts'
import { proofOf, type Unproven } from './dnssec/zones-proof.ts'
import { query, type Target } from './query.ts'
import { canonicalName, parentOf } from './wire/name.ts'
import { isWantingProofs, type Question, udpLimitOf } from './wire/question.ts'
import type { Answered } from './wire/reply.ts'
import { largestAnswer } from './wire/size.ts'
import { type Said, sayAbsence } from './witness/absence.ts'

/** What one generation of nameservers answers to the witness's questions. */
export interface KnownGeneration {
  readonly generation: number
  /** The one nameserver that was learnt from; without it, whatever server of the generation answers. */
  readonly nsid?: string
  /** By name and type, and by transport where TCP gets more; a question that is not in here is not compared. */
  readonly answers: ReadonlyMap<string, KnownAnswer>
  /** What it answers to any other question, where its artefact tells. */
  readonly otherwise?: (question: Question) => KnownAnswer | undefined
  /** What is not proven of an answer that was asked for with its proofs; left out where nothing is signed, or the keys are not known. */
  readonly unproven?: Unproven | undefined
}

interface KnownAnswer {
  readonly aa: boolean
  /** Whether it has records, with authority: no denial, no refusal and no referral. */
  readonly isPositive: boolean
  /** Equal texts, equal answers. */
  readonly text: string
}

const keyOf = ({ name, type }: Pick<Question, 'name' | 'type'>): string => `${canonicalName(name)} ${type}`
const tcpKeyOf = (question: Question): string => `${keyOf(question)} tcp`

const fingerprint = (said: readonly string[], records: readonly string[]): string =>
  [...said, ...[...records].sort()].join('\n')

/**
 * How much of a truncated answer arrives is left to the server, so its records say nothing. A denial says by its SOA how long it
 * may be kept.
 */
const answerOfReply = ({ rcode, aa, tc, answers, authority }: Answered): KnownAnswer => {
  const isAnswered = aa && rcode === 'NOERROR'
  if (tc) return { aa, isPositive: isAnswered, text: fingerprint([rcode, 'truncated'], []) }
  const records = answers.length > 0 ? answers : authority.filter(({ type }) => type === 'SOA')
  return {
    aa,
    isPositive: isAnswered && answers.length > 0,
    text: fingerprint(
      [rcode],
      records.map(({ name, ttl, type, rdata }) => `${name} ${ttl} ${type} ${rdata}`),
    ),
  }
}

const answerOfSaid = ({ rcode, aa, answer, soa }: Said): KnownAnswer => ({
  aa,
  isPositive: answer !== undefined,
  text: fingerprint([rcode], linesOf(answer ?? soa)),
})

const linesOf = (rrset: RRset | undefined): readonly string[] =>
  rrset ? rrset.rdata.map((data) => `${rrset.name} ${rrset.ttl} ${rrset.type} ${data}`) : []

const answerOfRrset = (answer: RRset): KnownAnswer => answerOfSaid({ rcode: 'NOERROR', aa: true, answer })

/** `ns1.1790000000` → 1790000000; NaN for an identity of another form. */
export const generationOfNsid = (nsid: string): number => Number(/\.(\d+)$/.exec(nsid)?.[1] ?? Number.NaN)

const fitsDatagram = (rrset: RRset, question: Question): boolean => largestAnswer(rrset) <= udpLimitOf(question)

const authoritiesOf = (zones: readonly Zone[]): readonly Authority[] => zones.map((zone) => authorityOf(zone, zones))

const answeredOf = (authorities: readonly Authority[]): readonly RRset[] =>
  authorities.flatMap(({ answered }) => answered)

/** Every RRset that fits into a datagram, as a question. */
export const witnessQuestions = (zones: readonly Zone[]): readonly Question[] =>
  answeredOf(authoritiesOf(zones))
    .map((rrset) => ({ rrset, question: { name: rrset.name, type: rrset.type, transport: 'udp' as const } }))
    .filter(({ rrset, question }) => fitsDatagram(rrset, question))
    .map(({ question }) => question)

/** What a generation must answer, from its artefact. */
export const generationFromZones = (generation: number, zones: readonly Zone[]): KnownGeneration => {
  const authorities = authoritiesOf(zones)
  return {
    generation,
    unproven: proofOf(zones),
    answers: new Map(answeredOf(authorities).map((rrset) => [keyOf(rrset), answerOfRrset(rrset)])),
    otherwise: (question) => {
      const said = sayAbsence(authorities, question)
      return said && answerOfSaid(said)
    },
  }
}

const learnersPerTarget = 8
const tries = 3

interface LearnOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const askUntilAnswered = async (
  target: Target,
  question: Question,
  options: LearnOptions,
): Promise<Answered | undefined> => {
  for (let attempt = 1; attempt <= tries && !options.signal?.aborted; attempt++) {
    const reply = await query(target, question, options)
    if (reply.kind === 'answered') return reply
  }
  return undefined
}

/**
 * Asks every question of every target, to know what the nameservers that serve now answer, right or wrong: what changes during
 * the operation can be told from what was so before. A question whose answer is lost is asked up to three times, and then left
 * out; so is a target that answers nothing at all.
 * @returns one entry for each nameserver that the answers' NSIDs name.
 */
export const learnBaseline = async (
  targets: readonly Target[],
  questions: readonly Question[],
  options: LearnOptions = {},
): Promise<readonly KnownGeneration[]> => {
  const learnt = new Map<string, Map<string, KnownAnswer>>()
  const note = (key: string, reply: Answered | undefined): void => {
    if (!reply || reply.nsid === null) return
    const answers = learnt.get(reply.nsid) ?? new Map<string, KnownAnswer>()
    learnt.set(reply.nsid, answers.set(key, answerOfReply(reply)))
  }
  const learn = async (target: Target, question: Question): Promise<boolean> => {
    const reply = await askUntilAnswered(target, { ...question, transport: 'udp' }, options)
    note(keyOf(question), reply)
    // the witness asks by TCP too, and there this generation answers more
    if (reply?.tc) note(tcpKeyOf(question), await askUntilAnswered(target, { ...question, transport: 'tcp' }, options))
    return reply !== undefined
  }
  const learnFrom = async (target: Target): Promise<void> => {
    const left = [...questions]
    let isHeard = false
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) {
        if (await learn(target, next)) isHeard = true
        if (!isHeard) return
      }
    }
    await Promise.all(Array.from({ length: learnersPerTarget }, work))
  }
  await Promise.all(targets.map(learnFrom))
  return [...learnt].map(([nsid, answers]) => ({ generation: generationOfNsid(nsid), nsid, answers }))
}

/** What was learnt at one time and at another, of each nameserver together. Pure. */
export const joinKnown = (
  one: readonly KnownGeneration[],
  other: readonly KnownGeneration[],
): readonly KnownGeneration[] => {
  const joined = new Map(one.map((known) => [known.nsid, known]))
  for (const known of other) {
    const answers = new Map([...(joined.get(known.nsid)?.answers ?? []), ...known.answers])
    joined.set(known.nsid, { ...known, answers })
  }
  return [...joined.values()]
}

const answerTo = ({ answers, otherwise }: KnownGeneration, question: Question): KnownAnswer | undefined =>
  (question.transport === 'tcp' ? answers.get(tcpKeyOf(question)) : undefined) ??
  answers.get(keyOf(question)) ??
  otherwise?.(question)

/** Whether a generation has records for a question; undefined when it is not known. */
export const isPositive = (known: KnownGeneration, question: Question): boolean | undefined =>
  answerTo(known, question)?.isPositive

/** What is known of the generation of a server: by its artefact, where there is one, else by what its nameservers said, itself first. */
const entriesFor = (known: readonly KnownGeneration[], nsid: string): readonly KnownGeneration[] => {
  const entries = known.filter(({ generation }) => generation === generationOfNsid(nsid))
  const artefact = entries.find((entry) => entry.nsid === undefined)
  const own = entries.filter((entry) => entry.nsid === nsid)
  return artefact ? [artefact] : [...own, ...entries.filter((entry) => !own.includes(entry))]
}

/** More than one only where the server itself was not heard, and its siblings differ. */
const expectedOf = (entries: readonly KnownGeneration[], question: Question, nsid: string): readonly KnownAnswer[] => {
  const [first] = entries
  const own = first && first.nsid === nsid ? answerTo(first, question) : undefined
  return own ? [own] : entries.flatMap((entry) => answerTo(entry, question) ?? [])
}

/** For a question that nobody got an answer to: whether the server has authority over the nearest name that it was asked for. */
const isAuthorityWanted = (entries: readonly KnownGeneration[], name: string): boolean => {
  for (let at = canonicalName(name); ; at = parentOf(at)) {
    const near = entries.flatMap(({ answers }) => [...answers].filter(([key]) => key.startsWith(`${at} `)))
    if (near.length > 0) return near.some(([, { aa }]) => aa)
    if (at === '.') return true
  }
}

/**
 * Judges an answer by the generation that its NSID names: it must be a known one, and answer just as that generation does. What
 * an artefact holds is answered with authority; what was learnt, as it was: a zone that a generation does not have is refused
 * by it, and refused rightly. Of two artefacts of one generation the first counts.
 */
export const acceptGenerations = (
  known: readonly KnownGeneration[],
): ((question: Question, reply: Answered) => true | string) => {
  const byNsid = new Map<string, readonly KnownGeneration[]>()
  const entriesOf = (nsid: string): readonly KnownGeneration[] => {
    const entries = byNsid.get(nsid) ?? entriesFor(known, nsid)
    byNsid.set(nsid, entries)
    return entries
  }
  return (question, reply) => {
    if (reply.nsid === null) return 'no NSID: nobody knows who answered'
    const entries = entriesOf(reply.nsid)
    if (entries.length === 0) return `answered by ${reply.nsid}, which is none of the known generations`
    return judge(entries, question, { ...reply, nsid: reply.nsid })
  }
}

const withoutProofs = <R extends Answered>(reply: R, { type }: Question): R => {
  const isPlain = (record: { readonly type: string }): boolean => record.type === type || !isProof(record)
  return { ...reply, answers: reply.answers.filter(isPlain), authority: reply.authority.filter(isPlain) }
}

const judge = (
  entries: readonly KnownGeneration[],
  question: Question,
  reply: Answered & { readonly nsid: string },
): true | string => {
  const expected = expectedOf(entries, question, reply.nsid)
  const isWanted = expected.length > 0 ? expected.every(({ aa }) => aa) : isAuthorityWanted(entries, question.name)
  if (isWanted && !reply.aa) return `not authoritative, by ${reply.nsid}`
  const isWithProofs = isWantingProofs(question)
  // with signatures it may be too long for a datagram, and is asked for by TCP then
  if (isWithProofs && reply.tc && question.transport === 'udp') return true
  const { aa, text } = answerOfReply(isWithProofs ? withoutProofs(reply, question) : reply)
  if (expected.length === 0 || expected.some((answer) => answer.aa === aa && answer.text === text)) {
    const [unproven] = isWithProofs ? (entries[0]?.unproven?.(question, reply, systemClock.now() / 1000) ?? []) : []
    return unproven === undefined ? true : `${reply.nsid}: ${unproven}`
  }
  return `${reply.nsid} answered otherwise than its generation does: ${text.replaceAll('\n', ' | ')}`
}
