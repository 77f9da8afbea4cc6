import { parseServerName } from '../../../lib/fleet/names.ts'
import { lbsThatMayBeAsked } from '../../../lib/plan/lbs.ts'
import type { Observed, ObservedLb, ObservedServer, Plan, Step } from '../../../lib/plan/types.ts'

export const server = (name: string, facts: Partial<ObservedServer> = {}): ObservedServer => {
  const named = parseServerName(name)
  if (!named) throw new Error(`not a server name: ${name}`)
  return {
    name,
    ...named,
    generation: 100,
    zones: 'z',
    previous: '',
    kept: false,
    announced: false,
    abandoned: undefined,
    isProtected: named.phase !== 'next',
    ...facts,
  }
}

export const lb = (name: string, target: string | undefined, facts: Partial<ObservedLb> = {}): ObservedLb => ({
  name,
  pair: parseServerName(name)?.pair ?? 0,
  phase: parseServerName(name)?.phase ?? 'serving',
  fault: undefined,
  active: 'blue',
  target,
  idleRunning: false,
  revertible: false,
  isDraining: false,
  ...facts,
})

export const observed = (servers: readonly ObservedServer[], lbs: readonly ObservedLb[]): Observed => ({
  servers,
  lbs,
  generations: [],
  addresses: [],
  sshKey: true,
  network: true,
  firewalls: ['nameserver', 'lb'],
  strangers: [],
})

/** Two pairs in service, as every ordinary deployment finds them. */
export const twoServing = (): Observed =>
  observed([server('lb1'), server('lb2'), server('ns1'), server('ns2')], [lb('lb1', 'ns1'), lb('lb2', 'ns2')])

/** Those of two pairs, of both families, each led to the lb of its pair. */
export const floatingIps = (generation: number): Observed['addresses'] =>
  [1, 2].flatMap((pair) =>
    ['ipv4', 'ipv6'].map((family) => ({ name: `lb${pair}-${family}`, pair, generation, lb: `lb${pair}` })),
  )

/** What the world looks like after a step, as far as a planner can see it. */
export const after = (world: Observed, step: Step): Observed => {
  switch (step.kind) {
    case 'create-server': {
      const made = server(step.server, { generation: step.generation, isProtected: false })
      if (made.role === 'nameserver') return { ...world, servers: [...world.servers, made] }
      return {
        ...world,
        servers: [...world.servers, made],
        lbs: [...world.lbs, lb(made.name, undefined, { active: undefined })],
      }
    }
    case 'switch-lb':
      return {
        ...world,
        lbs: world.lbs.map((one) =>
          one.name === step.lb ? { ...one, active: 'green', target: step.nameserver, idleRunning: true } : one,
        ),
      }
    case 'retire-lb':
      return { ...world, lbs: world.lbs.map((one) => (one.name === step.lb ? idle(one) : one)) }
    case 'revert-lb':
      return {
        ...world,
        lbs: world.lbs.map((one) => (one.name === step.lb ? { ...one, revertible: false } : one)),
      }
    case 'rename-server': {
      const named = parseServerName(step.to)
      if (!named) throw new Error(`not a server name: ${step.to}`)
      if (world.servers.some((one) => one.name === step.to)) throw new Error(`${step.to} is taken`)
      return {
        ...world,
        servers: world.servers.map((one) =>
          one.name === step.server
            ? { ...one, ...named, name: step.to, kept: one.kept && named.phase !== 'serving' }
            : one,
        ),
        addresses: world.addresses.map((one) => (one.lb === step.server ? { ...one, lb: step.to } : one)),
        lbs: world.lbs.map((one) => ({
          ...one,
          ...(one.target === step.server ? { target: step.to } : {}),
          ...(one.name === step.server ? { name: step.to, phase: named.phase } : {}),
        })),
      }
    }
    case 'delete-server': {
      if (lbsThatMayBeAsked(world).some((one) => one.target === step.server))
        throw new Error(`deleted ${step.server} under traffic`)
      if (world.addresses.some((one) => one.lb === step.server))
        throw new Error(`deleted ${step.server} under an address`)
      return {
        ...world,
        servers: world.servers.filter((one) => one.name !== step.server),
        lbs: world.lbs.filter((one) => one.name !== step.server),
      }
    }
    case 'create-address':
      if (world.addresses.some(({ name }) => name === step.address)) return world
      return {
        ...world,
        addresses: [
          ...world.addresses,
          { name: step.address, pair: parseServerName(step.lb)?.pair ?? 0, generation: step.generation, lb: step.lb },
        ],
      }
    case 'move-address':
      return {
        ...world,
        addresses: world.addresses.map((one) => (one.name === step.address ? { ...one, lb: step.lb } : one)),
      }
    case 'delete-address':
      return { ...world, addresses: world.addresses.filter(({ name }) => name !== step.address) }
    case 'announce-lbs':
      return step.lbs.reduce((now, name) => changed(now, name, { announced: true }), world)
    case 'abandon-lbs':
      return step.lbs.reduce((now, name) => changed(now, name, { abandoned: step.generation }), world)
    case 'begin-drain':
      return {
        ...world,
        lbs: world.lbs.map((one) => (step.lbs.includes(one.name) ? { ...one, isDraining: true } : one)),
      }
    case 'keep-server':
      return changed(world, step.server, { kept: true })
    case 'protect-server':
      return changed(world, step.server, { isProtected: true })
    case 'ensure-ssh-key':
      return { ...world, sshKey: true }
    case 'ensure-network':
      return { ...world, network: true }
    case 'ensure-firewall':
      return { ...world, firewalls: [...world.firewalls, step.role] }
    default:
      return world
  }
}

/** Nothing runs beside what is active. */
const idle = (one: ObservedLb): ObservedLb => ({ ...one, idleRunning: false, revertible: false })

const changed = (world: Observed, name: string, facts: Partial<ObservedServer>): Observed => ({
  ...world,
  servers: world.servers.map((one) => (one.name === name ? { ...one, ...facts } : one)),
})

export const stepsOf = (plan: Plan): readonly Step[] => plan.phases.flatMap((phase) => phase.tracks.flat())

export const finalOf = (world: Observed, plan: Plan): Observed => stepsOf(plan).reduce(after, world)

/** The world once the first `count` steps of a plan are done, where another run begins. */
export const within = (world: Observed, plan: Plan, count: number): Observed =>
  stepsOf(plan).slice(0, count).reduce(after, world)

const firstOf = (kind: Step['kind'], plan: Plan): number => {
  const index = stepsOf(plan).findIndex((step) => step.kind === kind)
  if (index === -1) throw new Error(`no step of this kind: ${kind}`)
  return index
}

/** The world after the first step of a kind, where another run begins. */
export const killedAfter = (kind: Step['kind'], world: Observed, plan: Plan): Observed =>
  within(world, plan, firstOf(kind, plan) + 1)

/** The world before the first step of a kind, where another run begins. */
export const killedBefore = (kind: Step['kind'], world: Observed, plan: Plan): Observed =>
  within(world, plan, firstOf(kind, plan))
