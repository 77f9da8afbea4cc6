import type { Danger, Lockout, Plan, PlanPhase } from './types.ts'

/** What was answered on the command line already. */
export interface Answers {
  readonly yes?: boolean | undefined
  readonly yesDelete?: boolean | undefined
  /** Zones whose dangers are agreed to, as these name them. */
  readonly acceptZone?: readonly string[] | undefined
  /** The machines may let in no more who answers. */
  readonly acceptLockout?: boolean | undefined
  /** The flag by which nothing has to be deleted. */
  readonly insteadOfDeleting?: string
}

/** What is asked before a plan is carried out, and what will be asked in the middle of it without a wait before. */
export interface Questions {
  readonly plan: boolean
  readonly lockout: Lockout | undefined
  readonly zones: readonly ZoneQuestion[]
  readonly deletion: boolean
}

/** A zone, and all that has to be agreed to by its name. */
interface ZoneQuestion {
  readonly zone: string
  readonly dangers: readonly Danger[]
}

type Deletion = NonNullable<PlanPhase['confirm']>

/** Whether the command line says all there is to say of a deletion. Pure. */
export const isAnswered = ({ withYes }: Deletion, { yes, yesDelete }: Answers): boolean =>
  yesDelete === true || (yes === true && withYes === true)

/**
 * What a plan leaves to ask, whatever state of the world it comes from. A deletion that stands behind a wait is asked about once
 * the wait is over, perhaps by another run. Pure.
 */
export const questionsOf = ({ phases, dangers = [], lockout }: Plan, answers: Answers): Questions => {
  const { acceptZone = [] } = answers
  const open = dangers.filter(({ zone, isAgreed }) => !isAgreed && !acceptZone.includes(zone))
  const wait = phases.findIndex(({ waits }) => waits)
  const atOnce = wait < 0 ? phases : phases.slice(0, wait)
  return {
    plan: answers.yes !== true,
    lockout: answers.acceptLockout ? undefined : lockout,
    zones: [...new Set(open.map(({ zone }) => zone))].map((zone) => ({
      zone,
      dangers: open.filter((danger) => danger.zone === zone),
    })),
    deletion: atOnce.some(({ confirm }) => confirm && !isAnswered(confirm, answers)),
  }
}
