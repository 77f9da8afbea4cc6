import type { Command } from '@commander-js/extra-typings'
import type { createOperationCommand } from '../cli.ts'
import type { CommandText } from '../help.ts'
import type { PlanInput, Situation } from '../plan/input.ts'
import type { Answers } from '../plan/questions.ts'
import type { Recovery } from '../plan/recovery.ts'
import type { Refusal } from '../plan/refusal.ts'
import type { Observed, Plan } from '../plan/types.ts'
import type { SectionName } from './report-run.ts'
import type { WitnessKind } from './run-witness.ts'
import type { WaitFlags } from './waits.ts'
import type { World } from './world.ts'

type OperationCommand = ReturnType<typeof createOperationCommand>

/** The options that every operation has. */
export type CommonOptions = ReturnType<OperationCommand['opts']>

/** One way to carry out an operation, from what is looked at to what is said when it is over. */
export interface Course<Options> {
  readonly plan: (observed: Observed, input: PlanInput, options: Options) => Plan | Refusal
  /** What is so, and said, when it ends before its end. */
  readonly recovery: Recovery
  /** Asks questions through the lbs for as long as it runs. */
  readonly witness: WitnessKind
  /** Sections of the report, in their order. */
  readonly report: readonly SectionName[]
  /** Where the planner has to know more of the world than the others. */
  readonly observe?: (world: World) => Promise<Observed>
  /** The commit whose zones and roles are meant, where it is not the checkout at hand. */
  readonly commit?: string
}

/** All that is known of an operation: its script, the loop, a failure and the report take it from here. */
export interface Operation<Options extends CommonOptions> extends Course<Options>, CommandText {
  /** Adds its options to those that every operation has. */
  readonly options: (command: OperationCommand) => Command<[], Options>
  /** Another way, where options or the observed world ask for one. */
  readonly instead?: (options: Options, look: Look) => Promise<Course<Options> | Refusal | undefined>
  /** What its options say to questions that it asks. */
  readonly answers?: (options: Options) => Omit<Answers, 'yes'>
  /** Whether its options want but what changes for clients, to be read as Markdown. */
  readonly asMarkdown?: (options: Options) => boolean
  /** What its options say of long waits. */
  readonly waits?: (options: Options) => Pick<WaitFlags, 'wait' | 'forceAfter'>
}

/** What a way can be chosen by; the world is observed only when it is asked for. */
interface Look {
  readonly situation: Situation
  readonly observe: () => Promise<Observed>
}

/** Lets the options say what everything else is given. */
export const operation = <Options extends CommonOptions>(value: Operation<Options>): Operation<Options> => value
