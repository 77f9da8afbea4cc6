import { serverName } from '../fleet/names.ts'
import { withChange } from './change.ts'
import type { PlanInput } from './input.ts'
import { lbsInService, namesLeavingLb } from './lbs.ts'
import { comingFrom } from './losses.ts'
import { nameserversIn } from './nameservers.ts'
import { sideBySide, withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers } from './safety.ts'
import type { Observed, ObservedServer, Plan, PlanPhase, Step } from './types.ts'

export interface RollbackRequest extends Pick<PlanInput, 'pairs' | 'now' | 'guards'> {
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
 * Goes back to what served before, as long as it is warm: the nameservers of the generation before, or the nginx that served
 * until an update of the lbs. Finishes what an earlier run left. Pure.
 */
export const planRollback = (observed: Observed, request: RollbackRequest): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseFaulty(observed) ?? refuseAmbiguous(observed, request)
  if (refusal) return refusal
  const described = { operation: 'rollback', generation: request.now, makesNothing: true } as const
  if (canRevertLbs(observed, request))
    return { ...described, notes: revertNotes, phases: revertPhases(observed), movedBefore: [] }
  const states = pairStates(observed, request.pairs)
  const notThere = refuseNotThere(states, request)
  if (notThere) return notThere
  const phases = returnPhases(observed, states)
  const [first] = states
  if (!first || phases.length === 0) return { refused: 'There is nothing warm to go back to', hint: coldHint }
  const stale = refuseStaleAddresses(observed, states)
  if (stale) return stale
  const plan: Plan = { ...described, notes: returnNotes(states), phases, movedBefore: lbsThatAreBack(observed, states) }
  // zones that were added since go again: told, and not asked about, since whoever goes back is in a hurry
  return withChange(plan, observed, { ...comingFrom(first.good, observed), guards: request.guards })
}

const coldHint = 'Check out the commit to go back to, and run deploy-infra.'

/**
 * The commit to rebuild from, once there is nothing warm to go back to; undefined while there is.
 * @returns a refusal when nobody has recorded it, or when what it made was never committed.
 */
export const findRebuild = (observed: Observed, request: RollbackRequest): string | undefined | Refusal => {
  // an update is undone by what is warm, or not at all
  if (request.of === 'update' || isWarm(observed, request.pairs) || canRevertLbs(observed, request)) return undefined
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

/** True when every pair has a nameserver of the generation before that still runs. */
const isWarm = (observed: Observed, pairs: number): boolean => pairStates(observed, pairs).length === pairs

/** True when an lb can go back to the nginx that served before an update, and that is what is asked for. */
const canRevertLbs = (observed: Observed, { of, pairs }: RollbackRequest): boolean =>
  of !== 'deployment' &&
  !(of === undefined && isWarm(observed, pairs)) &&
  lbsInService(observed).some((lb) => lb.revertible)

const refuseFaulty = (observed: Observed): Refusal | undefined => {
  const faulty = lbsInService(observed).find(({ fault }) => fault !== undefined)
  return faulty && { refused: `${faulty.name} could not be asked: ${faulty.fault}`, hint: 'Nothing was changed.' }
}

/** Zones made before a rotation give the addresses of lbs that are leaving or gone: resolvers would follow them there. */
const refuseStaleAddresses = (observed: Observed, states: readonly PairState[]): Refusal | undefined => {
  const stale = states.find(({ pair, good }) => {
    const floating = observed.addresses.filter((address) => address.pair === pair)
    const lbs = observed.servers.filter(
      ({ role, phase, abandoned, ...lb }) =>
        role === 'lb' && phase !== 'old' && abandoned === undefined && lb.pair === pair,
    )
    const since = Math.max(...(floating.length > 0 ? floating : lbs).map(({ generation }) => generation), 0)
    return since > good.generation
  })
  return (
    refuseAbandoned(observed, states) ??
    (stale && {
      refused: `${stale.good.name} was made before the lbs were rotated: its zones give the addresses of the lbs of before`,
      hint: 'Check out the commit to go back to (label `commit`), and run deploy-infra: that puts in the addresses of today.',
    })
  )
}

const refuseAbandoned = (observed: Observed, states: readonly PairState[]): Refusal | undefined => {
  const named = states.find(({ good }) => namesLeavingLb(observed, good))
  return (
    named && {
      refused: `${named.good.name} was made for a rotation that is being taken back: its zones give the addresses of lbs that leave`,
      hint: 'Check out the commit to go back to (label `commit`), and run deploy-infra.',
    }
  )
}

/** What is asked for and cannot be undone, or not through every lb: never one lb here and the other there. */
const refuseNotThere = (states: readonly PairState[], { of, pairs }: RollbackRequest): Refusal | undefined => {
  if (of === 'update')
    return { refused: 'No lb has the nginx of before an update any more', hint: 'Nothing was changed.' }
  if (states.length === 0 || states.length === pairs) return undefined
  return {
    refused: `only ${states.map(({ good }) => good.name).join(', ')} of the generation before is there, not that of every pair`,
    hint: 'Nothing was changed. Finish the deployment with deploy-infra first.',
  }
}

const refuseAmbiguous = (observed: Observed, { of, pairs }: RollbackRequest): Refusal | undefined => {
  if (of !== undefined || !isWarm(observed, pairs) || !lbsInService(observed).some((lb) => lb.revertible))
    return undefined
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
  const asked = new Set(lbsInService(observed).map(({ target }) => target))
  const serving = nameservers.filter(({ phase }) => phase === 'serving')
  const isMixed = new Set(serving.map(({ generation }) => generation)).size > 1
  return (isMixed ? serving.find(({ name }) => !asked.has(name)) : serving[0])?.generation
}

const pairStates = (observed: Observed, pairs: number): readonly PairState[] => {
  const leaving = generationToLeave(observed)
  return Array.from({ length: pairs }, (_, index) => index + 1).flatMap((pair) => {
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

const returnPhases = (observed: Observed, states: readonly PairState[]): readonly PlanPhase[] => {
  const moves = states.flatMap(({ pair, good }) =>
    lbsInService(observed)
      .filter((lb) => lb.pair === pair)
      .map((lb) => ({ lb: lb.name, nameserver: good.name, isThere: lb.target === good.name })),
  )
  const pending = moves.filter(({ isThere }) => !isThere)
  return withoutEmpty([
    {
      key: 'stage',
      title: 'Stage',
      tracks: sideBySide(pending.map(({ lb, nameserver }) => ({ kind: 'stage-lb', lb, nameserver }))),
    },
    ...pending.map(
      ({ lb, nameserver }): PlanPhase => ({
        key: 'switch',
        title: `Switch ${lb} back`,
        movesTraffic: true,
        tracks: [
          [
            { kind: 'switch-lb', lb, nameserver },
            { kind: 'identify-lb', lb, nameserver },
          ],
        ],
      }),
    ),
    {
      key: 'retire',
      title: 'Retire the idle colour',
      tracks: sideBySide(moves.map(({ lb }) => ({ kind: 'retire-lb', lb }))),
    },
    { key: 'rename', title: 'Rename back', tracks: states.map(renames) },
  ])
}

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
