import type { DsMemory, OtherKeys, ServerFacts } from '../fleet/labels.ts'

/** What the nameservers of a generation bear as labels of what caches may hold besides its own answers. */
export type Noted = Pick<ServerFacts, 'heldUntil' | 'otherKeys' | 'ds'>

/** A generation of which answers are in caches, or will be. */
export interface Side {
  /** Hash of the keys of all its zones; the same for two generations with the same keys. */
  readonly keys: string
  /** How long a cache may hold an answer of it, with something to spare. */
  readonly heldSeconds: number
  readonly noted: Noted
}

/** What is noted where caches may hold answers of several generations with other keys: none of them can be told. */
export const several = 'several'

/**
 * What is to be noted on two generations before traffic is led from the one to the other: answers of either may be in caches from then
 * on, also when the switch is taken back at once. Noted before the switch, it counts from a moment that is a little too early: what is
 * to spare has to be longer than a switch takes. Pure.
 * @param now Unix time in seconds.
 */
export const noteSwitch = (
  { from, to }: { readonly from: Side; readonly to: Side },
  now: number,
): { readonly from: Noted; readonly to: Noted } => {
  // what serves has been noted on last
  const ds = new Map([...to.noted.ds, ...from.noted.ds])
  const isSame = from.keys === to.keys
  const heldUntil = Math.max(heldUntilOf(from, now), heldUntilOf(to, now))
  const one = (side: Side, other: Side): Noted => ({
    heldUntil: isSame ? heldUntil : side.noted.heldUntil,
    otherKeys: otherKeysOf(side, other, now),
    ds,
  })
  return { from: one(from, to), to: one(to, from) }
}

/** Until when caches may hold answers of a generation that is left now, or of one with the same keys before it. */
const heldUntilOf = ({ heldSeconds, noted }: Side, now: number): number =>
  Math.max(now + heldSeconds, noted.heldUntil ?? 0)

const latest = (moments: readonly (number | undefined)[]): number | undefined => {
  const known = moments.filter((one) => one !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}

const otherKeysOf = (side: Side, other: Side, now: number): OtherKeys | undefined => {
  // the same keys go on, and so does the wait for what was there before them
  if (other.keys === side.keys) return latestKeys([side.noted.otherKeys, other.noted.otherKeys], now)
  const known = [side.noted.otherKeys, other.noted.otherKeys].filter((one) => one !== undefined)
  const third = known.filter((one) => one.until > now && one.of !== side.keys && one.of !== other.keys)
  const until = [heldUntilOf(other, now), ...known.map((one) => one.until)]
  return { of: third.length > 0 ? several : other.keys, until: Math.max(...until) }
}

/** Of what was noted at different switches: all that caches may still hold, or the last of it once they hold nothing. */
const latestKeys = (all: readonly (OtherKeys | undefined)[], now: number): OtherKeys | undefined => {
  const known = all.filter((one) => one !== undefined).sort((a, b) => b.until - a.until)
  const held = known.filter(({ until }) => until > now)
  const [last] = known
  return last && new Set(held.map(({ of }) => of)).size > 1 ? { ...last, of: several } : last
}

/** What several nameservers of one generation bear, taken together: whatever holds longest. @param now Unix time in seconds. */
export const mergeNoted = (all: readonly Noted[], now: number): Noted => ({
  heldUntil: latest(all.map(({ heldUntil }) => heldUntil)),
  otherKeys: latestKeys(
    all.map(({ otherKeys }) => otherKeys),
    now,
  ),
  ds: all.reduce<Noted['ds']>((sum, { ds }) => mergeDs(sum, ds), new Map()),
})

const mergeDs = (some: Noted['ds'], others: Noted['ds']): Noted['ds'] => {
  const merged = new Map(some)
  for (const [name, memory] of others) {
    const known = merged.get(name)
    if (!known || holdsLonger(memory, known)) merged.set(name, memory)
  }
  return merged
}

/** A DS record that is there, or on its way, is forgotten at no moment that is known. */
const holdsLonger = (one: DsMemory, other: DsMemory): boolean => {
  if (one.kind === 'gone') return other.kind === 'gone' && one.until > other.until
  return other.kind === 'gone' || one.ttlSeconds > other.ttlSeconds
}

/** Whether caches may hold answers of a generation whose keys are none of these. @param keys hashes, as in `Side`. */
export const mayHoldOthers = ({ otherKeys }: Noted, keys: readonly string[], now: number): boolean =>
  otherKeys !== undefined && otherKeys.until > now && !keys.includes(otherKeys.of)

/** Whether caches may hold a DS record that parents had, as far as it is known. */
export const mayHoldDs = (memory: DsMemory | undefined, now: number): boolean =>
  memory !== undefined && (memory.kind !== 'gone' || memory.until > now)
