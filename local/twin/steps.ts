export interface TwinStep {
  readonly title: string
  run(report: (text: string) => void): Promise<void>
}

export interface StepRun {
  /** Told of every line of progress. */
  readonly say: (event: StepEvent) => void
  /** Looked at between two steps. */
  readonly interrupt?: AbortSignal
}

export type StepEvent =
  | { readonly event: 'step'; readonly title: string }
  | { readonly event: 'progress'; readonly title: string; readonly text: string }
  | { readonly event: 'done'; readonly title: string; readonly ms: number }

export const runSteps = async (steps: readonly TwinStep[], { say, interrupt }: StepRun): Promise<void> => {
  for (const { title, run } of steps) {
    interrupt?.throwIfAborted()
    const started = performance.now()
    say({ event: 'step', title })
    await run((text) => say({ event: 'progress', title, text }))
    say({ event: 'done', title, ms: Math.round(performance.now() - started) })
  }
}

/** A line for people. */
export const describeStepEvent = (event: StepEvent): string => {
  if (event.event === 'step') return `${event.title} …`
  if (event.event === 'progress') return `  ${event.text}`
  return `  done in ${(event.ms / 1000).toFixed(1)} s`
}

/** Lines on stderr, or events on stdout for programs. */
export const stepPrinter =
  (json: boolean): ((event: StepEvent) => void) =>
  (event) =>
    void (json
      ? process.stdout.write(`${JSON.stringify(event)}\n`)
      : process.stderr.write(`${describeStepEvent(event)}\n`))
