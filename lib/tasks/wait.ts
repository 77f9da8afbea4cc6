import { cut } from '../cut.ts'
import { InfraError } from '../errors.ts'
import { describeStep } from '../plan/describe.ts'
import type { Step } from '../plan/types.ts'
import { canDraw, sizeOf } from '../terminal.ts'
import { recordStep } from './record.ts'
import type { RunWorld } from './world.ts'

/** What a wait for the world outside looks like at the moment. */
export interface WaitState {
  readonly isOver: boolean
  /** In one line: what is there, and what is waited for. */
  readonly seen: string
  /** Lines to add once, when the wait begins and when it is over. */
  readonly details?: readonly string[]
  /** Undefined when nobody can know. */
  readonly remainingMs?: number | undefined
}

/** Looks anew each time it is asked; remembers what it needs to compare with. */
export type Look = () => Promise<WaitState>

export interface WaitOptions {
  /** How often to look. */
  readonly everyMs: number
  /** Whether to stay, asked when the wait turns out to be a long one. Who asks a question for it ends what is shown first. */
  readonly stay: (state: WaitState) => Promise<boolean>
  /** Ask at once, however short the wait may be. */
  readonly isImpatient: boolean
  readonly show: WaitDisplay
}

export interface WaitDisplay {
  /** Told after every look. */
  update(state: WaitState): void
  end(): void
}

/** What takes no longer is simply waited out. */
const longMs = 60_000

/**
 * Waits until `look` says that it is over.
 * @throws InfraError with exit code 7 when the wait is long and nobody wants to stay for it: another run goes on from there.
 */
export const waitOut = async (world: RunWorld, step: Step, look: Look, options: WaitOptions): Promise<void> => {
  try {
    await recordStep(world, step, () => lookUntilOver(world, step, look, options))
  } finally {
    options.show.end()
  }
}

const lookUntilOver = async (
  { clock, signal }: RunWorld,
  step: Step,
  look: Look,
  options: WaitOptions,
): Promise<void> => {
  const startedAt = clock.now()
  let isStaying = false
  for (;;) {
    signal.throwIfAborted()
    const state = await look()
    options.show.update(state)
    if (state.isOver) return
    if (!isStaying && (options.isImpatient || isLong(state, clock.now() - startedAt))) {
      if (!(await options.stay(state))) throw waitingError(step, state)
      isStaying = true
    }
    await clock.sleep(Math.min(options.everyMs, state.remainingMs ?? options.everyMs), signal)
  }
}

const isLong = ({ remainingMs = 0 }: WaitState, elapsedMs: number): boolean => elapsedMs + remainingMs > longMs

const waitingError = (step: Step, { seen }: WaitState): InfraError =>
  new InfraError(`Still to wait for: ${describeStep(step)}\n  ${seen}`, {
    exitCode: 7,
    hint: 'Nothing is lost: old and new lbs both serve. Run the same command again later, from any computer; --wait stays.',
  })

/** On a terminal one line that is rewritten; else a line whenever something new can be said, at most every half minute. */
export const createWaitDisplay = (
  { clock, events }: Pick<RunWorld, 'clock'> & Partial<Pick<RunWorld, 'events'>>,
  { isSilent }: { readonly isSilent: boolean },
): WaitDisplay => {
  const { stderr } = process
  const isRewriting = !isSilent && canDraw(stderr)
  let shown: { readonly seen: string; readonly at: number; readonly isOver: boolean } | undefined
  let said: readonly string[] = []
  const sayDetails = (details: readonly string[] = []): void => {
    const news = details.filter((line) => !said.includes(line))
    if (!isSilent) for (const line of news) stderr.write(`${line}\n`)
    said = details
  }
  return {
    update: ({ isOver, seen, details, remainingMs }) => {
      const now = clock.now()
      const isDue = shown === undefined || isOver || now - shown.at >= 30_000
      if (isDue && (shown?.seen !== seen || shown.isOver !== isOver)) {
        const rest = { ...(details ? { details } : {}), ...(remainingMs === undefined ? {} : { remainingMs }) }
        events?.emit({ event: 'wait', seen, isOver, ...rest })
        if (!isRewriting && !isSilent) stderr.write(`  ${isOver ? '✔' : '…'} ${seen}\n`)
        if (shown === undefined || isOver) {
          if (isRewriting) stderr.write('\r\x1b[K')
          sayDetails(details)
        }
        shown = { seen, at: now, isOver }
      }
      // a longer line would be wrapped, and only its end rewritten
      if (isRewriting) stderr.write(`\r\x1b[K${cut(`  ${isOver ? '✔' : '…'} ${seen}`, sizeOf(stderr).columns)}`)
    },
    end: () => {
      if (isRewriting && shown) stderr.write('\n')
      shown = undefined
    },
  }
}
