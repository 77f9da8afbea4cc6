import { describeMoment, duration, preciseTime } from '../time.ts'
import { codeOf, fenced } from './markdown.ts'
import type { RunRecord } from './run-record.ts'
import { describeLeads, describeMark } from './traffic.ts'

const mostIncidents = 20
const mostLines = 15

/**
 * How a run ended, what was lost, where traffic is and what each phase took, for an issue or a chat. What servers and errors say stands
 * in code, which it cannot end. Pure.
 */
export const runAsMarkdown = (record: RunRecord): string =>
  `${[
    ...headOf(record),
    ...figuresOf(record),
    `**Where traffic is:** ${describeLeads(record).join(' ')}`,
    ...phasesOf(record),
    ...incidentsOf(record),
  ].join('\n\n')}\n`

const headOf = ({
  operation,
  generation,
  commit,
  outcome,
  startedAtUnixMs,
  endedAtUnixMs,
}: RunRecord): readonly string[] => [
  `## ${operation} ${generation}: ${outcome.meaning}`,
  [
    `Exit code ${outcome.exitCode}`,
    describeMoment(startedAtUnixMs),
    duration(endedAtUnixMs - startedAtUnixMs),
    ...(commit === '' ? [] : [`commit ${commit}`]),
  ].join(', '),
  ...(outcome.message === undefined
    ? []
    : [fenced('text', [shortened(outcome.message), ...(outcome.hint ? [outcome.hint] : [])])]),
]

/** The first findings tell what it is about. */
const shortened = (message: string): string => {
  const lines = message.split('\n')
  const left = lines.length - mostLines
  return left > 1
    ? [...lines.slice(0, mostLines), `… and ${left} lines more: report.html has them`].join('\n')
    : message
}

const figuresOf = ({ witness }: RunRecord): readonly string[] => {
  if (!witness) return []
  if ('unasked' in witness) return [`The witness asked nothing, because ${witness.unasked}.`]
  const rows = witness.targets.map(({ lb, address, asked, lost, wrong, p50Ms, p99Ms, maxMs }) => [
    ...[lb, address, asked, lost, wrong],
    ...[p50Ms, p99Ms, maxMs].map((ms) => `${ms.toFixed(1)} ms`),
  ])
  return [tableOf(['lb', 'address', 'asked', 'lost', 'wrong', 'p50', 'p99', 'max'], rows)]
}

const phasesOf = ({ phases, endedAtUnixMs }: RunRecord): readonly string[] =>
  phases.length === 0
    ? []
    : [
        tableOf(
          ['phase', 'took', ''],
          phases.map(({ title, state, startedAtUnixMs, endedAtUnixMs: ended = endedAtUnixMs }) => [
            title,
            duration(ended - startedAtUnixMs),
            state === 'done' ? '' : state,
          ]),
        ),
      ]

const incidentsOf = ({ witness }: RunRecord): readonly string[] => {
  if (!witness || 'unasked' in witness || witness.incidents.length === 0) return []
  const { incidents } = witness
  const lines = incidents
    .slice(0, mostIncidents)
    .map(
      ({ atUnixMs, kind, question, transport, lb, address, detail, mark }) =>
        `* ${kind}: ${preciseTime(atUnixMs)}, ${codeOf(question)} over ${transport} at ${lb} (${address}), ${describeMark(mark)}: ${codeOf(detail)}`,
    )
  const left = incidents.length - lines.length
  return [[...lines, ...(left > 0 ? [`* … and ${left} more: report.html has them`] : [])].join('\n')]
}

const tableOf = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
