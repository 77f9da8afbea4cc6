import { InfraError, type InfraErrorOptions } from '../errors.ts'

/** The message has the first of the findings; the events of a run have all. */
class FindingsError extends InfraError {
  readonly findings: readonly string[]

  constructor(message: string, findings: readonly string[], { hint, exitCode }: InfraErrorOptions) {
    super(`${message}${listOf(findings)}`, { ...(hint ? { hint } : {}), ...(exitCode ? { exitCode } : {}) })
    this.findings = findings
  }
}

/** A check said no, or could not measure: traffic must not move. The apply loop branches on it. */
export class GateError extends FindingsError {
  constructor(message: string, findings: readonly string[], hint: string) {
    super(message, findings, { exitCode: 4, hint })
  }
}

/** All findings of an error, where it has more than its text. */
export const findingsOf = (error: unknown): readonly string[] => (error instanceof FindingsError ? error.findings : [])

const listOf = (findings: readonly string[]): string => {
  const shown = findings.slice(0, 8).map((finding) => `\n  - ${finding.replaceAll('\n', '\n    ')}`)
  const more =
    findings.length > 8 ? `\n  … and ${findings.length - 8} more: events.ndjson of this run has them all` : ''
  return `${shown.join('')}${more}`
}

/** What came of a look at the world: what is wrong, and what could not be measured, a sentence each. */
export interface Findings {
  readonly failed: readonly string[]
  readonly unknown: readonly string[]
}

interface Verdict {
  /** Fact and remedy, where something is wrong. */
  readonly failed: string
  readonly failedHint: string
  /** The same where nothing is, but something could not be measured. */
  readonly unknown: string
  readonly unknownHint: string
}

/**
 * Lets pass what was measured, and is right.
 * @throws GateError when something is wrong; InfraError (exit code 8) when all that is against it is that it is not known.
 */
export const requireRight = (found: readonly Findings[], verdict: Verdict): void => {
  const failed = found.flatMap((one) => one.failed)
  const unknown = [...new Set(found.flatMap((one) => one.unknown))]
  if (failed.length > 0) throw new GateError(`${verdict.failed}:`, [...failed, ...unknown], verdict.failedHint)
  if (unknown.length === 0) return
  throw new FindingsError(`${verdict.unknown}:`, unknown, { exitCode: 8, hint: verdict.unknownHint })
}
