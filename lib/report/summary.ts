import { lostBefore } from '../dns/witness/lost-before.ts'
import type { WitnessReport } from '../dns/witness.ts'
import { duration } from '../time.ts'
import { table } from './table.ts'

/** What one address of one lb says of one zone at the moment. */
export interface Answer {
  readonly lb: string
  readonly address: string
  readonly transport: 'udp' | 'tcp'
  readonly zone: string
  /** What came instead of an authoritative answer; undefined when one came. */
  readonly fault: string | undefined
  readonly serial: number | undefined
  readonly nsid: string | undefined
}

/** What each phase took, and all of them together. */
export const describePhases = (
  phases: readonly { readonly title: string; readonly ms: number }[],
  width: number,
): string => {
  const total = phases.reduce((sum, { ms }) => sum + ms, 0)
  return table(
    [...phases, { title: 'all', ms: total }].map(({ title, ms }) => [title, duration(ms)]),
    { width, right: [1] },
  )
}

/** What the witness counted, an address a line; below, what is no loss of the operation, and for how long nothing was counted. */
export const describeWitnessTable = (report: WitnessReport, width: number): string => {
  const rows = report.targets.map((one) => ({ ...one, before: lostBefore(report, one) }))
  const counts = table(
    [
      ['lb', 'address', 'asked', 'lost', 'wrong', 'p50', 'p99', 'max'],
      ...rows.map((one) => [
        one.name,
        one.address,
        ...[one.sent, one.lost + one.refused - one.before, one.wrong].map(String),
        ...[one.p50Ms, one.p99Ms, one.maxMs].map((ms) => `${ms.toFixed(1)} ms`),
      ]),
    ],
    { width, right: [2, 3, 4, 5, 6, 7] },
  )
  const remarks = rows.flatMap(({ name, address, before }) =>
    before > 0
      ? [
          `  Before its switch nobody answered through ${name} (${address}): ${before} lost more, as before the operation.`,
        ]
      : [],
  )
  const { stalledMs } = report
  const stalled =
    stalledMs > 0 ? [`  For ${duration(stalledMs)} in all nothing was asked: this computer was too busy.`] : []
  return [counts, ...remarks, ...stalled].join('\n')
}

/** Who answers for each zone at each address; the transports share a line while they agree. */
export const describeAnswers = (answers: readonly Answer[], width: number): string => {
  const rows = new Map<
    string,
    { readonly cells: readonly string[]; readonly transports: string[]; readonly said: readonly string[] }
  >()
  for (const { lb, address, transport, zone, fault, serial, nsid } of answers) {
    const cells = [lb, address, zone]
    const said = fault === undefined ? [nsid ?? 'no NSID', String(serial)] : [fault, '']
    const key = [...cells, ...said].join('\n')
    const row = rows.get(key) ?? { cells, transports: [], said }
    row.transports.push(transport)
    rows.set(key, row)
  }
  const lines = [...rows.values()].map(({ cells, transports, said }) => [...cells, transports.join('+'), ...said])
  return table([['lb', 'address', 'zone', 'over', 'NSID', 'serial'], ...lines], { width })
}
