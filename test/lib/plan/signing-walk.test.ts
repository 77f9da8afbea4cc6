import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DsMemory } from '../../../lib/fleet/labels.ts'
import { mayHoldDs, mayHoldOthers, type Noted, noteSwitch } from '../../../lib/plan/held.ts'
import { findMixtureFault, type KeySet } from '../../../lib/plan/mixture.ts'
import { type Deed, nextSigningStep, type SigningFacts } from '../../../lib/plan/signing.ts'

const test = suite('lib/plan/signing-walk')

/** Seconds: of the records of a generation, which changes with it, of its keys, and of DS records. */
const ttls = [60, 300, 3000] as const
const dnskeySeconds = 100
const dsSeconds = 200
const slackSeconds = 20
/** How long parents take to show what the registrar was told. */
const publicationSeconds = 15

/** A linear congruential generator (Numerical Recipes), so that each walk can be walked again. */
const drawer = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Generation {
  readonly keys: KeySet
  readonly ttl: number
  noted: Noted
}

const nothing: Noted = { heldUntil: undefined, otherKeys: undefined, ds: new Map() }

interface Span<T> {
  readonly what: T
  readonly from: number
  /** Infinite while it lasts. */
  until: number
}

type Omission = 'others' | 'ds' | 'gate'

/** A zone, its parents, and all that any cache may have of it, at its worst. */
class Walk {
  now = 1000
  readonly draw: (below: number) => number
  readonly omitted: Omission | undefined
  keysMade = 0
  staying: string | undefined
  leaving: string | undefined
  serving: Generation
  warm: Generation | undefined
  readonly served: Span<Generation>[] = []
  /** What each of two parents shows. */
  readonly shown: readonly Span<KeySet>[][] = [[], []]
  /** What the registrar has been told, and when each parent shows it. */
  told: KeySet = []
  dueAt: readonly [number, number] = [0, 0]
  steps = 0

  constructor(seed: number, omitted?: Omission) {
    this.draw = drawer(seed)
    this.omitted = omitted
    this.serving = { keys: [], ttl: 300, noted: nothing }
    this.served.push({ what: this.serving, from: 0, until: Number.POSITIVE_INFINITY })
    for (const parent of this.shown) parent.push({ what: [], from: 0, until: Number.POSITIVE_INFINITY })
  }

  pass(seconds: number): void {
    const until = this.now + seconds
    for (const [index, parent] of this.shown.entries()) {
      const due = this.dueAt[index] ?? 0
      const last = parent.at(-1)
      if (!last || due > until || last.what === this.told) continue
      last.until = Math.max(this.now, due)
      parent.push({ what: this.told, from: last.until, until: Number.POSITIVE_INFINITY })
    }
    this.now = until
  }

  sets(): readonly KeySet[] {
    return this.shown.map((parent) => parent.at(-1)?.what ?? [])
  }

  tell(keys: KeySet): void {
    if (keys.join() === this.told.join()) return
    this.told = keys
    this.dueAt = [this.now + this.draw(publicationSeconds), this.now + this.draw(publicationSeconds)]
  }

  /** Each mixture that a validator behind a cache may have at this moment. */
  verify(): void {
    const held = this.served.filter(({ until, what }) => until + what.ttl > this.now)
    const known = this.served.filter(({ until }) => until + dnskeySeconds > this.now)
    const trusted = this.shown.flat().filter(({ until }) => until + dsSeconds > this.now)
    for (const { what: ds } of trusted.filter(({ what }) => what.length > 0)) {
      for (const { what: published } of known) {
        const isTrusted = published.keys.some((key) => ds.includes(key))
        assert.ok(isTrusted, `at ${this.now}: DS ${ds} and keys ${published.keys.join() || 'none'}`)
        for (const { what: records } of held) {
          const isProven = records.keys.some((key) => published.keys.includes(key))
          assert.ok(
            isProven,
            `at ${this.now}: keys ${published.keys} and records signed by ${records.keys.join() || 'none'}`,
          )
        }
      }
    }
  }

  mayLead(to: KeySet): boolean {
    if (this.omitted === 'gate' || to.join() === this.serving.keys.join()) return true
    const { noted, keys } = this.serving
    const third = mayHoldOthers(noted, [keys.join(), to.join()], this.now) ? [undefined] : []
    const held = [...this.memories()].filter(([, memory]) => mayHoldDs(memory, this.now)).map(([key]) => [key])
    return findMixtureFault({ generations: [keys, to, ...third], trusted: [...this.sets(), ...held] }) === undefined
  }

  lead(to: Generation): void {
    const side = ({ keys, ttl, noted }: Generation) => ({
      keys: keys.join(),
      heldSeconds: Math.max(ttl, dnskeySeconds) + slackSeconds,
      noted,
    })
    const noted = noteSwitch({ from: side(this.serving), to: side(to) }, this.now)
    // a switch takes its time, and less than what is to spare
    this.pass(this.draw(slackSeconds / 2))
    this.serving.noted = noted.from
    to.noted = noted.to
    this.served.push({ what: to, from: this.now, until: Number.POSITIVE_INFINITY })
    const last = this.served.at(-2)
    if (last) last.until = this.now
    this.warm = this.serving
    this.serving = to
  }

  deploy(): void {
    const keys = [this.staying, this.leaving].filter((key) => key !== undefined).sort()
    if (!this.mayLead(keys)) return
    const ttl = ttls[this.draw(ttls.length)] ?? 60
    this.lead({ keys, ttl, noted: nothing })
  }

  goBack(): void {
    if (this.warm && this.mayLead(this.warm.keys)) this.lead(this.warm)
  }

  memories(): ReadonlyMap<string, DsMemory> {
    const all = [...this.serving.noted.ds]
    const isOmitted = this.omitted === 'ds'
    return new Map(all.map(([key, one]) => [key, isOmitted && one.kind === 'gone' ? { ...one, until: 0 } : one]))
  }

  facts(): SigningFacts {
    const { serving, now, staying, leaving } = this
    const othersUntil = this.omitted === 'others' ? 0 : serving.noted.otherKeys?.until
    const memories = this.memories()
    const parents = { kind: 'heard', sets: this.sets(), ttlSeconds: dsSeconds } as const
    return { staying, leaving, served: [serving.keys], othersUntil, parents, registered: this.told, memories, now }
  }

  note(key: string, memory: DsMemory): void {
    this.serving.noted = { ...this.serving.noted, ds: new Map([...this.serving.noted.ds, [key, memory]]) }
  }

  makeKey(): string {
    this.keysMade += 1
    return `k${this.keysMade}`
  }

  /** One step towards what is wanted, as the script takes it. */
  sign(deed: Deed): void {
    const step = nextSigningStep(deed, this.facts())
    const { now } = this
    switch (step.kind) {
      case 'make-key':
        this.staying = this.makeKey()
        break
      case 'replace-key':
        this.leaving = step.key
        this.staying = this.makeKey()
        break
      case 'note-others': {
        const until = now + Math.max(...ttls, dnskeySeconds) + slackSeconds
        this.serving.noted = { ...this.serving.noted, otherKeys: { of: 'several', until } }
        break
      }
      case 'note-given':
        this.note(step.key, { kind: 'given', ttlSeconds: step.ttlSeconds })
        break
      case 'note-seen':
        for (const key of step.keys) this.note(key, { kind: 'seen', ttlSeconds: step.ttlSeconds })
        break
      case 'note-gone':
        this.note(step.key, { kind: 'gone', until: now + step.ttlSeconds + slackSeconds })
        break
      case 'give-ds':
        this.tell([...new Set([...this.told, step.key])].sort())
        break
      case 'withdraw-ds':
        this.tell(this.told.filter((key) => !step.keys.includes(key)))
        break
      case 'set-aside':
        if (step.keys.includes(this.leaving ?? '')) this.leaving = undefined
        if (step.keys.includes(this.staying ?? '')) this.staying = undefined
        break
      default:
    }
  }

  /** @returns which of these were reached: secure, two keys with a DS record each, one of them again, unsigned again. */
  go(steps: number): ReadonlySet<string> {
    const reached = new Set<string>()
    let deed: Deed = 'on'
    for (; this.steps < steps; this.steps += 1) {
      const chance = this.draw(100)
      if (chance < 35) this.pass(this.draw(2) === 0 ? this.draw(60) : this.draw(1500))
      else if (chance < 50) this.deploy()
      else if (chance < 55) this.goBack()
      else if (chance < 58) deed = (['on', 'off', 'roll'] as const)[this.draw(3)] ?? 'on'
      else this.sign(deed)
      this.verify()
      const shown = this.sets().flat()
      if (shown.length > 0) reached.add('secure')
      if (new Set(shown).size > 1) reached.add('rolling')
      if (reached.has('rolling') && shown.length > 0 && this.serving.keys.length === 1) reached.add('rolled')
      if (this.keysMade > 1 && this.serving.keys.length === 0) reached.add('unsigned again')
    }
    return reached
  }
}

const walks = 300
const stepsEach = 400

test('whatever follows what, no validator finds a mixture that does not prove itself', () => {
  const reached: string[] = []
  for (let seed = 1; seed <= walks; seed += 1) reached.push(...new Walk(seed).go(stepsEach))
  const count = (what: string): number => reached.filter((one) => one === what).length
  process.stdout.write(
    `${walks} walks of ${stepsEach} steps; secure in ${count('secure')}, two DS records in ${count('rolling')}, one key again in ${count('rolled')}, unsigned again in ${count('unsigned again')}\n`,
  )
  assert.ok(count('secure') > walks / 2)
  assert.ok(count('rolled') > walks / 10)
  assert.ok(count('unsigned again') > walks / 10)
})

for (const omitted of ['others', 'ds', 'gate'] as const) {
  test(`without ${omitted} some would`, () => {
    const failed = Array.from({ length: walks }, (_, seed) => {
      try {
        new Walk(seed + 1, omitted).go(stepsEach)
        return 0
      } catch {
        return 1
      }
    }).reduce<number>((sum, one) => sum + one, 0)
    assert.ok(failed > 0, `all ${walks} walks held`)
  })
}

test.run()
