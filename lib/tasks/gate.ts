import { InfraError } from '../errors.ts'

/** A check said no, or could not measure: traffic must not move. The apply loop branches on it. */
export class GateError extends InfraError {
  readonly findings: readonly string[]

  constructor(message: string, findings: readonly string[], hint: string) {
    const shown = findings.slice(0, 8).map((finding) => `\n  - ${finding.replaceAll('\n', '\n    ')}`)
    const more = findings.length > 8 ? `\n  … and ${findings.length - 8} more in the report` : ''
    super(`${message}${shown.join('')}${more}`, { exitCode: 4, hint })
    this.findings = findings
  }
}
