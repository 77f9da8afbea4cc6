import { serverName } from '../fleet/names.ts'
import { addressCreations, movePhase } from './addresses.ts'
import { laterThanAll, planDeploy, refuseGoingBack } from './deploy.ts'
import type { PlanInput } from './input.ts'
import { abandonedSince, findServingLb, newLbsIn, switchOn } from './lbs.ts'
import { refuseReturned } from './leaving.ts'
import { configurationOf, mergePhases, namesOf, sideBySide, withoutEmpty } from './phases.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { refuseStrangers } from './safety.ts'
import type { GlueChange, Observed, ObservedLb, ObservedServer, Plan, PlanPhase, Step } from './types.ts'

/** Where one pair stands in a rotation. */
interface PairState {
  readonly pair: number
  readonly host: string
  /** The lb that leaves, whatever it is called at the moment; undefined before a rotation has begun. */
  readonly leaving: ObservedLb | undefined
  /** Name of the lb that comes. */
  readonly coming: string
  readonly isMade: boolean
  readonly isRenamed: boolean
}

/**
 * Replaces every lb by a new machine, or finishes the rotation that an earlier run left, from whatever computer: makes the new,
 * has glue point at them, waits until nobody can know the old any more and nobody asks them, and removes them. Pure.
 */
export const planRotate = (observed: Observed, request: PlanInput): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseUnready(observed, request)
  if (refusal) return refusal
  const states = pairStates(observed, request)
  if (isFloating(observed, request)) return planMove(observed, states, request)
  const preparation = planPreparation(observed, states, request)
  if (isRefusal(preparation)) return preparation
  return {
    ...preparation,
    operation: 'rotate',
    notes: [...notesOf(observed), ...preparation.notes],
    phases: withoutEmpty([...preparation.phases, ...gluePhases(states, request), ...removalPhases(states)]),
  }
}

/**
 * The lb of every pair that leaves was there with the Floating IPs already, so glue points at these and stays as it is. Where they
 * are younger, they were made for the rotation that has glue point at them.
 */
export const isFloating = (
  { addresses, servers }: Observed,
  request: Pick<PlanInput, 'addresses' | 'pairs'>,
): boolean =>
  request.addresses === 'floating' &&
  Array.from({ length: request.pairs }, (_, index) => index + 1).every((pair) => {
    const lbs = servers.filter((server) => server.role === 'lb' && server.pair === pair && server.phase !== 'next')
    const leaving = lbs.find(({ phase }) => phase === 'old') ?? lbs[0]
    const ofPair = addresses.filter((address) => address.pair === pair)
    return leaving !== undefined && ofPair.length > 0 && ofPair.every((one) => one.generation <= leaving.generation)
  })

const lbNamed = ({ lbs }: Observed, name: string): ObservedLb | undefined => lbs.find((lb) => lb.name === name)

/** Names change when every pair has its new lb; a pair without another lb beside it has come to its end by then. */
const pairStates = (observed: Observed, { hostnames }: PlanInput): readonly PairState[] => {
  const all = hostnames.map((host, index) => pairState(observed, index + 1, host))
  return all.some(({ isRenamed }) => isRenamed) ? all.filter(({ isMade }) => isMade) : all
}

const pairState = (observed: Observed, pair: number, host: string): PairState => {
  const next = serverName('lb', pair, 'next')
  const old = lbNamed(observed, serverName('lb', pair, 'old'))
  const isRenamed = old !== undefined && lbNamed(observed, next) === undefined
  return {
    pair,
    host,
    leaving: old ?? findServingLb(observed, pair),
    coming: isRenamed ? serverName('lb', pair, 'serving') : next,
    isMade: isRenamed || lbNamed(observed, next) !== undefined,
    isRenamed,
  }
}

const refuseUnready = (observed: Observed, { pairs }: PlanInput): Refusal | undefined => {
  if (abandonedSince(observed) !== undefined) {
    return {
      refused: `a rotation is being taken back: ${namesOf(newLbsIn(observed))}`,
      hint: 'Go on with rotate-lbs --abandon; once it is done, rotate anew.',
    }
  }
  const goingBack = refuseGoingBack(observed) ?? refuseReturned(observed, pairs)
  if (goingBack) return goingBack
  const leaving = observed.servers.find(({ pair }) => pair > pairs)
  if (leaving) {
    return {
      refused: `infra.config.ts does not have the pair of ${leaving.name}`,
      hint: 'Deploy without it (deploy-infra) and remove it (rotate-lbs --remove-pairs); then rotate the rest. Or add the pair to the config again.',
    }
  }
  const isRotating = observed.lbs.some(({ phase }) => phase !== 'serving')
  for (let pair = 1; pair <= pairs; pair += 1) {
    if (lbNamed(observed, serverName('lb', pair, 'serving')) ?? lbNamed(observed, serverName('lb', pair, 'old')))
      continue
    return { refused: `${serverName('lb', pair, 'serving')} does not exist`, hint: 'Make it with bootstrap-infra.' }
  }
  // also one whose new nameservers serve: the rest of it would be taken for the deployment that a rotation begins with
  const unfinished = observed.servers.find(
    ({ role, phase, kept }) => role === 'nameserver' && (phase === 'next' || (phase === 'old' && !kept)),
  )
  if (unfinished?.phase === 'old' && observed.lbs.some(({ target }) => target === unfinished.name)) {
    return {
      refused: `queries go to ${unfinished.name} again, by a rollback that is not finished`,
      hint: 'Finish it with rollback-infra first, then rotate.',
    }
  }
  if (unfinished && !isRotating) {
    return {
      refused: `${unfinished.name} is left of an unfinished deployment`,
      hint: 'Finish it with deploy-infra first, then rotate.',
    }
  }
  return undefined
}

type Preparation = Omit<Plan, 'operation'>

/**
 * The new lbs, and nameservers whose zones carry their addresses: a deployment, of which the new lbs are part. Nothing of it
 * is left once names have changed, and none of the deployment once nameservers younger than the new lbs serve.
 */
const planPreparation = (
  observed: Observed,
  states: readonly PairState[],
  request: PlanInput,
): Preparation | Refusal => {
  if (states.some(({ isRenamed }) => isRenamed)) return { generation: request.now, notes: [], phases: [] }
  const newLbs = states.map(({ coming, pair }) => ({ name: coming, pair }))
  const made = newLbsIn(observed)
  const youngest = Math.max(...made.map(({ generation }) => generation), 0)
  if (made.length === states.length && isDeployed(observed, youngest)) {
    return { generation: request.now, notes: [], phases: [] }
  }
  const deployment = planDeploy(observed, { ...request, keepOld: false, fresh: false, newLbs })
  if (isRefusal(deployment)) return deployment
  const generation = youngest || deployment.generation
  const missing = states.filter(({ isMade }) => !isMade)
  return {
    ...deployment,
    notes: [...deployment.notes, ...addressNotes(deployment, missing)],
    phases: [
      {
        key: 'create-lbs',
        title: 'Create the lbs',
        tracks: sideBySide(missing.map(({ coming }) => ({ kind: 'create-server', server: coming, generation }))),
      },
      ...mergePhases(
        [
          {
            key: 'create',
            title: 'Create',
            tracks: [...creations(states, request, generation), ...measurements(states)],
          },
          {
            key: 'configure',
            title: 'Configure',
            tracks: configurationOf(
              'lb',
              newLbs.map(({ name }) => name),
            ),
          },
        ],
        deployment.phases,
      ),
    ],
  }
}

/** A comparison of zones has the addresses of today, since those to come are not known before the machines are there. */
const addressNotes = ({ change }: Plan, missing: readonly PairState[]): readonly string[] =>
  change && missing.length > 0
    ? [
        `Besides, zones give other addresses for ${missing.map(({ host }) => host).join(', ')}: those that are made now.`,
      ]
    : []

const creations = (states: readonly PairState[], { addresses }: PlanInput, generation: number): PlanPhase['tracks'] =>
  states.map(({ coming, pair }) => [
    { kind: 'await-server', server: coming },
    ...(addresses === 'floating' ? addressCreations(pair, coming, generation) : []),
  ])

const measurements = (states: readonly PairState[]): PlanPhase['tracks'] =>
  sideBySide(states.flatMap(({ leaving }) => (leaving ? [{ kind: 'measure-lb', lb: leaving.name } as const] : [])))

/** Nameservers made after the new lbs serve behind every lb, and nothing of their deployment is left to do. */
const isDeployed = ({ servers, lbs }: Observed, since: number): boolean => {
  const nameservers = servers.filter(({ role }) => role === 'nameserver')
  const isDone = ({ phase, generation, kept }: ObservedServer): boolean =>
    phase === 'serving' ? generation >= since : phase === 'old' && kept
  return (
    nameservers.every(isDone) && lbs.every(({ pair, target }) => target === serverName('nameserver', pair, 'serving'))
  )
}

const gluePhases = (states: readonly PairState[], { hasRegistrar }: PlanInput): readonly PlanPhase[] => {
  const pending = states.filter(({ leaving, isRenamed }) => !isRenamed && !leaving?.isDraining)
  const changes = pending.map(({ host, coming }): GlueChange => ({ host, lb: coming }))
  const unmarked = states.flatMap(({ leaving, isRenamed, pair }) =>
    leaving?.isDraining ? [] : [leavingName(pair, isRenamed)],
  )
  return [
    {
      key: 'delegation',
      title: 'Check the delegation',
      tracks: changes.length === 0 ? [] : [[{ kind: 'check-delegation', hosts: changes }]],
    },
    ...changes.flatMap((change): readonly PlanPhase[] => {
      const ask = `Have the glue of ${change.host} point at ${change.lb} now? Both lbs serve from then on.`
      const wait = { key: 'parents', waits: true, tracks: [[{ kind: 'await-parents', ...change }]] } as const
      return hasRegistrar
        ? [
            {
              key: 'glue',
              title: `Change the glue of ${change.host}`,
              ask,
              tracks: [[{ kind: 'publish-glue', ...change }]],
            },
            { ...wait, title: `Wait for the parents to show ${change.host}` },
          ]
        : [{ ...wait, title: `Have somebody change the glue of ${change.host}` }]
    }),
    {
      key: 'drain',
      title: 'Begin to drain',
      tracks: unmarked.length === 0 ? [] : [[{ kind: 'begin-drain', lbs: unmarked }]],
    },
    { key: 'rename-lbs', title: 'Rename the lbs', tracks: states.map(renames) },
  ]
}

/**
 * With Floating IPs a rotation needs neither glue nor waits: new lbs that send to the same nameservers are proven at their own
 * addresses, then each Floating IP is led there, one after the other, each proven before the next.
 */
const planMove = (observed: Observed, states: readonly PairState[], request: PlanInput): Plan | Refusal => {
  const now = laterThanAll(observed, request.now)
  const astray = observed.lbs.find(
    ({ phase, pair, target }) => phase === 'serving' && target !== serverName('nameserver', pair, 'serving'),
  )
  if (astray) {
    return {
      refused: `${astray.name} does not send its queries to the nameserver of its pair`,
      hint: 'Look at status; finish the deployment with deploy-infra first.',
    }
  }
  const pending = states.filter(({ isRenamed }) => !isRenamed)
  const coming = pending.map((state) => ({
    lb: state.coming,
    nameserver: serverName('nameserver', state.pair, 'serving'),
  }))
  const missing = pending.filter(({ isMade }) => !isMade)
  return {
    operation: 'rotate',
    generation: now,
    notes: [
      ...notesOf(observed),
      'Glue points at Floating IPs: these are led to the new lbs, and nothing has to be waited for.',
    ],
    phases: withoutEmpty([
      {
        key: 'create-lbs',
        title: 'Create the lbs',
        tracks: sideBySide(missing.map((state) => ({ kind: 'create-server', server: state.coming, generation: now }))),
      },
      {
        key: 'create',
        title: 'Create',
        tracks: sideBySide(pending.map((state) => ({ kind: 'await-server', server: state.coming }))),
      },
      {
        key: 'configure',
        title: 'Configure',
        tracks:
          pending.length === 0
            ? []
            : configurationOf(
                'lb',
                coming.map(({ lb }) => lb),
              ),
      },
      {
        key: 'switch-on',
        title: 'Switch on',
        tracks: coming.map(({ lb, nameserver }) => switchOn(lb, nameserver)),
      },
      ...pending.flatMap((state) => movesOf(observed, state)),
      { key: 'rename-lbs', title: 'Rename the lbs', tracks: states.map(renames) },
      ...removalPhases(states).slice(-1),
    ]),
    movedBefore: states.flatMap((state) => addressesAt(observed, state)),
  }
}

const addressesAt = ({ addresses }: Observed, { coming }: PairState): readonly string[] =>
  addresses.flatMap(({ name, lb }) => (lb === coming ? [name] : []))

const movesOf = ({ addresses }: Observed, { pair, coming }: PairState): readonly PlanPhase[] =>
  addresses
    .filter((address) => address.pair === pair && address.lb !== coming)
    .map(({ name: address }) => movePhase(`Move ${address}`, address, { lb: coming, pair }))

const leavingName = (pair: number, isRenamed: boolean): string => serverName('lb', pair, isRenamed ? 'old' : 'serving')

const renames = ({ pair, leaving, isRenamed }: PairState): readonly Step[] => {
  if (isRenamed) return []
  const serving = serverName('lb', pair, 'serving')
  const old = serverName('lb', pair, 'old')
  return [
    ...(leaving?.phase === 'old' ? [] : [{ kind: 'rename-server', server: serving, to: old } as const]),
    { kind: 'rename-server', server: serverName('lb', pair, 'next'), to: serving },
    { kind: 'protect-server', server: serving },
  ]
}

const removalPhases = (states: readonly PairState[]): readonly PlanPhase[] => {
  const lbs = states
    .filter(({ leaving, isRenamed }) => leaving !== undefined && (!isRenamed || leaving.phase === 'old'))
    .map(({ pair }) => serverName('lb', pair, 'old'))
  return [
    {
      key: 'caches',
      title: 'Wait for the caches',
      waits: true,
      tracks: lbs.length === 0 ? [] : [[{ kind: 'await-caches', lbs }]],
    },
    {
      key: 'idle',
      title: 'Wait until idle',
      waits: true,
      tracks: lbs.length === 0 ? [] : [[{ kind: 'await-idle', lbs }]],
    },
    {
      key: 'remove-lbs',
      title: 'Remove the old lbs',
      tracks: sideBySide(lbs.map((server) => ({ kind: 'delete-server', server }))),
      confirm: {
        name: lbs[0] ?? '',
        loss: `Deletes ${lbs.join(', ')} with their addresses. Who still asks there gets no answer.`,
      },
    },
  ]
}

const notesOf = ({ lbs }: Observed): readonly string[] =>
  lbs.some(({ phase }) => phase !== 'serving') ? ['Goes on with an unfinished rotation.'] : []
