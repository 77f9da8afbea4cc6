import { describeVersion, type LbStatus } from '../dns-lb.ts'
import type { ExitCode } from '../errors.ts'
import { parseServerName } from '../fleet/names.ts'
import { describeRunning, type RunningOperation } from '../lock.ts'
import { describeMoment } from '../time.ts'
import { type Answer, describeAnswers } from './summary.ts'
import { table } from './table.ts'

export interface Status {
  /** What is at work at the moment. */
  readonly operation: RunningOperation | undefined
  readonly servers: readonly StatusServer[]
  readonly lbs: readonly StatusLb[]
  readonly addresses: readonly StatusAddress[]
  readonly answers: readonly Answer[]
  readonly delegations: readonly StatusDelegation[]
  /** Sentences; empty when all is as config and zone files say. */
  readonly drift: readonly string[]
  /** Sentences: what could not be found out, beside what delegations and lbs say of themselves. */
  readonly unknown: readonly string[]
  /** Until when signatures hold, as a sentence; undefined where there are none. */
  readonly signatures: string | undefined
}

/** A Floating IP that glue points at. */
interface StatusAddress {
  readonly name: string
  readonly ip: string
  /** Name of the lb that it leads to. */
  readonly lb: string | undefined
}

/** How the parent of a zone leads to it. */
export interface StatusDelegation {
  readonly zone: string
  readonly state: 'delegated' | 'absent' | 'unknown'
  /** Those that any parent server shows. */
  readonly nameservers: readonly string[]
  readonly ds: 'records' | 'none' | 'unknown'
  /** Who was not heard, a sentence each. */
  readonly silent: readonly string[]
}

export interface StatusServer {
  readonly name: string
  readonly id: number
  readonly state: string
  readonly generation: number
  readonly serverType: string
  readonly location: string
  readonly ipv4: string
  readonly ipv6: string | undefined
  readonly privateIpv4: string | undefined
}

export interface StatusLb {
  readonly name: string
  readonly target: string | undefined
  readonly fault: string | undefined
  /** Unix time in seconds until which caches may hold its address; undefined while glue points at it. */
  readonly drainsUntil: number | undefined
  /** As `dns-lb status` prints it; undefined when it could not be asked. */
  readonly status: LbStatus | undefined
}

/**
 * What `status` prints for a person.
 * @param width columns of the terminal; Infinity where there is none.
 */
export const describeStatus = (status: Status, width: number): string => {
  const running = describeOperation(status)
  if (status.servers.length === 0)
    return [...running, 'No server of this project exists. bootstrap-infra makes them.'].join('\n\n')
  return [
    ...running,
    `Machines:\n${describeServers(status, width)}`,
    `Load balancers:\n${describeLbs(status.lbs, width)}`,
    ...(status.addresses.length === 0 ? [] : [`Floating IPs:\n${describeAddresses(status, width)}`]),
    `What answers now:\n${describeAnswers(status.answers, width)}`,
    `How the zones are delegated:\n${describeDelegations(status.delegations, width)}`,
    ...(status.signatures === undefined ? [] : [status.signatures]),
    describeDrift(status),
    ...(status.unknown.length > 0 ? [`Not known:\n${listOf(status.unknown)}`] : []),
  ].join('\n\n')
}

/** Drift is known; what could not be read is unknown, and hides no drift. */
export const exitCodeOf = ({ drift, unknown, delegations }: Status): ExitCode => {
  if (drift.length > 0) return 3
  if (unknown.length > 0) return 8
  return delegations.some(({ state, ds }) => state === 'unknown' || ds === 'unknown') ? 8 : 0
}

const describeDelegations = (delegations: readonly StatusDelegation[], width: number): string =>
  table(
    [
      ['zone', 'delegated to', 'DS', 'not heard'],
      ...delegations.map(({ zone, state, nameservers, ds, silent: [first = '-', ...others] }) => [
        zone,
        nameservers.join(' ') || (state === 'absent' ? 'not delegated' : 'unknown'),
        ds === 'records' ? 'present' : ds,
        others.length > 0 ? `${first}; and ${others.length} more` : first,
      ]),
    ],
    { width },
  )

const describeAddresses = ({ addresses }: Status, width: number): string =>
  table([['name', 'address', 'leads to'], ...addresses.map(({ name, ip, lb }) => [name, ip, lb ?? 'nothing'])], {
    width,
  })

const describeServers = ({ servers }: Status, width: number): string =>
  table(
    [
      ['name', 'state', 'generation', 'type', 'location', 'IPv4', 'IPv6', 'private'],
      ...servers.map((one) => [
        one.name,
        one.state,
        String(one.generation),
        one.serverType,
        one.location,
        one.ipv4,
        one.ipv6 ?? '-',
        one.privateIpv4 ?? '-',
      ]),
    ],
    { width },
  )

/** What runs on each lb. */
export const describeLbs = (lbs: readonly StatusLb[], width: number): string =>
  table(
    [
      ['name', 'active', 'sends to', 'other colour', 'nginx', 'remarks'],
      ...lbs.map(({ name, target, fault, status, drainsUntil }) => {
        if (!status?.active) return [name, '-', '-', '-', '-', fault ?? 'not switched on yet']
        const other = status.colours[status.active === 'blue' ? 'green' : 'blue']
        const version = describeVersion(status)
        const remarks = [
          ...(version ? [version] : []),
          ...(status.colours[status.active].pending_upgrade
            ? ['newer nginx or configuration installed: update-lbs']
            : []),
          ...(drainsUntil === undefined
            ? []
            : [`no glue points here, caches may until ${describeMoment(drainsUntil * 1000)}: ${rotationOf(name)}`]),
          ...(drainsUntil === undefined && parseServerName(name)?.phase === 'next'
            ? ['new, and clients may reach it: rotate-lbs']
            : []),
          ...(status.reboot_required ? ['reboot required: rotate-lbs'] : []),
        ]
        return [
          name,
          status.active,
          target ?? '?',
          other.running ? 'running' : 'stopped',
          status.nginx,
          remarks.join(', ') || '-',
        ]
      }),
    ],
    { width },
  )

const rotationOf = (lb: string): string =>
  parseServerName(lb)?.phase === 'next' ? 'rotate-lbs --abandon' : 'rotate-lbs'

const describeOperation = ({ operation }: Status): readonly string[] =>
  operation ? [`${describeRunning(operation)}. What differs may be its doing.`] : []

const describeDrift = ({ drift, unknown }: Status): string => {
  if (drift.length > 0) return `Drift:\n${listOf(drift)}`
  return unknown.length > 0 ? 'No drift is known of.' : 'No drift.'
}

const listOf = (sentences: readonly string[]): string =>
  sentences.map((sentence) => `  - ${sentence.replaceAll('\n', '\n    ')}`).join('\n')
