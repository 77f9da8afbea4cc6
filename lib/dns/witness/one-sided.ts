import { isPositive, type KnownGeneration } from '../accept.ts'
import type { Question } from '../wire/question.ts'

/** Generations of nameservers before and after, as far as it is known what they answer. */
export interface Sides {
  readonly from: readonly KnownGeneration[]
  readonly to: readonly KnownGeneration[]
}

/** Questions that one side has records for and the other, rightly, has none: it refuses, denies or refers. */
export interface OneSided {
  /** Only the generation that comes has. */
  readonly comes: readonly Question[]
  /** Only the one that goes has. */
  readonly goes: readonly Question[]
}

/** Sorts out the questions whose answer comes or goes; what is not known of either side belongs to none of both. Pure. */
export const findOneSided = (questions: readonly Question[], { from, to }: Sides): OneSided => {
  const said = (side: readonly KnownGeneration[], question: Question): readonly boolean[] =>
    side.flatMap((one) => isPositive(one, question) ?? [])
  const all = questions.map((question) => ({ question, before: said(from, question), after: said(to, question) }))
  const known = all.filter(({ before, after }) => before.length > 0 && after.length > 0)
  return {
    comes: known.flatMap(({ question, before, after }) =>
      after.every(Boolean) && !before.some(Boolean) ? [question] : [],
    ),
    goes: known.flatMap(({ question, before, after }) =>
      before.some(Boolean) && !after.some(Boolean) ? [question] : [],
    ),
  }
}

/** So many of the questions, from all over their list; the zones themselves, whose SOA it is, before anything in them. Pure. */
export const sampleQuestions = (questions: readonly Question[], most: number): readonly Question[] => {
  const ordered = [...questions.filter(({ type }) => type === 'SOA'), ...questions.filter(({ type }) => type !== 'SOA')]
  if (ordered.length <= most) return ordered
  const zones = ordered.filter(({ type }) => type === 'SOA').slice(0, most)
  const rest = ordered.slice(zones.length)
  const room = most - zones.length
  return [...zones, ...Array.from({ length: room }, (_, i) => rest[Math.floor((i * rest.length) / room)] as Question)]
}
