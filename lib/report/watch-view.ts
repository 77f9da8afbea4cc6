import { cut } from '../cut.ts'
import type { Look } from '../tell/teller.ts'
import { verdictOf } from '../tell/verdict.ts'
import type { TerminalSize } from '../terminal.ts'
import { describeMoment, duration } from '../time.ts'
import { describeIncident } from '../watch/describe.ts'
import { sparkline } from './sparkline.ts'

/** How long an lb took to answer for a zone, look by look; undefined where it did not. */
export interface Course {
  readonly server: string
  readonly zone: string
  readonly ms: readonly (number | undefined)[]
}

/** One sparkline of them. */
const mostKept = 60

/** One look more. Those that are gone from the look are gone. A course begins with the first answer. Pure. */
export const addLook = (courses: readonly Course[], { report }: Look): readonly Course[] => {
  if (!report) return courses
  const lbs = new Set(report.findings.flatMap(({ kind, server }) => (kind === 'lb' ? [server] : [])))
  const now = new Map<string, Course>()
  for (const { server, zone, ms } of report.latencies.filter(({ kind }) => kind === 'lb')) {
    const key = `${server} ${zone}`
    // over both families the slower one counts
    now.set(key, { server, zone, ms: [Math.max(ms, now.get(key)?.ms[0] ?? 0)] })
  }
  const before = courses.filter(({ server }) => lbs.has(server))
  const known = before.map((course) => {
    const key = `${course.server} ${course.zone}`
    const ms = [...course.ms, now.get(key)?.ms[0]].slice(-mostKept)
    now.delete(key)
    return { ...course, ms }
  })
  return [...known, ...now.values()]
}

const states = { failed: 'WRONG', unknown: '?', ok: 'ok' } as const

type State = keyof typeof states

const urgency = ['failed', 'unknown', 'ok'] as const

const worst = (some: readonly State[]): State | undefined => urgency.find((state) => some.includes(state))

/** The findings are gone through once, however many zones there are. What is of no zone counts for all of its server. */
const statesIn = ({ report }: Look): ((course: Course) => State) => {
  const found = new Map<string, State>()
  for (const { server, zone = '', status } of report?.findings ?? []) {
    const key = `${server} ${zone}`
    found.set(key, worst([status, found.get(key) ?? status]) ?? status)
  }
  return ({ server, zone }) => worst([zone, ''].flatMap((of) => found.get(`${server} ${of}`) ?? [])) ?? 'unknown'
}

/** The value that 99 of 100 do not exceed. */
const p99 = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1]

const time = (ms: number | undefined): string => (ms === undefined ? '-' : duration(ms))

const lineOf = (course: Course, state: State, columns: number): string => {
  const answered = course.ms.filter((ms) => ms !== undefined)
  const bars = Math.min(mostKept, Math.max(8, columns - 60))
  const cells = [
    cut(course.server, 8).padEnd(8),
    cut(course.zone, 20).padEnd(20),
    states[state].padEnd(5),
    time(course.ms.at(-1)).padStart(8),
    time(p99(answered)).padStart(8),
    sparkline(course.ms.slice(-bars).map((ms) => ms ?? 0)),
  ]
  return cut(`  ${cells.join('  ')}`.trimEnd(), columns)
}

const header = `  ${'lb'.padEnd(8)}  ${'zone'.padEnd(20)}  ${'state'}  ${'now'.padStart(8)}  ${'p99'.padStart(8)}  last looks`

/**
 * What a watch shows on a terminal: a line for each lb and zone, those that are wrong first, then what is open, and the verdict in the last
 * line. Never more lines than fit, of which one is left for the cursor. Pure.
 */
export const describeWatch = (look: Look, courses: readonly Course[], { columns, rows }: TerminalSize): string => {
  const below = [
    ...look.remarks,
    ...look.open.slice(0, 5).map((incident) => `! ${describeIncident(incident)}`),
    ...(look.open.length > 5 ? [`! and ${look.open.length - 5} more`] : []),
    verdictLine(look),
  ].map((line) => cut(line, columns))
  const stateOf = statesIn(look)
  const judged = courses.map((course) => ({ course, state: stateOf(course) }))
  const sorted = judged.sort((a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state))
  const room = Math.max(0, rows - 1 - below.length - 2)
  const shown = sorted.length <= room + 1 ? sorted : sorted.slice(0, room)
  const rest = sorted.length - shown.length
  return [
    cut(header, columns),
    ...shown.map(({ course, state }) => lineOf(course, state, columns)),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...below,
  ]
    .slice(-(rows - 1))
    .join('\n')
}

const verdicts = { ok: 'OK', failed: 'WRONG', unknown: 'UNKNOWN' } as const

const verdictLine = (look: Look): string => {
  const open = look.open.length === 0 ? 'nothing is open' : `${look.open.length} open`
  const link = look.isLinkUp ? '' : ', the way out of this computer is lost'
  const moving = look.report?.isMoving ? ', an operation is at work' : ''
  const [clock] = describeMoment(look.at).split(',')
  return `${verdicts[verdictOf(look)]}: ${open}${link}${moving}, ${clock}, in ${duration(look.tookMs)}. Ctrl-C ends it.`
}
