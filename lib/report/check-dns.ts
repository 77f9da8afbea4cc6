import type { CheckId } from '../dns/checks/check.ts'
import { checkTexts } from '../dns/checks/check.ts'
import { explanations } from '../dns/checks/explain.ts'
import { type Finding, type FindingSummary, summarizeFindings } from '../dns/probe.ts'
import type { ExitCode } from '../errors.ts'
import type { Role } from '../fleet/names.ts'
import { fold, foldCommand } from './fold.ts'
import { table } from './table.ts'

/** Whom a finding is about: a server of ours, what leads there, or whoever is asked on behalf of the world. */
export type SubjectKind = Role | 'parent' | 'name' | 'resolver'

export type CheckedFinding = Finding & {
  readonly kind: SubjectKind
  /** Canonical; undefined for what is asked of a server as a whole. */
  readonly zone: string | undefined
}

/** How long a server took to answer for the SOA of a zone over UDP, among the other questions. */
export interface Latency {
  readonly kind: SubjectKind
  readonly server: string
  readonly address: string
  readonly zone: string
  readonly ms: number
}

/** When the signature of the SOA record of a zone ends, as a server answers it. */
export interface SignatureEnd {
  readonly server: string
  readonly address: string
  readonly zone: string
  /** Unix time in seconds. */
  readonly end: number
}

/** All that check-dns found. */
export interface CheckReport {
  readonly findings: readonly CheckedFinding[]
  /** Sentences. */
  readonly notes: readonly string[]
  /** Sentences: what could not be found out. */
  readonly unknown: readonly string[]
  /** An operation holds the lock, or whether one does is not known: what is wrong may be right in a moment. */
  readonly isMoving: boolean
  /** Of the servers of ours that answered. */
  readonly latencies: readonly Latency[]
  /** When signatures of SOA records end, of signed zones. */
  readonly signatures: readonly SignatureEnd[]
}

/** What failed is known; where something could not be measured, or nothing was, nobody knows that all is well. */
export const exitCodeOfReport = ({ findings, unknown }: CheckReport): ExitCode => {
  const { failed, unknown: unmeasured, ok } = summarizeFindings(findings)
  if (failed > 0) return 3
  return unmeasured > 0 || unknown.length > 0 || ok === 0 ? 8 : 0
}

interface Count extends FindingSummary {
  readonly kind: SubjectKind
  readonly server: string
  readonly address: string
}

const countsOf = (findings: readonly CheckedFinding[]): readonly Count[] =>
  groupBy(findings, ({ kind, server, address }) => `${kind} ${server} ${address}`).flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { kind, server, address } = first
    return [{ kind, server, address, ...summarizeFindings(group) }]
  })

/** For a program: all that is not ok, and how much was asked of whom. */
export const reportJson = (report: CheckReport): string => {
  const { findings, notes, unknown } = report
  const checks = groupBy(findings, ({ check }) => check).map((group) => ({
    check: group[0]?.check,
    ...summarizeFindings(group),
  }))
  const exitCode = exitCodeOfReport(report)
  return JSON.stringify({
    verdict: exitCode === 0 ? 'ok' : exitCode === 3 ? 'failed' : 'unknown',
    ...summarizeFindings(findings),
    findings: findings.filter(({ status }) => status !== 'ok'),
    targets: countsOf(findings),
    checks,
    notes,
    unmeasured: unknown,
  })
}

/**
 * What `check-dns` prints for a person: the verdict first, then what failed, a check at a time with what to do about it, then what could
 * not be measured, then how much was asked of whom.
 * @param width columns of the terminal.
 */
export const describeReport = (report: CheckReport, width: number): string => {
  const failed = report.findings.filter(({ status }) => status === 'failed')
  return [
    fold(describeVerdict(report), width),
    ...report.notes.map((note) => fold(note, width)),
    ...inOrder(failed).map((group) => describeFailures(group, width)),
    ...describeUnknown(report, width),
    `Asked:\n${describeCounts(report.findings, width)}`,
  ].join('\n\n')
}

const describeVerdict = (report: CheckReport): string => {
  const { ok, failed, unknown } = summarizeFindings(report.findings)
  const all = ok + failed + unknown
  const more = unknown + report.unknown.length
  const unmeasured = more > 0 ? `${count(more, 'thing')} could not be measured` : ''
  if (failed > 0) return `WRONG: ${failed} of ${count(all, 'check')} failed${more > 0 ? `, and ${unmeasured}` : ''}.`
  if (more > 0) return `UNKNOWN: ${unmeasured}; ${count(ok, 'other check')} passed.`
  return ok === 0 ? 'UNKNOWN: nothing was checked.' : `OK: all ${count(ok, 'check')} passed.`
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] => {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return [...groups.values()]
}

const order = Object.keys(checkTexts) as readonly CheckId[]

/** A check at a time, those first that explain others. */
const inOrder = (findings: readonly CheckedFinding[]): readonly (readonly CheckedFinding[])[] =>
  [...groupBy(findings, ({ check }) => check)].sort(
    ([a], [b]) => order.indexOf(a?.check ?? 'soa') - order.indexOf(b?.check ?? 'soa'),
  )

/** Of one check; the rest is more of the same, and `--json` has it. */
const mostShown = 5

const describeFailures = (findings: readonly CheckedFinding[], width: number): string => {
  const [first] = findings
  if (!first) return ''
  const cases = groupBy(findings, ({ zone, asked, expected, got }) => [zone, asked, expected, got].join('\n'))
  const rest = cases.slice(mostShown).reduce((sum, group) => sum + group.length, 0)
  return [
    fold(`${first.check}: ${explanations[first.check].what}`, width),
    ...(first.reference === undefined ? [] : [field('see', first.reference, width)]),
    ...(first.hint === undefined ? [] : [field('do', first.hint, width)]),
    ...cases.slice(0, mostShown).map((group) => describeCase(group, width)),
    ...(rest > 0 ? [`  and ${rest} more; --json has all of them.`] : []),
  ].join('\n')
}

const describeCase = (group: readonly CheckedFinding[], width: number): string => {
  const [first] = group
  if (!first) return ''
  const { asked, expected, got, command } = first
  return [
    fold(`${asked} at ${placesOf(group)}`, width, '  '),
    field('expected', expected, width),
    field('got', got, width),
    ...(command === undefined ? [] : [foldCommand(command, width, label('try'))]),
  ].join('\n')
}

const label = (name: string): string => `    ${name}`.padEnd(14)
const field = (name: string, text: string, width: number): string => fold(text, width, label(name))

/** `lb1 (203.0.113.10 over UDP and TCP; 2001:db8::1 over UDP)` */
const placesOf = (findings: readonly CheckedFinding[]): string =>
  groupBy(findings, ({ server }) => server)
    .map((group) => {
      const server = group[0]?.server ?? ''
      const ways = groupBy(group, ({ address }) => address).flatMap((one) => {
        const [first] = one
        if (!first || first.address === '') return []
        const transports = [...new Set(one.map(({ transport }) => transport.toUpperCase()))].sort().reverse()
        return [`${first.address} over ${transports.join(' and ')}`]
      })
      return ways.length === 0 ? server : `${server} (${ways.join('; ')})`
    })
    .join(', ')

/** Mostly of one cause: a server that is silent, or a network that is not there. */
const describeUnknown = ({ findings, unknown }: CheckReport, width: number): readonly string[] => {
  const unmeasured = findings.filter(({ status }) => status === 'unknown')
  if (unmeasured.length + unknown.length === 0) return []
  const causes = groupBy(unmeasured, ({ kind, server, got }) => `${kind} ${server} ${got}`)
  const lines = causes.slice(0, 2 * mostShown).flatMap((group) => {
    const [first] = group
    if (!first) return []
    const ids = [...new Set(group.map(({ check }) => check))]
    const named = ids.length > 3 ? `${ids.length} kinds` : ids.join(', ')
    return [fold(`${count(group.length, 'check')} (${named}) of ${placesOf(group)}: ${first.got}`, width, '  - ')]
  })
  const rest = causes.slice(2 * mostShown).reduce((sum, group) => sum + group.length, 0)
  return [
    [
      'Could not be measured, which is not ok:',
      ...unknown.map((sentence) => fold(sentence, width, '  - ')),
      ...lines,
      ...(rest > 0 ? [`  and ${rest} more; --json has all of them.`] : []),
    ].join('\n'),
  ]
}

const describeCounts = (findings: readonly CheckedFinding[], width: number): string =>
  table(
    [
      ['whom', 'address', 'ok', 'failed', 'unknown'],
      ...countsOf(findings).map((one) => [
        one.server,
        one.address || '-',
        ...[one.ok, one.failed, one.unknown].map(String),
      ]),
    ],
    { width, right: [2, 3, 4] },
  )
