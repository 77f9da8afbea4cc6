import { serverName } from '../fleet/names.ts'
import { findAnswerDrift, type ObservedAnswer } from './answer-drift.ts'
import { lbsInService } from './lbs.ts'
import { nameserversIn } from './nameservers.ts'
import type { Observed, ObservedLb, ObservedServer } from './types.ts'

export interface Expectation {
  readonly pairs: number
  /** Content hash of the zone files at hand; undefined when they cannot be read. */
  readonly zones: string | undefined
  /** An operation is at work: what it has made and not finished is not left of anything. */
  readonly isRunning: boolean
}

/** Every way in which the world differs from what config and zone files say: one sentence a cause, with its remedy. Pure. */
export const findDrift = (
  observed: Observed,
  answers: readonly ObservedAnswer[],
  expected: Expectation,
): readonly string[] => [
  ...foundationDrift(observed),
  ...pairsDrift(observed, expected),
  ...lbsInService(observed).flatMap(lbDrift),
  ...leftoverDrift(observed.servers, expected),
  ...findAnswerDrift(observed, answers),
]

/** `ns1, ns2 and ns3` */
const enumerate = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** One sentence for all that share a fate; none when nobody does. */
export const together = (names: readonly string[], fate: string): readonly string[] =>
  names.length === 0 ? [] : [`${enumerate(names)} ${names.length === 1 ? 'is' : 'are'} ${fate}`]

const foundationDrift = ({ network, firewalls, strangers }: Observed): readonly string[] => [
  ...(network ? [] : ['the private network is missing: bootstrap-infra makes it']),
  ...(['nameserver', 'lb'] as const)
    .filter((role) => !firewalls.includes(role))
    .map(
      (role) =>
        `the firewall of the ${role}s is missing or has other rules than infra.config.ts asks for: bootstrap-infra puts it right`,
    ),
  ...together(strangers, 'not ours in spite of a name of ours: rename or remove what is not needed'),
]

const pairsDrift = (observed: Observed, { pairs, zones }: Expectation): readonly string[] => {
  const wanted = Array.from({ length: pairs }, (_, index) => [
    serverName('lb', index + 1, 'serving'),
    serverName('nameserver', index + 1, 'serving'),
  ]).flat()
  const there = [...observed.lbs, ...nameserversIn(observed, 'serving')].map(({ name }) => name)
  const serving = observed.servers.filter(({ name }) => wanted.includes(name))
  const changed = serving.filter((one) => one.role === 'nameserver' && zones !== undefined && one.zones !== zones)
  return [
    ...together(
      wanted.filter((name) => !there.includes(name)),
      'missing: bootstrap-infra makes what is',
    ),
    ...together(
      serving.filter(({ isProtected }) => !isProtected).map(({ name }) => name),
      'not protected from deletion: bootstrap-infra sees to it',
    ),
    ...(changed.length > 0
      ? [
          `the zone files have changed since ${enumerate(changed.map(({ name }) => name))} ${changed.length === 1 ? 'was' : 'were'} made: deploy-infra brings them into use`,
        ]
      : []),
  ]
}

const lbDrift = ({ name, pair, fault, active, target }: ObservedLb): readonly string[] => {
  const nameserver = serverName('nameserver', pair, 'serving')
  if (fault) return [`${name} could not be asked: ${fault}`]
  if (active === undefined) return [`${name} sends its queries nowhere yet: bootstrap-infra finishes its set-up`]
  return target === nameserver
    ? []
    : [
        `${name} sends its queries to ${target ?? 'nothing of ours'} instead of ${nameserver}: deploy-infra puts it right`,
      ]
}

const leftoverDrift = (servers: readonly ObservedServer[], { pairs, isRunning }: Expectation): readonly string[] => {
  const found = servers.flatMap((server) => {
    const fate = fateOf(server, pairs, isRunning)
    return fate ? [{ name: server.name, fate }] : []
  })
  return [...new Set(found.map(({ fate }) => fate))].flatMap((fate) =>
    together(
      found.filter((one) => one.fate === fate).map(({ name }) => name),
      fate,
    ),
  )
}

const fateOf = (
  { role, phase, kept, pair, abandoned }: ObservedServer,
  pairs: number,
  isRunning: boolean,
): string | undefined => {
  if (pair > pairs)
    return 'of a pair that infra.config.ts does not have: deploy-infra deploys without it, rotate-lbs --remove-pairs removes it'
  if (isRunning || phase === 'serving') return undefined
  if (role === 'lb' && abandoned !== undefined)
    return 'left of a rotation that is being taken back: rotate-lbs --abandon goes on with it'
  if (role === 'lb') return 'left of an unfinished rotation: rotate-lbs goes on with it'
  if (phase === 'next') return 'left of an unfinished deployment: deploy-infra finishes it'
  return kept ? undefined : 'left of an unfinished deployment: deploy-infra removes it'
}
