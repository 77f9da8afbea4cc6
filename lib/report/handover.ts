import type { Handover } from '../dns/witness/handover.ts'
import { describeMoment, duration } from '../time.ts'
import { table } from './table.ts'

interface Detail {
  /** Columns of the terminal; Infinity where there is none. */
  readonly width: number
  /** All questions, not the first few. */
  readonly verbose: boolean
}

/** Through one lb, when and how many of the questions. */
interface Row {
  readonly lb: string
  readonly switchedAt?: number
  readonly at: number | undefined
  readonly questions: number
}

/** From when on each lb answered what only the new generation has, and until when what only the old one has: a paragraph each. Pure. */
export const describeHandover = (handover: Handover, detail: Detail): readonly string[] => {
  const { to, from, comes, goes, unknown, lbs } = handover
  const begun = lbs.map((lb) => ({ ...lb, at: lb.comes.new?.first, questions: lb.comes.new?.questions ?? 0 }))
  const ended = lbs.map((lb) => ({ ...lb, at: lb.goes.old?.last, questions: lb.goes.old?.questions ?? 0 }))
  return [
    ...describeKind({ ...comes, whose: `${to}`, since: 'from', rows: begun }, detail),
    ...describeKind({ ...goes, whose: from.join(', '), since: 'until', rows: ended }, detail),
    ...unknown.map((one) => `UNKNOWN in part what comes and goes: ${one}.`),
    ...describeReturns(handover).map((one) => `${one}.`),
  ]
}

/** Where the old generation answered although the new one had: the beginning of a sentence each. Pure. */
export const describeReturns = ({ to, from, lbs }: Handover): readonly string[] =>
  lbs.flatMap(({ lb, again }) =>
    again
      ? [
          `${lb} was answered by generation ${from.join(', ')} again after ${to} had answered there: ${again.count} times, the last at ${describeMoment(again.last)}`,
        ]
      : [],
  )

interface Kind {
  readonly whose: string
  readonly since: 'from' | 'until'
  readonly questions: readonly string[]
  readonly all: number
  readonly rows: readonly Row[]
}

const describeKind = ({ whose, since, questions, all, rows }: Kind, { width, verbose }: Detail): readonly string[] => {
  if (questions.length === 0) return []
  const watched = all > questions.length ? `${countOf(all)}, of which ${questions.length} were watched` : countOf(all)
  const lines = rows.map(({ lb, switchedAt, at, questions: seen }) => [
    lb,
    at === undefined ? 'not seen' : describeMoment(at),
    at === undefined || switchedAt === undefined ? '–' : describeDistance(at - switchedAt),
    `${seen} of ${questions.length}`,
  ])
  return [
    [
      `What only generation ${whose} has (${watched}) was answered ${since}:`,
      table([['lb', since, 'seen from its switch', 'questions'], ...lines], { width, right: [3] }),
      ...listQuestions(questions, verbose),
    ].join('\n'),
  ]
}

const countOf = (questions: number): string => `${questions} ${questions === 1 ? 'question' : 'questions'}`

const describeDistance = (ms: number): string => (ms < 0 ? `${duration(-ms)} before` : `${duration(ms)} after`)

const shown = 5

const listQuestions = (questions: readonly string[], verbose: boolean): readonly string[] => {
  const first = verbose ? questions : questions.slice(0, shown)
  const left = questions.length - first.length
  return [...first.map((one) => `    ${one}`), ...(left > 0 ? [`    … and ${left} more: --verbose shows all`] : [])]
}
