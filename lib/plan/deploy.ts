import { serverName } from '../fleet/names.ts'
import { withChange } from './change.ts'
import type { PlanInput } from './input.ts'
import { abandonedSince, findServingLb, lbsInService, ledLbsIn, newLbsIn } from './lbs.ts'
import { beginLeaving, drainLeaving, pairsServed, refuseLed, refuseReturned } from './leaving.ts'
import { type Coming, comingFrom } from './losses.ts'
import { nameserversIn } from './nameservers.ts'
import { configurationOf, deletionOf, namesOf, sideBySide, withoutEmpty } from './phases.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { refuseStrangers, refuseUnsafe } from './safety.ts'
import type { Observed, ObservedServer, Plan, PlanPhase, Step } from './types.ts'

export interface DeployRequest extends Pick<PlanInput, 'pairs' | 'now' | 'zones' | 'zoneNames' | 'guards'> {
  /** Stop before the old servers are deleted, and keep them warm. */
  readonly keepOld: boolean
  /** Remove the next servers that an earlier run left, instead of going on with them. */
  readonly fresh: boolean
  /** Lbs that are being made and shall send to the new generation too, besides those in service. */
  readonly newLbs: readonly NewLb[]
}

interface NewLb {
  readonly name: string
  readonly pair: number
}

/** Where one pair stands relative to the generation being deployed. */
interface PairState {
  readonly pair: number
  /** The server of this generation, whatever it is called at the moment. */
  readonly made: ObservedServer | undefined
  /** The server that is called `nsN` and belongs to another generation. */
  readonly before: ObservedServer | undefined
}

interface Situation {
  readonly generation: number
  /** Next servers that are of no use to this deployment. */
  readonly discard: readonly ObservedServer[]
  /** Old servers that an earlier deployment kept warm. */
  readonly warm: readonly ObservedServer[]
  readonly notes: readonly string[]
}

/**
 * Replaces every nameserver by one of a new generation, or finishes the deployment that an earlier run left: the same
 * function either way, since it only asks what is missing. Pure.
 */
export const planDeploy = (observed: Observed, request: DeployRequest): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseUnready(observed, request)
  if (refusal) return refusal
  const situation = assess(observed, { ...request, now: laterThanAll(observed, request.now) })
  if (isRefusal(situation)) return situation
  const { generation, notes } = situation
  const phases = phasesOf(observed, request, situation)
  const coming = comingOf(observed, request, generation)
  const plan = withChange({ operation: 'deploy', generation, notes, phases }, observed, {
    ...coming,
    guards: request.guards,
  })
  return refuseUnsafe(plan, observed) ?? plan
}

/** A deployment that has traffic was agreed to when it began, with the zones that go by it: half of the clients lack them already. */
const comingOf = (observed: Observed, request: DeployRequest, generation: number): Coming => {
  const asked = lbsInService(observed).map(({ target }) => target)
  const made = observed.servers.find((one) => one.generation === generation && asked.includes(one.name))
  return made && made.zones !== request.zones
    ? comingFrom(made, observed)
    : { ...request, lack: 'the zone files do not have it', isAgreed: made !== undefined }
}

/** Serials must rise (RFC 1982), also on a machine whose clock is behind that of the last deployment. */
export const laterThanAll = (observed: Observed, now: number): number =>
  Math.max(now, abandonedSince(observed) ?? 0, ...observed.servers.map((server) => server.generation + 1))

const refuseUnready = (observed: Observed, { pairs, newLbs }: DeployRequest): Refusal | undefined => {
  for (let pair = 1; pair <= pairs; pair += 1) {
    if (findServingLb(observed, pair)) continue
    const name = serverName('lb', pair, 'serving')
    if (observed.lbs.some((lb) => lb.pair === pair && lb.phase === 'old')) {
      return {
        refused: `${name} is about to get its name from a rotation that is not finished`,
        hint: 'Go on with rotate-lbs; then deploy.',
      }
    }
    return { refused: `${name} does not exist`, hint: 'Make what is missing with bootstrap-infra, then deploy.' }
  }
  for (const { name, fault, active, pair } of lbsInService(observed)) {
    if (fault) {
      return {
        refused: `${name} could not be asked for its state: ${fault}`,
        hint: `Nothing was changed. See to ${name} first: a deployment moves its traffic.`,
      }
    }
    if (active === undefined && pair <= pairs) {
      return {
        refused: `${name} sends its queries nowhere yet`,
        hint: 'Finish the set-up with bootstrap-infra, then deploy.',
      }
    }
  }
  const rotating = newLbsIn(observed).filter(({ abandoned }) => abandoned === undefined)
  if (rotating.length > 0 && newLbs.length === 0 && ledLbsIn(observed).length === 0) {
    return {
      refused: `left of a rotation that is not ready for its glue yet: ${namesOf(rotating)}`,
      hint: 'Finish it with rotate-lbs, or take it back with rotate-lbs --abandon; then deploy.',
    }
  }
  const [stale] = staleNameservers(observed)
  if (stale && !isRenaming(observed, stale.generation)) {
    return {
      refused: `${stale.name} is left of a rotation that is being taken back`,
      hint: 'Have it removed with rotate-lbs --abandon; then deploy.',
    }
  }
  return refuseGoingBack(observed) ?? refuseReturned(observed, pairs) ?? refuseLed(observed, pairs)
}

/** What going back leaves is marked as kept before it changes its name; before that, lbs are led to what was kept. */
export const refuseGoingBack = (observed: Observed): Refusal | undefined => {
  const hint = 'Finish it with rollback-infra first.'
  const left = nameserversIn(observed, 'next').find(({ kept }) => kept)
  if (left) return { refused: `${left.name} is left of an unfinished rollback`, hint }
  const warm = nameserversIn(observed, 'old').filter(({ kept }) => kept)
  const asked = warm.find(({ name }) => observed.lbs.some(({ target }) => target === name))
  return asked && { refused: `queries go to ${asked.name} again, by a rollback that is not finished`, hint }
}

/** Those that were made for a rotation which has been abandoned since: their zones name lbs that leave again. */
const staleNameservers = (observed: Observed): readonly ObservedServer[] => {
  const since = abandonedSince(observed)
  return since === undefined ? [] : nameserversIn(observed, 'next').filter(({ generation }) => generation < since)
}

/** Every lb has come to this generation, and names have begun to change. */
const isRenaming = (observed: Observed, generation: number): boolean =>
  nameserversIn(observed, 'serving').some((server) => server.generation === generation) ||
  nameserversIn(observed, 'old').some(({ kept }) => !kept)

const assess = (observed: Observed, request: DeployRequest): Situation | Refusal => {
  const next = nameserversIn(observed, 'next')
  const old = nameserversIn(observed, 'old')
  if (next.length === 0) return assessWithoutNext(observed, request, old)
  const generation = Math.max(...next.map((server) => server.generation))
  const current = next.filter((server) => server.generation === generation)
  const stale = next.filter((server) => server.generation !== generation)
  const inUse =
    observed.lbs.some((lb) => generationOfTarget(observed, lb.target) === generation) ||
    old.some((server) => !server.kept)
  if (inUse && request.fresh) {
    return {
      refused: `the unfinished deployment of generation ${generation} already has traffic`,
      hint: 'Run deploy-infra without --fresh to finish it, or take it back with rollback-infra.',
    }
  }
  const changed = current.some((server) => server.zones !== request.zones)
  if (!inUse && (changed || request.fresh)) {
    const reason = changed
      ? 'made from zone files that have changed since'
      : 'left by an earlier run, discarded by --fresh'
    return {
      generation: request.now,
      discard: next,
      warm: old,
      notes: [`${namesOf(next)}: ${reason}; never served, removed first.`],
    }
  }
  const notes = [
    `Goes on with the unfinished deployment of generation ${generation}.`,
    ...(changed ? [othersAtHand] : []),
  ]
  return { generation, discard: stale, warm: [], notes }
}

/** What has traffic was proven as it is: it is finished so from any computer, whatever zone files lie there. */
const othersAtHand =
  'The zone files at hand are others than those that it was made from: it is finished as it was made, and another deploy-infra deploys them.'

const assessWithoutNext = (observed: Observed, request: DeployRequest, old: readonly ObservedServer[]): Situation => {
  const unfinished = old.filter((server) => !server.kept)
  if (unfinished.length === 0) {
    const notes = old.length === 0 ? [] : [`${namesOf(old)}: kept warm by an earlier deployment, removed first.`]
    return { generation: request.now, discard: [], warm: old, notes }
  }
  const generation = Math.max(...nameserversIn(observed, 'serving').map((server) => server.generation))
  const note = `Generation ${generation} serves already: only the rest of its deployment is left. Run again to deploy anew.`
  return { generation, discard: [], warm: [], notes: [note] }
}

const generationOfTarget = ({ servers }: Observed, target: string | undefined): number | undefined =>
  servers.find((server) => server.name === target)?.generation

const pairStates = (
  observed: Observed,
  pairs: number,
  { generation }: Pick<Situation, 'generation'>,
): readonly PairState[] =>
  pairsServed(observed, pairs).map((pair) => {
    const mine = observed.servers.filter((server) => server.role === 'nameserver' && server.pair === pair)
    return {
      pair,
      made: mine.find((server) => server.generation === generation && server.phase !== 'old'),
      before: mine.find((server) => server.generation !== generation && server.phase === 'serving'),
    }
  })

const phasesOf = (observed: Observed, request: DeployRequest, situation: Situation): readonly PlanPhase[] => {
  const states = pairStates(observed, request.pairs, situation)
  const finished = isFinished(observed, states, request.newLbs)
  return withoutEmpty([
    beginLeaving(observed, request.pairs, situation.generation),
    removal('Remove what never served', situation.discard, {
      loss: 'They never served; nothing is lost.',
      withYes: request.keepOld,
    }),
    removal('Remove what was kept warm', situation.warm, {
      loss: 'The generation before the serving one can then only be rebuilt.',
      withYes: request.keepOld,
    }),
    ...preparation(observed, states, situation.generation),
    ...(finished ? [] : cutover(observed, states, request.newLbs)),
    ...completion(observed, states, request),
    drainLeaving(observed, request.pairs),
  ])
}

/** Every lb sends to what was made, which has its name: an lb that was led back meanwhile is led on again. */
const isFinished = (observed: Observed, states: readonly PairState[], newLbs: readonly NewLb[]): boolean =>
  states.every(({ made }) => made?.phase === 'serving') &&
  movesOf(observed, states, newLbs).every(({ nameserver, target }) => target === nameserver)

/** Names do not wait for what drains. What deletes does: an idle colour may ask the old nameserver until it has ended. */
const completion = (
  observed: Observed,
  states: readonly PairState[],
  { keepOld, newLbs }: Pick<DeployRequest, 'keepOld' | 'newLbs'>,
): readonly PlanPhase[] => {
  const rename: PlanPhase = { key: 'rename', title: 'Rename, retire the idle colours', tracks: states.map(renames) }
  const left = withoutEmpty([rename, retirement(observed, states, keepOld)])
  if (left.length === 0) return []
  const retire = movesOf(observed, states, newLbs).map(({ lb }): Step => ({ kind: 'retire-lb', lb }))
  return [
    { ...rename, tracks: [...rename.tracks, ...sideBySide(retire)] },
    ...left.filter(({ key }) => key !== 'rename'),
  ]
}

/** What is left of the deployment of a generation to which every lb sends. Pure. */
export const restOfDeployment = (
  observed: Observed,
  { pairs, generation }: { readonly pairs: number; readonly generation: number },
): readonly PlanPhase[] =>
  withoutEmpty(completion(observed, pairStates(observed, pairs, { generation }), { keepOld: false, newLbs: [] }))

/** Who keeps the old has what was kept before give way to it: only one generation is warm. */
const removal = (
  title: string,
  servers: readonly ObservedServer[],
  { loss, withYes }: { readonly loss: string; readonly withYes: boolean },
): PlanPhase => ({
  key: 'discard',
  title,
  ...deletionOf(servers, { loss, ...(withYes ? { withYes } : {}) }),
})

/** A generation that an lb already sends to has passed its checks and must not be touched again: only what is missing is made. */
const preparation = (observed: Observed, states: readonly PairState[], generation: number): readonly PlanPhase[] => {
  const proven = observed.lbs.some((lb) => generationOfTarget(observed, lb.target) === generation)
  const pending = states.filter(({ made }) => made === undefined || (!proven && made.phase === 'next'))
  const names = pending.map(({ pair }) => serverName('nameserver', pair, 'next'))
  return [
    {
      key: 'create',
      title: 'Create',
      tracks: pending.map(({ pair, made }) => creation(serverName('nameserver', pair, 'next'), made, generation)),
    },
    {
      key: 'configure',
      title: 'Configure',
      tracks: configurationOf('nameserver', names),
    },
    { key: 'check', title: 'Check', tracks: sideBySide(names.map((server) => ({ kind: 'check-nameserver', server }))) },
  ]
}

const creation = (server: string, made: ObservedServer | undefined, generation: number): readonly Step[] => [
  ...(made ? [] : [{ kind: 'create-server', server, generation } as const]),
  { kind: 'await-server', server },
]

/**
 * Staging touches no traffic, so all lbs are staged at once; then one lb at a time is switched and proven before the next. New lbs
 * come first: they have to answer before anybody can learn of them, and what is noted on them says that somebody may have.
 */
const cutover = (observed: Observed, states: readonly PairState[], newLbs: readonly NewLb[]): readonly PlanPhase[] => {
  const moves = movesOf(observed, states, newLbs)
  const pending = moves.filter(({ nameserver, target }) => target !== nameserver)
  const led = ledLbsIn(observed)
  const isNew = ({ lb }: { readonly lb: string }): boolean =>
    newLbs.some(({ name }) => name === lb) && !led.some(({ name }) => name === lb)
  const unannounced = newLbs.filter(({ name }) => !observed.servers.find((one) => one.name === name)?.announced)
  return [
    {
      key: 'stage',
      title: 'Stage',
      tracks: pending.map(({ lb, nameserver }) => [
        { kind: 'stage-lb', lb, nameserver },
        { kind: 'verify-lb', lb, nameserver, port: 'preview' },
      ]),
    },
    ...moves.filter(isNew).map((move) => switchPhase(move, false)),
    {
      key: 'announce',
      title: 'Announce the new lbs',
      tracks: unannounced.length === 0 ? [] : [[{ kind: 'announce-lbs', lbs: unannounced.map(({ name }) => name) }]],
    },
    ...moves.filter((move) => !isNew(move)).map((move) => switchPhase(move, true)),
  ]
}

interface Move {
  readonly lb: string
  readonly nameserver: string
  /** Where it sends its queries now. */
  readonly target: string | undefined
}

const movesOf = (observed: Observed, states: readonly PairState[], newLbs: readonly NewLb[]): readonly Move[] => {
  const all = [...newLbs, ...ledLbsIn(observed), ...lbsInService(observed)]
  const lbs = [...new Map(all.map(({ name, pair }) => [name, { name, pair }])).values()]
  return states.flatMap(({ pair, made }) =>
    lbs
      .filter((lb) => lb.pair === pair)
      .map(({ name }) => ({
        lb: name,
        nameserver: made?.name ?? serverName('nameserver', pair, 'next'),
        target: observed.lbs.find((lb) => lb.name === name)?.target,
      })),
  )
}

const switchPhase = ({ lb, nameserver, target }: Move, movesTraffic: boolean): PlanPhase => ({
  key: movesTraffic ? 'switch' : 'switch-on',
  title: `Switch ${lb}`,
  movesTraffic,
  tracks: [
    [
      ...(target === nameserver ? [] : [{ kind: 'switch-lb', lb, nameserver } as const]),
      { kind: 'verify-lb', lb, nameserver, port: 'public' },
    ],
  ],
})

const renames = ({ pair, made, before }: PairState): readonly Step[] => {
  const serving = serverName('nameserver', pair, 'serving')
  const next = serverName('nameserver', pair, 'next')
  return [
    ...(before ? [{ kind: 'rename-server', server: serving, to: serverName('nameserver', pair, 'old') } as const] : []),
    ...(made?.phase === 'serving' ? [] : [{ kind: 'rename-server', server: next, to: serving } as const]),
    ...(made?.phase === 'serving' && made.isProtected ? [] : [{ kind: 'protect-server', server: serving } as const]),
  ]
}

const retirement = (observed: Observed, states: readonly PairState[], keepOld: boolean): PlanPhase => {
  const left = nameserversIn(observed, 'old').filter((server) => !server.kept)
  const names = states
    .filter(({ pair, before }) => before !== undefined || left.some((server) => server.pair === pair))
    .map(({ pair }) => serverName('nameserver', pair, 'old'))
  if (keepOld)
    return {
      key: 'keep',
      title: 'Keep the old warm',
      tracks: sideBySide(names.map((server) => ({ kind: 'keep-server', server }))),
    }
  return {
    key: 'remove',
    title: 'Remove the old',
    tracks: sideBySide(names.map((server) => ({ kind: 'delete-server', server }))),
    confirm: {
      name: names[0] ?? '',
      loss: `Deletes ${names.join(', ')}. Going back then needs a rebuild instead of a switch.`,
      mayKeep: true,
    },
  }
}
