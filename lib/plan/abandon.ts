import { serverName } from '../fleet/names.ts'
import { movePhase } from './addresses.ts'
import { withChange } from './change.ts'
import { laterThanAll, refuseGoingBack } from './deploy.ts'
import type { PlanInput } from './input.ts'
import { abandonedSince, namesLeavingLb, newLbsIn } from './lbs.ts'
import { type Coming, comingFrom } from './losses.ts'
import { nameserversIn } from './nameservers.ts'
import { deletionOf, deletions, namesOf, switchedTo, withoutEmpty } from './phases.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { type Restoration, restore } from './restore.ts'
import { isFloating } from './rotate.ts'
import { refuseStrangers, refuseUnsafe } from './safety.ts'
import type { Observed, ObservedServer, Plan, PlanPhase, Step } from './types.ts'

export type AbandonRequest = Pick<PlanInput, 'pairs' | 'now' | 'zones' | 'zoneNames' | 'addresses' | 'guards'>

/**
 * Takes back a rotation whose glue is not published, or is no more: has the zones name the old lbs again, waits until no cache can
 * know the new ones, and removes these. Goes on where an earlier run ended. Pure.
 * @param observed with `publication`.
 * @returns a refusal when there is no rotation, or as long as a parent server shows a new lb.
 */
export const planAbandon = (observed: Observed, request: AbandonRequest): Plan | Refusal => {
  const generation = laterThanAll(observed, request.now)
  const refusal = refuseStrangers(observed) ?? refuseLate(observed) ?? refuseGoingBack(observed)
  if (refusal) return refusal
  const way = wayOf(observed, { ...request, now: generation })
  if (isRefusal(way)) return way
  const phases = withoutEmpty(way.phases)
  const bare: Plan = { operation: 'abandon', generation, notes: notesOf(observed), ...way, phases }
  const plan = withChange(bare, observed, { ...comingBy(bare, observed, request), guards: request.guards })
  return refuseUnsafe(plan, observed) ?? plan
}

const wayOf = (observed: Observed, request: AbandonRequest): Restoration | Refusal => {
  if (isFloating(observed, request)) return leadBack(observed)
  const refusal = refusePublished(observed)
  if (refusal) return refusal
  return isKnown(observed) ? withdrawal(observed, request) : { phases: discard(observed) }
}

/** What the lbs are led to: new nameservers, or those of before, which have the zones that they had. */
const comingBy = (plan: Plan, observed: Observed, request: AbandonRequest): Coming => {
  const names = switchedTo(plan)
  const before = observed.servers.find(({ name, phase }) => names.includes(name) && phase !== 'next')
  return before ? comingFrom(before, observed) : { ...request, lack: 'the zone files do not have it', isAgreed: false }
}

const refuseLate = (observed: Observed): Refusal | undefined => {
  if (observed.lbs.some(({ phase, isDraining }) => phase === 'old' || (phase === 'serving' && isDraining))) {
    return {
      refused: 'The glue points at the new lbs already',
      hint: 'Finish the rotation with rotate-lbs; another one leads to other machines again.',
    }
  }
  return newLbsIn(observed).length > 0
    ? undefined
    : { refused: 'There is no rotation to abandon', hint: 'Nothing was changed.' }
}

const publicationOf = ({ publication }: Observed): NonNullable<Observed['publication']> => {
  if (publication) return publication
  throw new Error('planAbandon was not told what is published')
}

const refusePublished = (observed: Observed): Refusal | undefined => {
  const { glue } = publicationOf(observed)
  if (glue.length === 0) return undefined
  const more = glue.length - 8
  const back =
    'have the glue hold the addresses of the old lbs again at the registrar (status lists them), and run rotate-lbs --abandon again: it waits until no cache can know the new lbs'
  return {
    refused: `Glue points at a new lb:\n  ${[...glue.slice(0, 8), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n  ')}`,
    hint:
      abandonedSince(observed) === undefined
        ? `Nothing was changed. Finish the rotation with rotate-lbs; or ${back}.`
        : `Nothing was changed. To go on, ${back}.`,
  }
}

/** Whether anybody may have learnt of the new lbs: from what was noted on them, or from what the zones say now. */
const isKnown = (observed: Observed): boolean =>
  publicationOf(observed).named.length > 0 ||
  newLbsIn(observed).some(({ announced, abandoned }) => announced || abandoned !== undefined)

/** Nobody has been led to the new machines, so they go at once. */
const discard = (observed: Observed): readonly PlanPhase[] => [
  removal(observed, nameserversIn(observed, 'next'), 'Nobody has been led to them.'),
]

/** Each lb goes after the nameservers that name it and the Floating IPs made for it: with it goes what tells of all that. */
const removal = (observed: Observed, naming: readonly ObservedServer[], loss: string): PlanPhase => {
  const next = newLbsIn(observed)
  // an address that leads nowhere was left by a crash: zones would carry it all the same
  const addressesOf = (one: ObservedServer) =>
    observed.addresses.filter(({ lb, pair }) => lb === one.name || (lb === undefined && pair === one.pair))
  const alone = naming.filter(({ pair }) => next.every((one) => one.pair !== pair))
  return {
    key: 'abandon',
    title: 'Remove the new lbs',
    tracks: [
      deletions(alone),
      ...next.map((lb): readonly Step[] => [
        ...deletions(naming.filter(({ pair }) => pair === lb.pair)),
        ...addressesOf(lb).map(({ name: address }): Step => ({ kind: 'delete-address', address })),
        { kind: 'delete-server', server: lb.name },
      ]),
    ],
    confirm: {
      name: next[0]?.name ?? '',
      loss: `Deletes ${namesOf([...next, ...naming, ...next.flatMap(addressesOf)])}. ${loss}`,
    },
  }
}

/** Glue and zones give Floating IPs, which are led to the old lbs again; the new ones' own addresses were never given. */
const leadBack = (observed: Observed): Restoration => {
  const next = newLbsIn(observed)
  const moves = next.flatMap(({ name, pair }) =>
    observed.addresses.filter(({ lb }) => lb === name).map((address) => ({ address: address.name, pair })),
  )
  const phases: readonly PlanPhase[] = [
    ...moves.map(({ address, pair }) =>
      movePhase(`Move ${address} back`, address, { lb: serverName('lb', pair, 'serving'), pair }),
    ),
    {
      key: 'abandon',
      title: 'Remove the new lbs',
      ...deletionOf(next, { loss: 'No Floating IP leads there.' }),
    },
  ]
  return { phases }
}

/** Caches may know the new lbs: these go on answering until none can. */
const withdrawal = (observed: Observed, request: AbandonRequest): Restoration | Refusal => {
  const next = newLbsIn(observed)
  const refusal = refuseUnready(observed)
  if (refusal) return refusal
  const since = abandonedSince(observed) ?? request.now
  const unmarked = next.filter(({ abandoned }) => abandoned === undefined)
  const marked = markedAs(observed, since)
  const restoration = restore(marked, request)
  if (isRefusal(restoration)) return restoration
  const lbs = next.map(({ name }) => name)
  const isNoted = observed.lbs.every(({ phase, isDraining }) => phase !== 'next' || isDraining)
  const warm = observed.servers.filter((one) => one.role === 'nameserver' && one.kept && namesLeavingLb(marked, one))
  const phases: readonly PlanPhase[] = [
    {
      key: 'withdraw',
      title: 'Begin to take back',
      tracks:
        unmarked.length === 0
          ? []
          : [[{ kind: 'abandon-lbs', lbs: unmarked.map(({ name }) => name), generation: since }]],
    },
    ...restoration.phases,
    { key: 'drain', title: 'Begin to drain', tracks: isNoted ? [] : [[{ kind: 'begin-drain', lbs }]] },
    { key: 'caches', title: 'Wait for the caches', waits: true, tracks: [[{ kind: 'await-caches', lbs }]] },
    removal(observed, restoration.phases.length > 0 ? [] : warm, 'Who still asks there gets no answer.'),
  ]
  return { ...restoration, phases }
}

const refuseUnready = ({ lbs }: Observed): Refusal | undefined => {
  const bad = lbs.find(({ phase, fault, active }) => phase === 'next' && (fault !== undefined || active === undefined))
  return (
    bad && {
      refused: `${bad.name} ${bad.fault === undefined ? 'answers nobody' : `could not be asked for its state: ${bad.fault}`}`,
      hint: `Nothing was changed. Caches may know ${bad.name}, so it has to answer until they forget: see to it first, and run this again. If the machine is lost, delete it in the cloud console, then run this again.`,
    }
  )
}

const markedAs = (observed: Observed, since: number): Observed => ({
  ...observed,
  servers: observed.servers.map((one) =>
    one.role === 'lb' && one.phase === 'next' ? { ...one, abandoned: one.abandoned ?? since } : one,
  ),
})

const notesOf = (observed: Observed): readonly string[] =>
  abandonedSince(observed) === undefined
    ? ['Takes back a rotation: the new lbs go, glue stays as it is.']
    : ['Goes on with taking back a rotation.']
