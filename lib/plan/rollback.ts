import { serverName } from '../fleet/names.ts'
import { withChange } from './change.ts'
import type { PlanInput } from './input.ts'
import { lbsInService } from './lbs.ts'
import { leadBack, movesTo, refuseAbandoned, refuseFaulty, refuseStaleAddresses } from './lead-back.ts'
import { pairsServed } from './leaving.ts'
import { comingFrom } from './losses.ts'
import { nameserversIn } from './nameservers.ts'
import { withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers } from './safety.ts'
import type { Observed, ObservedServer, Plan, PlanPhase, Step } from './types.ts'
import { planUndo, type UndoRequest } from './undo.ts'
import { unfinishedGeneration } from './unfinished.ts'

export type RollbackRequest = Goal & UndoRequest

interface Goal extends Pick<PlanInput, 'pairs' | 'guards'> {
  /** What is to be undone, when both a deployment and an update of the lbs could be. */
  readonly of: 'deployment' | 'update' | undefined
}

/** The machines of one pair in a rollback, whatever they are called at the moment. */
interface PairState {
  readonly pair: number
  readonly good: ObservedServer
  readonly bad: ObservedServer
}

/**
 * Goes back to what served before: takes back a deployment that is unfinished; else leads to what is warm, the nameservers of the
 * generation before, or the nginx that served until an update of the lbs. Finishes what an earlier run left. Pure.
 */
export const planRollback = (observed: Observed, request: RollbackRequest): Plan | Refusal => {
  const unfinished = deploymentToUndo(observed, request)
  if (unfinished !== undefined) return planUndo(observed, unfinished, request)
  const refusal = refuseStrangers(observed) ?? refuseFaulty(observed) ?? refuseAmbiguous(observed, request)
  if (refusal) return refusal
  const described = { operation: 'rollback', generation: request.now, makesNothing: true } as const
  if (canRevertLbs(observed, request))
    return { ...described, notes: revertNotes, phases: revertPhases(observed), movedBefore: [] }
  const states = pairStates(observed, request.pairs)
  const cannot = isLedBack(observed) ? undefined : refuseReturn(observed, states, request)
  if (cannot) return cannot
  const phases = returnPhases(observed, states)
  const [first] = states
  if (!first || phases.length === 0) return { refused: 'There is nothing warm to go back to', hint: coldHint }
  const plan: Plan = { ...described, notes: returnNotes(states), phases, movedBefore: lbsThatAreBack(observed, states) }
  // zones that were added since go again: told, and not asked about, since whoever goes back is in a hurry
  return withChange(plan, observed, { ...comingFrom(first.good, observed), guards: request.guards })
}

const coldHint = 'Check out the commit to go back to, and run deploy-infra.'

/** The generation of an unfinished deployment: it is taken back before anything else, unless an update is meant. */
export const deploymentToUndo = (observed: Observed, { of }: Pick<Goal, 'of'>): number | undefined =>
  of === 'update' ? undefined : unfinishedGeneration(observed)

/**
 * The commit to rebuild from, once there is nothing warm to go back to; undefined while there is.
 * @returns a refusal when nobody has recorded it, or when what it made was never committed.
 */
export const findRebuild = (observed: Observed, request: Goal): string | undefined | Refusal => {
  // an update is undone by what is warm, or not at all
  if (request.of === 'update' || deploymentToUndo(observed, request) !== undefined) return undefined
  if (isWarm(observed, request.pairs) || canRevertLbs(observed, request)) return undefined
  const [serving] = nameserversIn(observed, 'serving')
  const commit = serving?.previous ?? ''
  if (commit === '') {
    return {
      refused: 'There is nothing warm to go back to, and no commit of the generation before is on record',
      hint: coldHint,
    }
  }
  if (!commit.endsWith('-dirty')) return commit
  return {
    refused: `The generation before is gone, and was made from changes on top of commit ${commit.replace(/-dirty$/, '')} that are in no commit`,
    hint: coldHint,
  }
}

/** An earlier run has led every lb back already, whatever became of it since: names alone are left to change. */
const isLedBack = (observed: Observed): boolean => {
  const leaving = nameserversIn(observed, 'next').filter(({ kept }) => kept)
  return leaving.length > 0 && !observed.lbs.some(({ target }) => leaving.some(({ name }) => name === target))
}

const refuseReturn = (observed: Observed, states: readonly PairState[], goal: Goal): Refusal | undefined =>
  refuseNotThere(observed, states, goal) ??
  refuseAbandoned(observed, states) ??
  refuseStaleAddresses(observed, states, [])

/** True when every pair has a nameserver of the generation before that still runs, or need not go back there any more. */
const isWarm = (observed: Observed, pairs: number): boolean =>
  isLedBack(observed) || pairStates(observed, pairs).length === pairsServed(observed, pairs).length

/** True when an lb can go back to the nginx that served before an update, and that is what is asked for. */
const canRevertLbs = (observed: Observed, { of, pairs }: Goal): boolean =>
  of !== 'deployment' &&
  !(of === undefined && isWarm(observed, pairs)) &&
  lbsInService(observed).some((lb) => lb.revertible)

/** What is asked for and cannot be undone, or not through every lb: never one lb here and the other there. */
const refuseNotThere = (observed: Observed, states: readonly PairState[], { of, pairs }: Goal): Refusal | undefined => {
  if (of === 'update')
    return { refused: 'No lb has the nginx of before an update any more', hint: 'Nothing was changed.' }
  if (states.length === 0 || states.length === pairsServed(observed, pairs).length) return undefined
  return {
    refused: `only ${states.map(({ good }) => good.name).join(', ')} of the generation before is there, not that of every pair`,
    hint: 'Nothing was changed. Finish the deployment with deploy-infra first.',
  }
}

const refuseAmbiguous = (observed: Observed, { of, pairs }: Goal): Refusal | undefined => {
  if (of !== undefined || isLedBack(observed) || !isWarm(observed, pairs)) return undefined
  if (!lbsInService(observed).some((lb) => lb.revertible)) return undefined
  return {
    refused: 'Both the last deployment and the last update of the lbs can be undone',
    hint: 'Say which: --of deployment, or --of update.',
  }
}

/**
 * The generation to get rid of. Ordinarily the one that serves; in the middle of the renaming, when names already differ from
 * pair to pair, the one that the lbs no longer send to. A next server that is marked as kept served until then.
 */
const generationToLeave = (observed: Observed): number | undefined => {
  const nameservers = observed.servers.filter(({ role }) => role === 'nameserver')
  const renamed = nameservers.find(({ phase, kept }) => phase === 'next' && kept)
  if (renamed) return renamed.generation
  const asked = new Set(observed.lbs.map(({ target }) => target))
  const serving = nameservers.filter(({ phase }) => phase === 'serving')
  const isMixed = new Set(serving.map(({ generation }) => generation)).size > 1
  return (isMixed ? serving.find(({ name }) => !asked.has(name)) : serving[0])?.generation
}

const pairStates = (observed: Observed, pairs: number): readonly PairState[] => {
  const leaving = generationToLeave(observed)
  return pairsServed(observed, pairs).flatMap((pair) => {
    const mine = observed.servers.filter(
      (server) => server.role === 'nameserver' && server.pair === pair && (server.phase !== 'next' || server.kept),
    )
    const bad = mine.find(({ generation }) => generation === leaving)
    const good = mine.find(({ generation }) => generation !== leaving)
    return bad && good ? [{ pair, good, bad }] : []
  })
}

const lbsThatAreBack = (observed: Observed, states: readonly PairState[]): readonly string[] => {
  const good = states.map((state) => state.good.name)
  return lbsInService(observed).flatMap(({ name, target }) => (target && good.includes(target) ? [name] : []))
}

const returnPhases = (observed: Observed, states: readonly PairState[]): readonly PlanPhase[] =>
  withoutEmpty([
    ...leadBack(movesTo(observed.lbs, states)),
    { key: 'rename', title: 'Rename back', tracks: states.map(renames) },
  ])

/** The names change places by way of `next`; the mark tells a later run that this next is no new deployment. */
const renames = ({ pair, good, bad }: PairState): readonly Step[] => {
  const next = serverName('nameserver', pair, 'next')
  const serving = serverName('nameserver', pair, 'serving')
  const old = serverName('nameserver', pair, 'old')
  if (bad.phase === 'old') return good.isProtected ? [] : [{ kind: 'protect-server', server: serving }]
  return [
    ...(bad.kept ? [] : [{ kind: 'keep-server', server: bad.name } as const]),
    ...(bad.phase === 'next' ? [] : [{ kind: 'rename-server', server: serving, to: next } as const]),
    ...(good.phase === 'serving' ? [] : [{ kind: 'rename-server', server: old, to: serving } as const]),
    { kind: 'protect-server', server: serving },
    { kind: 'rename-server', server: next, to: old },
  ]
}

const revertPhases = (observed: Observed): readonly PlanPhase[] =>
  lbsInService(observed)
    .filter((lb) => lb.revertible)
    .map(({ name: lb, target }) => ({
      key: 'switch',
      title: `Switch ${lb} back`,
      movesTraffic: true,
      tracks: [
        [{ kind: 'revert-lb', lb }, ...(target ? [{ kind: 'identify-lb', lb, nameserver: target } as const] : [])],
      ],
    }))

const revertNotes = [
  'Goes back to the nginx that served before the last update-lbs.',
  'What was updated stays installed: mend it and run update-lbs, before a deployment brings it into use.',
]

const returnNotes = (states: readonly PairState[]): readonly string[] => {
  const generations = (servers: readonly ObservedServer[]): string =>
    [...new Set(servers.map(({ generation }) => generation))].join(', ')
  return [
    `Goes back from generation ${generations(states.map(({ bad }) => bad))} to ${generations(states.map(({ good }) => good))}, which is still warm.`,
    'What serves now is kept warm in its place; the next deployment removes it.',
  ]
}
