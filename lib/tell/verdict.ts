import { exitCodeOfReport } from '../report/check-dns.ts'
import type { Look } from './teller.ts'

export type Verdict = 'ok' | 'failed' | 'unknown'

/** What one look found by itself; whether that opens an incident depends on others. */
export const verdictOf = ({ report, isLinkUp }: Pick<Look, 'report' | 'isLinkUp'>): Verdict => {
  if (!isLinkUp || !report) return 'unknown'
  const code = exitCodeOfReport(report)
  if (code === 0) return 'ok'
  return code === 3 ? 'failed' : 'unknown'
}
