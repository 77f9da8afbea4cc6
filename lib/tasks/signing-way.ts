import { isDeepStrictEqual } from 'node:util'
import { readPublicKey } from '../dns/dnssec/public-key.ts'
import { type ExitCode, InfraError } from '../errors.ts'
import type { DsMemory } from '../fleet/labels.ts'
import { withLock } from '../lock.ts'
import { several } from '../plan/held.ts'
import { type Deed, nextSigningStep, type Refused, type SigningStep } from '../plan/signing.ts'
import { canAsk, confirm } from '../prompts.ts'
import type { Registrar } from '../registrar/driver.ts'
import { describeMoment, describeRemaining } from '../time.ts'
import { beginLeaving, setAside } from '../zones/signing/keys.ts'
import { dnskeyOf, dsNameOf } from '../zones/signing/known.ts'
import type { ZoneKey } from '../zones/signing/zone-key.ts'
import { describeDsByHand, domainKeyOf } from './domain-keys.ts'
import { heldFor } from './held.ts'
import { isOutage } from './outage.ts'
import { isUnknownDomain } from './registration.ts'
import { getServer, writeFacts } from './servers.ts'
import { makeKey, type Signing } from './sign-zones.ts'
import { readSigningFacts, type SigningReading } from './signing-facts.ts'
import { createWaitDisplay } from './wait.ts'
import { wantsToStay } from './waits.ts'
import type { World } from './world.ts'

export interface WayOptions {
  readonly yes?: boolean | undefined
  /** Stay for long waits; `false`: end at the first thing there is to wait for. */
  readonly wait?: boolean | undefined
  /** Nothing is told on the way. */
  readonly json?: boolean | undefined
  /** Seconds to wait for another operation. */
  readonly lockWait: number
}

/** A zone on its way to what is wanted of it. */
export interface Way {
  readonly world: World
  readonly registrar: Registrar
  readonly signing: Signing
  readonly deed: Deed
  readonly options: WayOptions
  readonly signal: AbortSignal
}

/** How far it came. */
export interface Come {
  readonly exitCode: ExitCode
  /** What follows. */
  readonly next: SigningStep['kind']
  /** Unix time in seconds: nothing is to be done before. */
  readonly until: number | null
  /** What a person has to enter, if so; it has been shown unless nothing is told on the way. */
  readonly instructions?: readonly string[]
  readonly lines: readonly string[]
}

interface Waiting {
  readonly seen: string
  readonly details?: readonly string[]
  readonly remainingMs?: number
  readonly until?: number
}

/** What takes no longer is simply waited out. */
const longMs = 60_000
/** A registrar with an API has the parents changed within seconds; a person takes longer, and caches take days. */
const lookEveryMs = (elapsedMs: number): number => (elapsedMs < longMs ? 2_000 : 30_000)

/**
 * Goes on from wherever a zone stands, as far as it gets: it looks, takes the one step that follows, and looks again. Nothing is
 * remembered but keys in files and notes in labels, so whoever is killed is followed by another one, from any computer.
 * @throws InfraError when it is refused, or not agreed to; with exit code 8 when something cannot be found out.
 */
export const goOn = async (way: Way): Promise<Come> => {
  const { world, options, signal } = way
  const display = createWaitDisplay({ clock: world.clock }, { isSilent: options.json === true })
  const startedAt = world.clock.now()
  let isStaying = false
  try {
    for (;;) {
      signal.throwIfAborted()
      const seen = await look(way, isStaying)
      if ('exitCode' in seen) return seen
      if (!('step' in seen)) continue
      const { waiting, step } = seen
      display.update({ isOver: false, ...waiting })
      const elapsedMs = world.clock.now() - startedAt
      const isLong = elapsedMs + (waiting.remainingMs ?? 0) > longMs
      if (!isStaying && (options.wait === false || isLong)) {
        display.end()
        if (!(await wantsToStay(options))) return unfinished(step, waiting)
        isStaying = true
      }
      await world.clock.sleep(Math.min(lookEveryMs(elapsedMs), waiting.remainingMs ?? longMs), signal)
    }
  } finally {
    display.end()
  }
}

type Seen = Come | { readonly step: SigningStep; readonly waiting: Waiting } | { readonly isTaken: true }

/** Days are long: what cannot be reached for a while is looked for again. */
const look = async (way: Way, isStaying: boolean): Promise<Seen> => {
  try {
    const reading = await readSigningFacts(way.world, way.signing.zone, way.registrar)
    const step = nextSigningStep(way.deed, reading.facts)
    const end = endOf(way, step, reading)
    if (end) return end
    const waiting = await take(way, step, reading)
    return waiting ? { step, waiting } : { isTaken: true }
  } catch (error) {
    if (!isStaying || !isOutage(error)) throw error
    return { step: { kind: 'unknown', silent: [] }, waiting: { seen: error.message } }
  }
}

const tagOf = (key: string): number => readPublicKey(key).tag

const endOf = ({ signing, deed }: Way, step: SigningStep, { facts }: SigningReading): Come | undefined => {
  const { zone } = signing
  switch (step.kind) {
    case 'done':
      return { exitCode: 0, next: 'done', until: null, lines: [describeDone(zone, deed, facts.staying)] }
    case 'deploy':
      return {
        exitCode: 0,
        next: 'deploy',
        until: null,
        lines: [
          `What is served of ${zone} has not the keys that are at hand: deploy-infra comes next.`,
          ...(isLast(deed, facts) ? [] : [`Then go on with sign-zones ${zone.slice(0, -1)} ${deed}.`]),
        ],
      }
    case 'unknown':
      throw new InfraError(`It is not known which DS records ${zone} has: ${step.silent.join('; ')}`, {
        hint: 'Nothing was changed. Run this again once these can be asked from here over port 53, by UDP and TCP.',
        exitCode: 8,
      })
    case 'refused':
      throw refusedError(zone, step.why)
    default:
      return undefined
  }
}

/** What deploy-infra brings is the end of it. */
const isLast = (deed: Deed, { staying, leaving }: SigningReading['facts']): boolean =>
  deed === 'off' || (deed === 'roll' && staying !== undefined && leaving === undefined)

const describeDone = (zone: string, deed: Deed, key: string | undefined): string =>
  deed === 'off' || key === undefined
    ? `${zone} is not signed, and no parent takes it for signed.`
    : `${zone} is secure: every server of its parent has the DS record of key ${tagOf(key)}, by which all is signed.`

const refusals: Readonly<Record<Refused, readonly [fact: string, hint: string]>> = {
  rolling: ['another key is taking the place of its key', 'Finish that first: sign-zones ZONE roll.'],
  insecure: [
    'its parent has no DS record of its key, so there is none to change',
    'Bring it to its end first (sign-zones ZONE on); or, to begin anew with another key: sign-zones ZONE off, then on.',
  ],
  strangers: [
    'its parent has DS records of keys that are not here',
    'Bring back the files of these keys (git, a backup), or have the registrar remove the DS records as docs/signed-domains.md says.',
  ],
}

const refusedError = (zone: string, why: Refused): InfraError => {
  const [fact, hint] = refusals[why]
  return new InfraError(`${zone}: ${fact}`, { hint: `Nothing was changed. ${hint.replace('ZONE', zone.slice(0, -1))}` })
}

/** @returns what is to be waited for; undefined when the step is taken, or not the next one any more. */
const take = async (way: Way, step: SigningStep, reading: SigningReading): Promise<Waiting | undefined> => {
  switch (step.kind) {
    case 'wait':
      return waitUntil(way, step)
    case 'give-ds':
    case 'withdraw-ds':
      return leadParents(way, step, reading)
    default:
      await agree(way, step)
      await changing(way, step, (again) => change(way, step, again))
      return undefined
  }
}

const waitUntil = ({ world }: Way, { until, for: what }: Extract<SigningStep, { readonly kind: 'wait' }>): Waiting => {
  const remainingMs = until * 1000 - world.clock.now()
  const held = what === 'ds' ? 'the DS record that is gone' : 'answers of before'
  const left = `${describeRemaining(remainingMs)} to go`
  return { seen: `${left}: until ${describeMoment(until * 1000)} caches may hold ${held}`, remainingMs, until }
}

type Lead = Extract<SigningStep, { readonly kind: 'give-ds' | 'withdraw-ds' }>

/** Has whoever it may be change the DS records. @returns that the parents are waited for; undefined when a registrar was told. */
const leadParents = async (way: Way, step: Lead, reading: SigningReading): Promise<Waiting | undefined> => {
  const { registrar, signing } = way
  const keys = step.kind === 'give-ds' ? [step.key] : step.keys
  const what = `${step.kind === 'give-ds' ? 'has' : 'has no more'} the DS record of key ${keys.map(tagOf).join(', ')}`
  const seen = `every server of ${reading.parentZone} ${what}: waits for that`
  const isTold = keys.every((key) => reading.facts.registered?.includes(key) === (step.kind === 'give-ds'))
  if (isTold) return { seen }
  const isByHand = registrar.isManual || reading.above !== undefined
  if (!isByHand) {
    await agree(way, step)
    // whatever came of it is seen at the next look
    if ((await changing(way, step, () => tellRegistrar(way, step))) !== false) return undefined
  }
  const details = keys.flatMap((key) =>
    describeDsByHand({ registrar, zone: signing.zone, above: reading.above, key, isAdded: step.kind === 'give-ds' }),
  )
  return { seen, details }
}

/** @returns false when it does not hold the domain. */
const tellRegistrar = async ({ registrar, signing: { zone } }: Way, step: Lead): Promise<boolean> => {
  try {
    if (step.kind === 'give-ds') await registrar.addKey(zone, domainKeyOf(zone, step.key))
    else
      for (const key of step.keys) await registrar.removeKey(zone, domainKeyOf(zone, key), { mayBeLast: step.isLast })
    return true
  } catch (error) {
    if (isUnknownDomain(error)) return false
    throw error
  }
}

/** Nothing of it is seen by clients before it is agreed to. */
const agree = async ({ signing: { zone }, registrar, options }: Way, step: SigningStep): Promise<void> => {
  const question = questionOf(step, zone, registrar.name)
  if (question === undefined || options.yes) return
  if (!canAsk()) {
    throw new InfraError(`Not agreed to: ${question}`, {
      hint: 'Nothing was changed. Answer with --yes; there is no terminal to ask on.',
      exitCode: 2,
    })
  }
  if (await confirm(question)) return
  throw new InfraError('Not agreed to', { hint: 'Nothing was changed. Run the same command again to be asked again.' })
}

const questionOf = (step: SigningStep, zone: string, registrar: string): string | undefined => {
  switch (step.kind) {
    case 'replace-key':
      return `Make a key that takes the place of key ${tagOf(step.key)} of ${zone}?`
    case 'give-ds':
      return `Have ${registrar} publish the DS record of key ${tagOf(step.key)} of ${zone}? Validating resolvers refuse from then on whatever is not signed by it.`
    case 'withdraw-ds':
      return `Have ${registrar} remove the DS record of key ${step.keys.map(tagOf).join(', ')} of ${zone}?${step.isLast ? ' The domain counts as unsigned from then on.' : ''}`
    default:
      return undefined
  }
}

/** Nobody else changes anything meanwhile; what has changed before is looked at anew. @returns undefined when another step follows now. */
const changing = <T>(
  { world, registrar, signing, deed, options, signal }: Way,
  step: SigningStep,
  work: (reading: SigningReading) => Promise<T>,
): Promise<T | undefined> => {
  const { hcloud, clock, settings } = world
  const { project } = settings.config
  const say = (text: string): void => void (options.json || process.stderr.write(`${text}\n`))
  const lock = { hcloud, clock, project, operation: 'sign-zones', waitMs: options.lockWait * 1000, signal, say }
  return withLock(lock, async () => {
    const again = await readSigningFacts(world, signing.zone, registrar)
    return isDeepStrictEqual(nextSigningStep(deed, again.facts), step) ? work(again) : undefined
  })
}

const change = async (way: Way, step: SigningStep, reading: SigningReading): Promise<void> => {
  const { world, signing } = way
  const now = Math.floor(world.clock.now() / 1000)
  switch (step.kind) {
    case 'make-key':
      await makeKey(signing)
      return
    case 'replace-key':
      await beginLeaving(keyNamed(reading, step.key), signing.folder)
      await makeKey(signing)
      return
    case 'set-aside':
      for (const key of step.keys) await setAside(keyNamed(reading, key), signing.folder)
      return
    case 'note-others': {
      const until = Math.max(now + heldFor(world, reading.ttlSeconds), reading.noted.heldUntil ?? 0)
      await note(world, reading, { otherKeys: { of: several, until } })
      return
    }
    case 'note-given':
      await noteDs(way, reading, [step.key], { kind: 'given', ttlSeconds: step.ttlSeconds })
      return
    case 'note-seen':
      await noteDs(way, reading, step.keys, { kind: 'seen', ttlSeconds: step.ttlSeconds })
      return
    case 'note-gone': {
      // some resolvers hold on to what they could not validate, as long as its TTL says
      const bogusSeconds = way.deed === 'off' ? reading.ttlSeconds : 0
      const until = now + heldFor(world, step.ttlSeconds) + bogusSeconds
      await noteDs(way, reading, [step.key], { kind: 'gone', until })
      return
    }
    default:
      throw new Error(`${step.kind} changes nothing`)
  }
}

const keyNamed = ({ keys }: SigningReading, dnskey: string): ZoneKey => {
  const key = keys.find((one) => dnskeyOf(one) === dnskey)
  if (key) return key
  throw new Error(`key ${tagOf(dnskey)} is not at hand`)
}

const noteDs = (
  { world, signing: { zone } }: Way,
  reading: SigningReading,
  keys: readonly string[],
  memory: DsMemory,
): Promise<void> =>
  note(world, reading, {
    ds: new Map([...reading.noted.ds, ...keys.map((key) => [dsNameOf(zone, key), memory] as const)]),
  })

/** On every nameserver that serves, since any of them may be the one that is left. */
const note = async (
  world: World,
  { serving }: SigningReading,
  facts: Partial<Pick<SigningReading['noted'], 'otherKeys' | 'ds'>>,
): Promise<void> => {
  for (const { name } of serving) await writeFacts(world, { ...(await getServer(world, name)), ...facts })
}

const unfinished = (step: SigningStep, { seen, until, details = [] }: Waiting): Come => ({
  exitCode: 7,
  next: step.kind,
  until: until ?? null,
  instructions: details,
  lines: [`Still to wait for: ${seen}.`, 'Run the same command again later, from any computer; --wait stays.'],
})
