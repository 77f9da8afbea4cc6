import { type Role, serverName } from '../fleet/names.ts'
import { sideBySide, withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers } from './safety.ts'
import type { Observed, Plan, Step } from './types.ts'

export interface BootstrapRequest {
  readonly pairs: number
  readonly now: number
}

interface PairState {
  readonly lb: string
  readonly nameserver: string
  readonly hasLb: boolean
  readonly hasNameserver: boolean
  /** The pair answers queries already: neither machine may be configured again. */
  readonly isServing: boolean
}

const roles = ['nameserver', 'lb'] as const

/** Makes whatever is missing of a whole installation, from nothing or from what an earlier run left. Pure. */
export const planBootstrap = (observed: Observed, { pairs, now }: BootstrapRequest): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseUnfinishedDeployment(observed)
  if (refusal) return refusal
  const states = Array.from({ length: pairs }, (_, index) => pairState(observed, index + 1))
  const generation = Math.max(...observed.servers.map((server) => server.generation), 0) || now
  const pending = states.filter((state) => !state.isServing)
  const servers = observed.servers.filter((server) => server.phase === 'serving' && !server.isProtected)
  const unprotected = [...servers.map((server) => server.name), ...states.flatMap(missingServers)]
  const phases = withoutEmpty([
    { title: 'Foundation', tracks: foundation(observed) },
    { title: 'Create', tracks: pending.flatMap((state) => creations(state, generation)) },
    { title: 'Configure', tracks: roles.map((role) => configuration(role, pending)) },
    {
      title: 'Check',
      tracks: sideBySide(pending.map(({ nameserver }) => ({ kind: 'check-nameserver', server: nameserver }))),
    },
    { title: 'Switch on', tracks: pending.map(({ lb, nameserver }) => switchOn(lb, nameserver)) },
    {
      title: 'Protect',
      tracks: sideBySide([...new Set(unprotected)].map((server) => ({ kind: 'protect-server', server }))),
    },
  ])
  return { operation: 'bootstrap', generation, notes: notesOf(observed, phases.length), phases }
}

const refuseUnfinishedDeployment = ({ servers }: Observed): Refusal | undefined => {
  const next = servers.find((server) => server.phase === 'next')
  return (
    next && { refused: `${next.name} is left of an unfinished deployment`, hint: 'Finish it with deploy-infra first.' }
  )
}

const pairState = ({ servers, lbs }: Observed, pair: number): PairState => {
  const lb = serverName('lb', pair, 'serving')
  const nameserver = serverName('nameserver', pair, 'serving')
  const names = servers.map((server) => server.name)
  const isServing = names.includes(nameserver) && lbs.some((one) => one.name === lb && one.target === nameserver)
  return { lb, nameserver, hasLb: names.includes(lb), hasNameserver: names.includes(nameserver), isServing }
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

const creations = ({ lb, nameserver, hasLb, hasNameserver }: PairState, generation: number) => [
  creation(lb, hasLb, generation),
  creation(nameserver, hasNameserver, generation),
]

const creation = (server: string, exists: boolean, generation: number): readonly Step[] => [
  ...(exists ? [] : [{ kind: 'create-server', server, generation } as const]),
  { kind: 'await-server', server },
]

const configuration = (role: Role, pending: readonly PairState[]): readonly Step[] =>
  pending.length === 0
    ? []
    : [{ kind: 'configure', role, servers: pending.map((state) => (role === 'lb' ? state.lb : state.nameserver)) }]

const switchOn = (lb: string, nameserver: string): readonly Step[] => [
  { kind: 'stage-lb', lb, nameserver },
  { kind: 'verify-lb', lb, nameserver, port: 'preview' },
  { kind: 'switch-lb', lb, nameserver },
  { kind: 'verify-lb', lb, nameserver, port: 'public' },
]

const notesOf = ({ servers }: Observed, phases: number): readonly string[] => {
  if (phases === 0) return ['Everything is there already.']
  return servers.length === 0 ? [] : ['Goes on with what an earlier run made.']
}
