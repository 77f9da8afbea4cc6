import { identityOf, parseServerName, serverName } from '../fleet/names.ts'
import { findServingLb, lbsInService } from './lbs.ts'
import type { Observed, ObservedLb, ObservedServer } from './types.ts'

export interface ObservedAnswer {
  readonly lb: string
  readonly address: string
  readonly transport: string
  readonly zone: string
  readonly fault: string | undefined
  readonly serial: number | undefined
  readonly nsid: string | undefined
}

export interface Expectation {
  readonly pairs: number
  /** Content hash of the zone files at hand. */
  readonly zones: string
}

/** Every way in which the world differs from what config and zone files say, one sentence each. Pure. */
export const findDrift = (
  observed: Observed,
  answers: readonly ObservedAnswer[],
  expected: Expectation,
): readonly string[] => [
  ...foundationDrift(observed),
  ...Array.from({ length: expected.pairs }, (_, index) => pairDrift(observed, index + 1, expected.zones)).flat(),
  ...lbsInService(observed).flatMap(lbDrift),
  ...observed.servers.flatMap((server) => leftoverDrift(server, expected.pairs)),
  ...answers.flatMap((answer) => answerDrift(observed, answer)),
]

const foundationDrift = ({ network, firewalls, strangers }: Observed): readonly string[] => [
  ...(network ? [] : ['the private network is missing']),
  ...(['nameserver', 'lb'] as const)
    .filter((role) => !firewalls.includes(role))
    .map((role) => `the firewall of the ${role}s is missing or has other rules than infra.config.ts asks for`),
  ...strangers.map((name) => `${name} bears a name of ours but is not ours`),
]

const pairDrift = (observed: Observed, pair: number, zones: string): readonly string[] => {
  const { servers } = observed
  const lbName = serverName('lb', pair, 'serving')
  const nameserverName = serverName('nameserver', pair, 'serving')
  const lb = findServingLb(observed, pair)
  const nameserver = servers.find((one) => one.name === nameserverName)
  const missing = [...(lb ? [] : [`${lbName} is missing`]), ...(nameserver ? [] : [`${nameserverName} is missing`])]
  if (!lb || !nameserver) return missing
  return [
    ...servers
      .filter((one) => one.pair === pair && one.phase === 'serving' && !one.isProtected)
      .map((one) => `${one.name} is not protected from deletion`),
    ...(nameserver.zones === zones
      ? []
      : [`the zone files have changed since ${nameserverName} was made: deploy-infra brings them into use`]),
  ]
}

const lbDrift = ({ name, pair, fault, target }: ObservedLb): readonly string[] => {
  const nameserver = serverName('nameserver', pair, 'serving')
  if (fault) return [`${name} could not be asked: ${fault}`]
  return target === nameserver
    ? []
    : [`${name} sends its queries to ${target ?? 'nothing of ours'} instead of ${nameserver}`]
}

const leftoverDrift = (
  { name, role, phase, kept, pair, abandoned }: ObservedServer,
  pairs: number,
): readonly string[] => {
  if (pair > pairs) return [`${name} is of a pair that infra.config.ts does not have`]
  if (role === 'lb' && abandoned !== undefined)
    return [`${name} is left of a rotation that is being taken back: rotate-lbs --abandon goes on with it`]
  if (role === 'lb')
    return phase === 'serving' ? [] : [`${name} is left of an unfinished rotation: rotate-lbs goes on with it`]
  if (phase === 'next') return [`${name} is left of an unfinished deployment: deploy-infra finishes it`]
  return phase === 'old' && !kept ? [`${name} is left of an unfinished deployment: deploy-infra removes it`] : []
}

const answerDrift = ({ servers }: Observed, answer: ObservedAnswer): readonly string[] => {
  const { lb, address, transport, zone, fault, serial, nsid } = answer
  const asked = `${zone} SOA at ${lb} (${address}, ${transport})`
  if (fault) return [`${asked}: ${fault}`]
  const pair = parseServerName(lb)?.pair
  const nameserver = servers.find((one) => one.role === 'nameserver' && one.phase === 'serving' && one.pair === pair)
  if (!nameserver) return []
  const identity = identityOf(nameserver.pair, nameserver.generation)
  return [
    ...(serial === nameserver.generation ? [] : [`${asked}: serial ${serial} instead of ${nameserver.generation}`]),
    ...(nsid === identity ? [] : [`${asked}: answered by ${nsid ?? 'a server without NSID'} instead of ${identity}`]),
  ]
}
