import { Gauge, Registry } from 'prom-client'
import { familyOf, isAddress } from '../ip.ts'
import type { CheckedFinding } from '../report/check-dns.ts'
import { openMembers } from '../watch/incidents.ts'
import type { Look } from './teller.ts'

const familyLabel = (address: string): string => (isAddress(address) ? `ipv${familyOf(address)}` : '')

/**
 * A look as Prometheus reads it (text format 0.0.4). A registry of its own each time, so what is gone from the world is gone from here.
 * @returns ends with a newline, without which the whole file would be refused.
 */
export const describeMetrics = (look: Look): Promise<string> => {
  const registry = new Registry()
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `dns_watch_${name}`, help, labelNames, registers: [registry] })
  gauge('last_look_timestamp_seconds', 'When the last look began, in Unix time.').set(look.at / 1000)
  gauge('look_duration_seconds', 'How long the last look took.').set(look.tookMs / 1000)
  gauge('look_complete', 'Whether the last look came to its end.').set(look.report ? 1 : 0)
  gauge('link_up', 'Whether this computer reaches anybody.').set(look.isLinkUp ? 1 : 0)
  gauge('operation_running', 'Whether an operation is at work, so that nothing opens.').set(
    look.report?.isMoving ? 1 : 0,
  )
  gauge('incidents_open', 'Incidents that are open.').set(look.open.length)
  if (look.report) {
    const { findings, unknown } = look.report
    const unanswered = findings.filter(({ status }) => status === 'unknown').length
    gauge('unknown', 'Of how much nobody knows whether it is right.').set(unanswered + unknown.length)
  }
  const wrong = gauge('wrong', 'What is wrong of an open incident, 1 each.', ['server', 'family', 'zone', 'check'])
  for (const { server, family, zone = '', check } of look.open.flatMap(openMembers)) {
    wrong.set({ server, family: family ? `ipv${family}` : '', zone, check }, 1)
  }
  const checks = gauge('checks', 'Checks of the last look.', ['server', 'family', 'status'])
  for (const { finding, status, count } of countChecks(look.report?.findings ?? [])) {
    checks.set({ server: finding.server, family: familyLabel(finding.address), status }, count)
  }
  const answer = gauge('answer_seconds', 'How long the answer for the SOA took over UDP.', ['server', 'family', 'zone'])
  for (const { server, address, zone, ms } of look.report?.latencies ?? []) {
    answer.set({ server, family: familyLabel(address), zone }, ms / 1000)
  }
  const end = gauge('signature_end_timestamp_seconds', 'When the signature of the SOA record ends, in Unix time.', [
    'server',
    'family',
    'zone',
  ])
  for (const { server, address, zone, end: at } of look.report?.signatures ?? []) {
    end.set({ server, family: familyLabel(address), zone }, at)
  }
  return registry.metrics()
}

interface Counted {
  readonly finding: CheckedFinding
  readonly status: CheckedFinding['status']
  readonly count: number
}

/** All statuses of each server, those without any too: a series that comes and goes cannot be alerted on. */
const countChecks = (findings: readonly CheckedFinding[]): readonly Counted[] => {
  const groups = new Map<string, CheckedFinding[]>()
  for (const finding of findings) {
    const key = `${finding.server} ${familyLabel(finding.address)}`
    const group = groups.get(key)
    if (group) group.push(finding)
    else groups.set(key, [finding])
  }
  return [...groups.values()].flatMap((group) =>
    (['ok', 'failed', 'unknown'] as const).flatMap((status) => {
      const [finding] = group
      return finding ? [{ finding, status, count: group.filter((one) => one.status === status).length }] : []
    }),
  )
}
