import { generationOfNsid } from '../accept.ts'
import { describeQuestion, type Question } from '../wire/question.ts'
import type { Answered } from '../wire/reply.ts'

/** What is watched of an operation that leads from one generation of nameservers to another. */
export interface HandoverQuestions {
  readonly to: number
  readonly from: readonly number[]
  /** Questions that only the new generation has records for; of many a sample. */
  readonly comes: Watched
  /** Those that only the old one has records for. */
  readonly goes: Watched
  /** What could not be watched and why, a sentence each. */
  readonly unknown: readonly string[]
}

interface Watched {
  readonly questions: readonly Question[]
  /** With those that are not watched. */
  readonly all: number
}

interface Heard {
  /** When the first and the last such answer came, milliseconds since the Unix epoch. */
  readonly first: number
  readonly last: number
}

interface HeardQuestions extends Heard {
  /** How many of the questions were answered so. */
  readonly questions: number
}

/** Who answered what of one kind of question: the old generation as it does, the new one as it does. Absent what was never heard. */
interface Answerers {
  readonly old?: HeardQuestions
  readonly new?: HeardQuestions
}

interface LbHandover {
  readonly lb: string
  /** When its switch began, milliseconds since the Unix epoch; absent when it was not switched by this run, or before it was asked. */
  readonly switchedAt?: number
  readonly comes: Answerers
  readonly goes: Answerers
  /** What the old generation answered although it was asked after the new one had answered already. */
  readonly again?: Heard & { readonly count: number }
}

/** From when on, and until when, each lb answered as either generation does. By UDP: a TCP connection stays with whom it began with. */
export interface Handover {
  readonly to: number
  readonly from: readonly number[]
  readonly comes: NamedQuestions
  readonly goes: NamedQuestions
  readonly unknown: readonly string[]
  readonly lbs: readonly LbHandover[]
}

interface NamedQuestions {
  /** `added.test. SOA` */
  readonly questions: readonly string[]
  readonly all: number
}

/** The account of one lb, whatever the address it is asked at. */
export interface LbAccount {
  /** Whether the new generation has answered through it. */
  isHandedOver(): boolean
  /** @param sent.isHandedOver whether it had when the question was sent */
  note(sent: { readonly question: Question; readonly isHandedOver: boolean }, reply: Answered): void
}

type Kind = 'comes' | 'goes'

/**
 * Keeps account of who answers: of each lb and kind of question the first and the last time, never each answer.
 * @param now milliseconds since the Unix epoch
 */
export const createHandover = ({ to, from, comes, goes, unknown }: HandoverQuestions, now: () => number) => {
  const kinds = new Map<string, Kind>()
  for (const question of comes.questions) kinds.set(describeQuestion(question), 'comes')
  for (const question of goes.questions) kinds.set(describeQuestion(question), 'goes')
  const accounts = new Map<string, ReturnType<typeof createAccount>>()
  const named = ({ questions, all }: Watched): NamedQuestions => ({ questions: questions.map(describeQuestion), all })
  const names = { comes: named(comes), goes: named(goes) }
  return {
    of: (lb: string): LbAccount => {
      const account = accounts.get(lb) ?? createAccount({ to, from, kinds }, now)
      accounts.set(lb, account)
      return account
    },
    report: (steps: readonly { readonly name: string; readonly at: number }[]): Handover => ({
      to,
      from,
      ...names,
      unknown,
      lbs: [...accounts].map(([lb, account]) => {
        const switched = steps.find(({ name, at }) => name === `switch ${lb}` && at >= account.since)
        return { lb, ...(switched ? { switchedAt: switched.at } : {}), ...account.report() }
      }),
    }),
  }
}

interface Known extends Pick<HandoverQuestions, 'to' | 'from'> {
  readonly kinds: ReadonlyMap<string, Kind>
}

const createAccount = ({ to, from, kinds }: Known, now: () => number) => {
  const since = now()
  let isHandedOver = false
  const again = createSpan(now)
  const heard = {
    comes: { old: createHeard(now), new: createHeard(now) },
    goes: { old: createHeard(now), new: createHeard(now) },
  }
  const answerersOf = (kind: Kind): Answerers => {
    const [old, made] = [heard[kind].old.report(), heard[kind].new.report()]
    return { ...(old ? { old } : {}), ...(made ? { new: made } : {}) }
  }
  return {
    since,
    isHandedOver: () => isHandedOver,
    note: (sent: { readonly question: Question; readonly isHandedOver: boolean }, { nsid }: Answered): void => {
      if (sent.question.transport === 'tcp') return
      const generation = generationOfNsid(nsid ?? '')
      const isNew = generation === to
      if (!isNew && !from.includes(generation)) return
      if (isNew) isHandedOver = true
      else if (sent.isHandedOver) again.note()
      const question = describeQuestion(sent.question)
      const kind = kinds.get(question)
      if (kind) heard[kind][isNew ? 'new' : 'old'].note(question)
    },
    report: () => {
      const late = again.report()
      return { comes: answerersOf('comes'), goes: answerersOf('goes'), ...(late ? { again: late } : {}) }
    },
  }
}

/** The first and the last time of something that happens again and again. */
const createSpan = (now: () => number) => {
  let span: (Heard & { readonly count: number }) | undefined
  return {
    note: (): void => {
      span = { first: span?.first ?? now(), last: now(), count: (span?.count ?? 0) + 1 }
    },
    report: () => span,
  }
}

const createHeard = (now: () => number) => {
  const span = createSpan(now)
  const questions = new Set<string>()
  return {
    note: (question: string): void => {
      span.note()
      questions.add(question)
    },
    report: (): HeardQuestions | undefined => {
      const { first, last } = span.report() ?? {}
      return first === undefined || last === undefined ? undefined : { first, last, questions: questions.size }
    },
  }
}
