import type { WitnessReport } from '../dns/witness.ts'
import { duration, table } from './table.ts'

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
export const describePhases = (phases: readonly { readonly title: string; readonly ms: number }[]): string => {
  const total = phases.reduce((sum, { ms }) => sum + ms, 0)
  return table(
    [...phases, { title: 'all', ms: total }].map(({ title, ms }) => [`  ${title}`, duration(ms)]),
    [1],
  )
}

/** What the witness counted, an address a line. */
export const describeWitnessTable = ({ targets }: WitnessReport): string =>
  table(
    [
      ['  asked through', 'address', 'sent', 'answered', 'lost', 'wrong', 'p50', 'p99', 'max'],
      ...targets.map((one) => [
        `  ${one.name}`,
        one.address,
        String(one.sent),
        String(one.answered),
        String(one.lost + one.refused),
        String(one.wrong),
        ...[one.p50Ms, one.p99Ms, one.maxMs].map((ms) => `${ms.toFixed(1)} ms`),
      ]),
    ],
    [2, 3, 4, 5, 6, 7, 8],
  )

/** Who answers for each zone at each address; the transports share a line while they agree. */
export const describeAnswers = (answers: readonly Answer[]): string => {
  const lines = new Map<string, string[]>()
  for (const { lb, address, transport, zone, fault, serial, nsid } of answers) {
    const said = fault ?? `serial ${serial}  NSID ${nsid ?? 'none'}`
    const key = [`  ${lb}`, address, zone, said].join('\t')
    lines.set(key, [...(lines.get(key) ?? []), transport])
  }
  return table(
    [...lines].map(([key, transports]) => [
      ...key.split('\t').slice(0, 3),
      transports.join('+'),
      key.split('\t')[3] ?? '',
    ]),
  )
}
