import type { DsMemory } from '../fleet/labels.ts'
import type { KeySet } from './mixture.ts'

/** What is wanted of a zone: that it is signed, that it is not, or that another key takes the place of its own. */
export type Deed = 'on' | 'off' | 'roll'

/** Where a zone stands on its way. Keys are named by their DNSKEY record. */
export interface SigningFacts {
  /** The key at hand that signs it and stays. */
  readonly staying: string | undefined
  /** The one whose place that takes. */
  readonly leaving: string | undefined
  /** What each generation that serves publishes; none where nothing serves the zone. */
  readonly served: readonly KeySet[]
  /** Unix time until which caches may hold what was signed otherwise; undefined when nobody has noted it. */
  readonly othersUntil: number | undefined
  readonly parents: ParentsWord
  /** Keys of which the registrar has a DS record, whatever the parents show yet; undefined where nobody can ask it. */
  readonly registered: KeySet | undefined
  /** What is known of DS records of keys that are served; nothing of those that no run of ours has ever seen. */
  readonly memories: ReadonlyMap<string, DsMemory>
  /** Unix time in seconds. */
  readonly now: number
}

/** What all servers of the parent say of DS records. */
type ParentsWord =
  | {
      readonly kind: 'heard'
      /** A set of each, empty where it has none. Of a key that nobody here knows: the DS record itself. */
      readonly sets: readonly KeySet[]
      /** Seconds, the longest; 0 where none has any. */
      readonly ttlSeconds: number
    }
  /** `silent` a sentence each, never empty. */
  | { readonly kind: 'unknown'; readonly silent: readonly string[] }

/** What is to be done next, or waited for; each is as done once when it is done twice. */
export type SigningStep =
  | { readonly kind: 'make-key' }
  /** Makes the key that takes the place of this one. */
  | { readonly kind: 'replace-key'; readonly key: string }
  /** Nameservers have to be made with the keys at hand. */
  | { readonly kind: 'deploy' }
  /** Nobody has noted since when the keys are served: it counts from now. */
  | { readonly kind: 'note-others' }
  | { readonly kind: 'wait'; readonly until: number; readonly for: 'others' | 'ds' }
  /** Whoever finds no DS record at the parents has to know that one is on its way. */
  | { readonly kind: 'note-given'; readonly key: string; readonly ttlSeconds: number }
  /** Parents show DS records of these: how long caches hold them is kept, as it cannot be asked for once they are gone. */
  | { readonly kind: 'note-seen'; readonly keys: KeySet; readonly ttlSeconds: number }
  | { readonly kind: 'note-gone'; readonly key: string; readonly ttlSeconds: number }
  /** Has the parents show a DS record of it, beside those that they have. */
  | { readonly kind: 'give-ds'; readonly key: string }
  | { readonly kind: 'withdraw-ds'; readonly keys: KeySet; readonly isLast: boolean }
  | { readonly kind: 'set-aside'; readonly keys: KeySet }
  | { readonly kind: 'done' }
  | { readonly kind: 'unknown'; readonly silent: readonly string[] }
  | { readonly kind: 'refused'; readonly why: Refused }

/** `rolling`: another key is taking its place · `insecure`: there is no DS record to roll · `strangers`: DS records of keys that nobody here knows. */
export type Refused = 'rolling' | 'insecure' | 'strangers'

/** Once every parent was heard. */
type Heard = SigningFacts & { readonly parents: { readonly kind: 'heard' } }

/**
 * The next step of a zone towards what is wanted. Whatever a cache has put together proves itself at each of them (see `mixture.ts`):
 * a DS record comes when all that caches hold is signed by its key, and a key goes when no cache holds a DS record of it. Pure.
 */
export const nextSigningStep = (deed: Deed, facts: SigningFacts): SigningStep => {
  const isHalfRolled = deed === 'roll' && facts.leaving !== undefined
  if (facts.staying === undefined && (isHalfRolled || (deed === 'on' && facts.leaving === undefined))) {
    return { kind: 'make-key' }
  }
  const { parents } = facts
  if (parents.kind === 'unknown') return parents
  const heard = { ...facts, parents }
  const unseen = shownIn(heard).filter((key) => !isNoted(key, heard))
  if (unseen.length > 0) return { kind: 'note-seen', keys: unseen, ttlSeconds: parents.ttlSeconds }
  return { on: stepOn, off: stepOff, roll: stepRoll }[deed](heard)
}

const isServed = (key: string, { served }: SigningFacts): boolean =>
  served.length > 0 && served.every((keys) => keys.includes(key))

/** Keys that are served, or at hand, and of which parents show a DS record. */
const shownIn = (facts: Heard): KeySet => {
  const shown = [...new Set(facts.parents.sets.flat())]
  const ours = [...facts.served.flat(), facts.staying, facts.leaving]
  return shown.filter((one) => ours.includes(one))
}

const isNoted = (key: string, facts: Heard): boolean => {
  const memory = facts.memories.get(key)
  if (!facts.served.some((keys) => keys.includes(key))) return true
  return memory?.kind === 'seen' && memory.ttlSeconds >= facts.parents.ttlSeconds
}

const strangersIn = (facts: Heard): boolean => {
  const shown = shownIn(facts)
  return facts.parents.sets.some((set) => set.some((one) => !shown.includes(one)))
}

const stepOn = (facts: Heard): SigningStep => {
  const { staying = '', leaving } = facts
  if (leaving !== undefined) return { kind: 'refused', why: 'rolling' }
  if (strangersIn(facts)) return { kind: 'refused', why: 'strangers' }
  return stepToTrusted(staying, facts)
}

/** Until every parent has the DS record of a key. */
const stepToTrusted = (key: string, facts: Heard): SigningStep => {
  if (!isServed(key, facts)) return { kind: 'deploy' }
  if (facts.parents.sets.every((set) => set.includes(key))) return { kind: 'done' }
  const { othersUntil, now } = facts
  if (othersUntil === undefined) return { kind: 'note-others' }
  if (now < othersUntil) return { kind: 'wait', until: othersUntil, for: 'others' }
  const memory = facts.memories.get(key)
  if (memory && memory.kind !== 'gone') return { kind: 'give-ds', key }
  return { kind: 'note-given', key, ttlSeconds: facts.parents.ttlSeconds || unseenTtlSeconds }
}

/** Under most parents; that of the record itself is noted as soon as one shows it. */
const unseenTtlSeconds = 86_400

/** Until no cache holds a DS record of a key that parents have no more; undefined once it is so. */
const stepToForgotten = (key: string, facts: SigningFacts): SigningStep | undefined => {
  const memory = facts.memories.get(key)
  if (memory && memory.kind !== 'gone') return { kind: 'note-gone', key, ttlSeconds: memory.ttlSeconds }
  if (memory && facts.now < memory.until) return { kind: 'wait', until: memory.until, for: 'ds' }
  return undefined
}

const isRegistered = (key: string, { registered = [] }: SigningFacts): boolean => registered.includes(key)

const stepOff = (facts: Heard): SigningStep => {
  const known = [...new Set(facts.served.flat())]
  const there = [...new Set([...shownIn(facts), ...known.filter((key) => isRegistered(key, facts))])]
  if (there.length > 0) return { kind: 'withdraw-ds', keys: there, isLast: true }
  if (strangersIn(facts)) return { kind: 'refused', why: 'strangers' }
  for (const key of known) {
    const step = stepToForgotten(key, facts)
    if (step) return step
  }
  const keys = [facts.staying, facts.leaving].filter((key) => key !== undefined)
  if (keys.length > 0) return { kind: 'set-aside', keys }
  return known.length > 0 ? { kind: 'deploy' } : { kind: 'done' }
}

const stepRoll = (facts: Heard): SigningStep => {
  const { staying, leaving } = facts
  if (staying === undefined) return { kind: 'refused', why: 'insecure' }
  if (strangersIn(facts)) return { kind: 'refused', why: 'strangers' }
  if (leaving === undefined) return stepToBegin(staying, facts)
  const step = stepToTrusted(staying, facts)
  if (step.kind !== 'done') return step
  if (facts.parents.sets.some((set) => set.includes(leaving)) || isRegistered(leaving, facts)) {
    return { kind: 'withdraw-ds', keys: [leaving], isLast: false }
  }
  return stepToForgotten(leaving, facts) ?? { kind: 'set-aside', keys: [leaving] }
}

/** A key that was put aside is served until the next deployment, which is the end of the roll. */
const stepToBegin = (key: string, facts: Heard): SigningStep => {
  if (!facts.served.every((keys) => keys.length === 1 && keys[0] === key) || facts.served.length === 0) {
    return { kind: 'deploy' }
  }
  if (!facts.parents.sets.every((set) => set.includes(key))) return { kind: 'refused', why: 'insecure' }
  return { kind: 'replace-key', key }
}
