/** What a script's exit status says; help and docs/exit-codes.md are made from this table. */
export const exitCodes = {
  0: 'done',
  1: 'failed, nothing changed or switched back',
  2: 'usage or config',
  3: 'changes or drift present',
  4: 'a gate failed, traffic on the old',
  5: 'failed, traffic on the new or on part of it, action needed',
  6: 'locked: another operation is at work, nothing changed',
  7: 'waiting, run again',
  8: 'unknown, could not measure',
  130: 'interrupted, resumable',
} as const

export type ExitCode = keyof typeof exitCodes

export interface InfraErrorOptions {
  /** What the operator does next: a sentence, with the command where there is one. */
  readonly hint?: string
  readonly exitCode?: ExitCode
  readonly cause?: unknown
}

/** An error meant for the operator: `message` is the fact, `hint` the remedy. Subclassed only where a caller branches on it. */
export class InfraError extends Error {
  readonly hint: string | undefined
  readonly exitCode: ExitCode

  constructor(message: string, { hint, exitCode = 1, cause }: InfraErrorOptions = {}) {
    super(message, { cause })
    this.name = new.target.name
    this.hint = hint
    this.exitCode = exitCode
  }
}

/** For `catch`, where something else will do for what could not be read or made. What nobody foresaw rises. */
export const ifRefused =
  <T>(instead: (error: InfraError) => T) =>
  (error: unknown): T => {
    if (error instanceof InfraError) return instead(error)
    throw error
  }

/** What was thrown, in its own words. */
export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Fact and remedy in one sentence, to stand in a list or beside others. */
export const sentenceOf = ({ message, hint }: InfraError): string =>
  hint ? `${message}: ${hint.replace(/\.$/, '')}` : message
