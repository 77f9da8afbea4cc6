import { type Role, serverName } from '../fleet/names.ts'
import { addressCreations } from './addresses.ts'
import { withChange } from './change.ts'
import { laterThanAll, refuseGoingBack } from './deploy.ts'
import type { PlanInput } from './input.ts'
import { newLbsIn, switchOn } from './lbs.ts'
import { nameserversIn } from './nameservers.ts'
import { configurationOf, sideBySide, withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers } from './safety.ts'
import type { Observed, ObservedServer, Plan, Step, Track } from './types.ts'

export interface BootstrapRequest extends PlanInput {
  /** Also enter glue and nameservers at the registrar, whose API says itself what is there already. */
  readonly register: boolean
}

interface PairState {
  readonly pair: number
  readonly lb: string
  readonly nameserver: string
  readonly hasLb: boolean
  readonly hasNameserver: boolean
  /** The pair answers queries already: neither machine may be configured again. */
  readonly isServing: boolean
  /** The lb has been switched on: if glue points there, then as it is, at the lb's own addresses or at Floating IPs. */
  readonly isAsked: boolean
}

const roles = ['nameserver', 'lb'] as const

/** Makes whatever is missing of a whole installation, from nothing or from what an earlier run left. Pure. */
export const planBootstrap = (observed: Observed, request: BootstrapRequest): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseUnfinished(observed) ?? refuseManual(request)
  if (refusal) return refusal
  const states = Array.from({ length: request.pairs }, (_, index) => pairState(observed, index + 1))
  const pending = states.filter((state) => !state.isServing)
  const generation = generationOf(observed, request, pending)
  const all = nameserversIn(observed, 'serving').map((server) => server.generation)
  const isSplit = new Set([...all, ...(pending.length > 0 ? [generation] : [])]).size > 1
  const servers = observed.servers.filter((server) => server.phase === 'serving' && !server.isProtected)
  const unprotected = [...servers.map((server) => server.name), ...states.flatMap(missingServers)]
  const phases = withoutEmpty([
    { key: 'foundation', title: 'Foundation', tracks: foundation(observed) },
    {
      key: 'create',
      title: 'Create',
      tracks: pending.flatMap((state) => creations(state, request.addresses, generation)),
    },
    { key: 'configure', title: 'Configure', tracks: roles.flatMap((role) => configuration(role, pending)) },
    {
      key: 'check',
      title: 'Check',
      tracks: sideBySide(pending.map(({ nameserver }) => ({ kind: 'check-nameserver', server: nameserver }))),
    },
    { key: 'switch-on', title: 'Switch on', tracks: pending.map(({ lb, nameserver }) => switchOn(lb, nameserver)) },
    {
      key: 'protect',
      title: 'Protect',
      tracks: sideBySide([...new Set(unprotected)].map((server) => ({ kind: 'protect-server', server }))),
    },
    { key: 'register', title: 'Register', tracks: request.register && !isSplit ? [registration(request)] : [] },
  ])
  const notes = [...notesOf(observed, phases.length), ...(isSplit ? splitNotes(request) : [])]
  const plan: Plan = { operation: 'bootstrap', generation, notes, phases }
  return withChange(plan, observed, { ...request, lack: 'the zone files do not have it', isAgreed: false })
}

/**
 * What is made beside pairs that serve is of their generation only if it answers as they do: made from the same zone files, and with
 * no new lb, whose addresses its zones would have and theirs not. Otherwise one serial would stand for two contents.
 */
const generationOf = (
  observed: Observed,
  { pairs, zones, now }: Pick<BootstrapRequest, 'pairs' | 'zones' | 'now'>,
  pending: readonly PairState[],
): number => {
  const isPending = ({ pair }: ObservedServer): boolean => pending.some((state) => state.pair === pair)
  const standing = nameserversIn(observed, 'serving').filter((one) => one.pair <= pairs && !isPending(one))
  const serving = newest(standing)
  if (serving === undefined) return newest(observed.servers) ?? now
  const begun = observed.servers.filter(
    (one) => one.phase === 'serving' && isPending(one) && (one.role === 'nameserver' || one.generation > serving),
  )
  const isAlike = standing.every((one) => one.zones === zones) && pending.every(({ hasLb }) => hasLb)
  return newest(begun) ?? (isAlike ? serving : laterThanAll(observed, now))
}

const newest = (servers: readonly ObservedServer[]): number | undefined =>
  servers.length === 0 ? undefined : Math.max(...servers.map(({ generation }) => generation))

const refuseUnfinished = (observed: Observed): Refusal | undefined => {
  const [lb] = newLbsIn(observed)
  if (lb) {
    return {
      refused: `${lb.name} is left of an unfinished rotation`,
      hint: 'Finish it with rotate-lbs, or take it back with rotate-lbs --abandon.',
    }
  }
  const goingBack = refuseGoingBack(observed)
  if (goingBack) return goingBack
  const hint = 'Finish it with deploy-infra, or take it back with rollback-infra.'
  const [next] = nameserversIn(observed, 'next')
  if (next) return { refused: `${next.name} is left of an unfinished deployment`, hint }
  const asked = nameserversIn(observed, 'old').find(({ name }) => observed.lbs.some(({ target }) => target === name))
  return asked && { refused: `queries go to ${asked.name}, in the middle of a deployment`, hint }
}

const refuseManual = ({ register, hasRegistrar }: BootstrapRequest): Refusal | undefined =>
  register && !hasRegistrar
    ? {
        refused: '--register: the registrar in infra.config.ts is `manual`, which no program can tell anything',
        hint: 'Leave the option out: the glue to enter by hand is printed at the end.',
        isUsage: true,
      }
    : undefined

const pairState = ({ servers, lbs }: Observed, pair: number): PairState => {
  const lb = serverName('lb', pair, 'serving')
  const nameserver = serverName('nameserver', pair, 'serving')
  const names = servers.map((server) => server.name)
  const found = lbs.find((one) => one.name === lb)
  const isServing = names.includes(nameserver) && found?.target === nameserver
  const isAsked = found?.active !== undefined
  return {
    pair,
    lb,
    nameserver,
    hasLb: names.includes(lb),
    hasNameserver: names.includes(nameserver),
    isServing,
    isAsked,
  }
}

const missingServers = ({ lb, nameserver, hasLb, hasNameserver }: PairState): string[] => [
  ...(hasLb ? [] : [lb]),
  ...(hasNameserver ? [] : [nameserver]),
]

const foundation = ({ sshKey, network, firewalls }: Observed) =>
  sideBySide([
    ...(sshKey ? [] : [{ kind: 'ensure-ssh-key' } as const]),
    ...(network ? [] : [{ kind: 'ensure-network' } as const]),
    ...roles.filter((role) => !firewalls.includes(role)).map((role) => ({ kind: 'ensure-firewall', role }) as const),
  ])

const creations = (
  { pair, lb, nameserver, hasLb, hasNameserver, isAsked }: PairState,
  addresses: BootstrapRequest['addresses'],
  generation: number,
) => [
  [
    ...creation(lb, hasLb, generation),
    ...(addresses === 'floating' && !isAsked ? addressCreations(pair, lb, generation) : []),
  ],
  creation(nameserver, hasNameserver, generation),
]

const creation = (server: string, exists: boolean, generation: number): readonly Step[] => [
  ...(exists ? [] : [{ kind: 'create-server', server, generation } as const]),
  { kind: 'await-server', server },
]

const configuration = (role: Role, pending: readonly PairState[]): readonly Track[] =>
  configurationOf(
    role,
    pending.map((state) => (role === 'lb' ? state.lb : state.nameserver)),
  )

/** Host objects first: a domain cannot be delegated to a name of its own that has no address. Before all, what forbids it. */
const registration = ({ hostnames }: BootstrapRequest): readonly Step[] => [
  { kind: 'check-unsigned' },
  ...hostnames.map(
    (host, index): Step => ({
      kind: 'publish-glue',
      host,
      lb: serverName('lb', index + 1, 'serving'),
      mayBeElsewhere: true,
    }),
  ),
  { kind: 'register-nameservers' },
]

const notesOf = ({ servers }: Observed, phases: number): readonly string[] => {
  if (phases === 0) return ['Everything is there already.']
  return servers.length === 0 ? [] : ['Goes on with what an earlier run made.']
}

/** Clients must not be led to nameservers of which some know the new pair, and some do not. */
const splitNotes = ({ register }: Pick<BootstrapRequest, 'register'>): readonly string[] => [
  'A pair that is new answers from other zones than those that serve: deploy-infra then makes all of one generation.',
  ...(register ? ['Nothing is entered at the registrar before that: run bootstrap-infra --register again then.'] : []),
]
