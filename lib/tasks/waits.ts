import { findDelegationDifferences, showsOnly } from '../dns/delegation/faults.ts'
import { delegationStateOf, findSilentIn } from '../dns/delegation/state.ts'
import type { Delegation } from '../dns/delegation.ts'
import { canonicalName } from '../dns/wire/name.ts'
import { countQuestions, getLbStatus, readTalkers } from '../dns-lb.ts'
import { parseServerName } from '../fleet/names.ts'
import type { FleetServer } from '../fleet/server.ts'
import type { GlueChange, Step } from '../plan/types.ts'
import { canAsk, confirm, typeToConfirm } from '../prompts.ts'
import { sparkline } from '../report/sparkline.ts'
import { describeTalkers } from '../report/talkers.ts'
import { describeMoment, describeRemaining } from '../time.ts'
import { glueAddressesOf } from './addresses.ts'
import { domainOf, findGlueTo, readDelegations, registrarOf } from './delegations.ts'
import { servedZoneNames } from './generations.ts'
import { isOutage } from './outage.ts'
import { getDrain, getServer, writeFacts } from './servers.ts'
import { createWaitDisplay, type Look, type WaitDisplay, type WaitState, waitOut } from './wait.ts'
import type { RunWorld } from './world.ts'

export type Wait = Extract<Step, { readonly kind: 'await-parents' | 'await-caches' | 'await-idle' }>

export const isWait = (step: Step): step is Wait =>
  step.kind === 'await-parents' || step.kind === 'await-caches' || step.kind === 'await-idle'

export interface WaitFlags {
  readonly yes?: boolean | undefined
  readonly wait?: boolean | undefined
  readonly json?: boolean | undefined
  /** Seconds. */
  readonly forceAfter?: number | undefined
}

/** Sits out one wait, or ends the run there (exit code 7), as the operator wants it. */
export const waitForWorld = async (world: RunWorld, step: Step, flags: WaitFlags): Promise<void> => {
  if (!isWait(step)) throw new Error(`${step.kind} is no wait`)
  const show = createWaitDisplay(world, { isSilent: flags.json === true })
  await waitOut(world, step, patiently(lookFor(world, step, flags)), {
    everyMs: everyMs(world, step),
    show,
    isImpatient: flags.wait === false,
    stay: () => stay(flags, show),
  })
}

/** A countdown moves each second; the world is asked less often (see the looks). */
const everyMs = ({ settings }: RunWorld, { kind }: Wait): number =>
  kind === 'await-idle' ? Math.max(500, (settings.config.rotation.idleSeconds * 1000) / samples) : 1000

const stay = async (flags: WaitFlags, show: WaitDisplay): Promise<boolean> => {
  show.end()
  return wantsToStay(flags)
}

/** Whether somebody stays for a long wait, as flags say, or who is asked. */
export const wantsToStay = async ({ wait, yes }: Pick<WaitFlags, 'wait' | 'yes'>): Promise<boolean> => {
  if (wait !== undefined || !canAsk()) return wait === true
  if (yes) return true
  return confirm('This takes a while. Stay here for it? (No ends the run; run it again later, from any computer.)', {
    initial: true,
  })
}

const lookFor = (world: RunWorld, step: Wait, flags: WaitFlags): Look => {
  switch (step.kind) {
    case 'await-parents':
      return lookAtParents(world, step)
    case 'await-caches':
      return lookAtCaches(world, step.lbs)
    case 'await-idle':
      return lookAtTraffic(world, step.lbs, flags)
  }
}

/** A wait lasts for days: what cannot be reached for a while is told, and looked for again. */
const patiently =
  (look: Look): Look =>
  async () => {
    try {
      return await look()
    } catch (error) {
      if (!isOutage(error)) throw error
      return { isOver: false, seen: error.message }
    }
  }

/** Looks anew only after some time, and returns what it saw last until then. */
const atMostEvery = (intervalMs: (elapsedMs: number) => number, now: () => number, look: Look): Look => {
  const startedAt = now()
  let last: { readonly at: number; readonly state: WaitState } | undefined
  return async () => {
    const isDue = !last || last.state.isOver || now() - last.at >= intervalMs(now() - startedAt)
    if (isDue || !last) last = { at: now(), state: await look() }
    return last.state
  }
}

/** A registrar with an API takes seconds, a person hours: neither the cloud nor the parents are asked in vain all the time. */
const parentsEveryMs = (elapsedMs: number): number => (elapsedMs < 60_000 ? 2_000 : 30_000)

/** Over when every server of the parent shows the new addresses and nothing else. */
const lookAtParents = (world: RunWorld, { host, lb: name }: GlueChange): Look => {
  let instructions: readonly string[] | undefined
  return atMostEvery(parentsEveryMs, world.clock.now, async () => {
    const lb = await getServer(world, name)
    const addresses = await glueAddressesOf(world, lb)
    // whoever is not heard may be the one that still shows the old
    const delegations = (await readDelegations(world)).filter((one) => delegationStateOf(one).kind !== 'absent')
    const isShown = delegations.length > 0 && delegations.every((delegation) => showsOnly(delegation, host, addresses))
    if (isShown) return { isOver: true, seen: `every parent server shows ${addresses.join(' and ')} for ${host}` }
    instructions ??= await instructionsFor(world, host, { delegations, to: addresses })
    const wanted = { ns: undefined, glue: [{ name: host, addresses }] }
    const differences = delegations.flatMap((delegation) => findDelegationDifferences(delegation, wanted))
    const seen = [differences, findSilentIn(delegations)].flatMap((sentences) => inShort(sentences) ?? []).join('; ')
    return { isOver: false, seen: seen || 'no zone of ours is delegated', details: instructions }
  })
}

/** The first of some sentences, and how many more there are; undefined when there is none. */
const inShort = (sentences: readonly string[]): string | undefined => {
  const [first, ...others] = new Set(sentences)
  return others.length > 0 ? `${first}; and ${others.length} more` : first
}

const instructionsFor = async (
  world: RunWorld,
  host: string,
  { delegations, to }: { readonly delegations: readonly Delegation[]; readonly to: readonly string[] },
): Promise<readonly string[]> => {
  const registrar = registrarOf(world)
  if (!registrar.isManual) return []
  const shown = delegations
    .flatMap(({ parents }) => parents.flatMap((parent) => (parent.kind === 'referral' ? parent.glue : [])))
    .filter(({ name }) => name === canonicalName(host))
  const from = [...new Set(shown.map(({ address }) => address))].sort()
  return registrar.instructions(domainOf(await servedZoneNames(world), host), host, { from, to }).split('\n')
}

const delegationEveryMs = (): number => 60_000

/** Over when the TTLs are; looks at the parents now and then, since the old glue could come back. */
const lookAtCaches = (world: RunWorld, names: readonly string[]): Look => {
  const read = atMostEvery(delegationEveryMs, world.clock.now, async () => {
    const lbs = await Promise.all(names.map((name) => getServer(world, name)))
    const { shown, silent } = await findGlueTo(world, lbs)
    if (shown.length > 0) await Promise.all(lbs.map((lb) => beginAgain(world, lb)))
    const until = Math.max(...(await Promise.all(names.map((name) => readUntil(world, name)))))
    const [first] = shown
    const again = first && `the wait began anew: ${first}`
    const unknown = silent.length > 0 ? `the old glue may be back: ${inShort(silent)}` : ''
    return { isOver: false, seen: again ?? unknown, remainingMs: until }
  })
  const lbs = parseServerName(names[0] ?? '')?.phase === 'next' ? 'new lbs' : 'old lbs'
  return async () => {
    const { seen: doubt, remainingMs: until = 0 } = await read()
    const remainingMs = until - world.clock.now()
    // once the TTLs are over, what is left to wait for is the next look
    if (doubt !== '') return { isOver: false, seen: doubt, remainingMs: remainingMs > 0 ? remainingMs : undefined }
    if (remainingMs <= 0) return { isOver: true, seen: `no cache may know the ${lbs} any more` }
    return {
      isOver: false,
      seen: `${describeRemaining(remainingMs)} to go: caches may know the ${lbs} until ${describeMoment(until)}`,
      remainingMs,
    }
  }
}

const readUntil = async (world: RunWorld, name: string): Promise<number> => {
  const { since, waitSeconds } = getDrain(await getServer(world, name))
  return (since + waitSeconds) * 1000
}

const beginAgain = async (world: RunWorld, lb: FleetServer): Promise<void> => {
  const { waitSeconds } = getDrain(lb)
  await writeFacts(world, { ...lb, drain: { since: Math.floor(world.clock.now() / 1000), waitSeconds } })
}

/** Looks within the time that an lb has to be idle. */
const samples = 20
/** Of the picture, one a look: as many as fit beside another lb's on a terminal. */
const bars = 10
/** Of the rate before the rotation; the tail of scanners and of hard-coded resolvers never ends. */
const idleShare = 0.01
/** What is idle whatever the rate was before: a question a minute. */
const leastPerHour = 60

interface Sample {
  readonly at: number
  readonly counts: readonly number[]
}

/** Over when each lb has hardly been asked for the whole of the set time; our own questions are not counted. */
const lookAtTraffic = (world: RunWorld, names: readonly string[], { forceAfter }: WaitFlags): Look => {
  const windowMs = world.settings.config.rotation.idleSeconds * 1000
  let history: readonly Sample[] = []
  let isRefused = false
  return async () => {
    const lbs = await Promise.all(names.map((name) => getServer(world, name)))
    const counts = await Promise.all(lbs.map(async (lb) => countQuestions(await getLbStatus(world.ssh, lb))))
    const now = world.clock.now()
    const isReset = counts.some((count, index) => count < (history.at(-1)?.counts[index] ?? 0))
    // counters begin anew with the machine: so does the time that is looked at
    history = [...(isReset ? [] : history), { at: now, counts }]
    const begin = history.findLast(({ at }) => now - at >= windowMs)
    const states = lbs.map((lb, index) => trafficOf(lb, index, { history, begin: begin ?? history[0], now }))
    const seen = states.map(({ text }) => text).join('; ')
    if (begin && states.every(({ isIdle }) => isIdle))
      return { isOver: true, seen, details: await talkersOf(world, lbs) }
    // what is asked about has been seen for the whole of the set time
    const isForced = isRefused || !begin ? undefined : await force(world, lbs, { forceAfter, seen })
    isRefused ||= isForced === false
    return {
      isOver: isForced === true,
      seen,
      details: await talkersOf(world, lbs),
      remainingMs: begin ? undefined : windowMs - (now - (history[0]?.at ?? now)),
    }
  }
}

const trafficOf = (
  lb: FleetServer,
  index: number,
  { history, begin, now }: { history: readonly Sample[]; begin: Sample | undefined; now: number },
) => {
  const countAt = (sample: Sample | undefined): number => sample?.counts[index] ?? 0
  const asked = countAt(history.at(-1)) - countAt(begin)
  const hours = Math.max(1, now - (begin?.at ?? now)) / 3_600_000
  const threshold = Math.max(leastPerHour, (lb.before?.queriesPerHour ?? 0) * idleShare)
  const recent = history.slice(-bars - 1)
  const steps = recent.slice(1).map((sample, i) => countAt(sample) - countAt(recent[i]))
  const perMinute = (rate: number): string => (rate / 60).toFixed(1)
  const text = `${lb.name} ${sparkline(steps)} ${perMinute(asked / hours)} a minute, idle below ${perMinute(threshold)}`
  return { isIdle: asked / hours < threshold, text }
}

const talkersOf = async (world: RunWorld, lbs: readonly FleetServer[]): Promise<readonly string[]> =>
  (await Promise.all(lbs.map(async (lb) => describeTalkers(lb.name, await readTalkers(world.ssh, lb))))).flat()

/**
 * An lb that is still asked goes only when its name is typed, and not before the set time after the TTLs.
 * @returns undefined as long as there is nothing to ask.
 */
const force = async (
  world: RunWorld,
  lbs: readonly FleetServer[],
  { forceAfter, seen }: { readonly forceAfter: number | undefined; readonly seen: string },
): Promise<boolean | undefined> => {
  const until = Math.max(...lbs.map((lb) => getDrain(lb).since + getDrain(lb).waitSeconds))
  const name = lbs[0]?.name ?? ''
  if (forceAfter === undefined || world.clock.now() / 1000 < until + forceAfter || !canAsk()) return undefined
  return typeToConfirm(name, `Still asked: ${seen}\n  Who asks there gets no answer once it is removed.`)
}
