import type { Finding } from '../probe.ts'
import { checkTexts } from './check.ts'

/** A finding of a check that is not one question to one server, with the texts of its kind: what to do is told unless it is ok. */
export const createFinding = (
  draft: Omit<Finding, 'reference' | 'hint' | 'port' | 'command'> & Partial<Pick<Finding, 'port' | 'command'>>,
): Finding => {
  const { reference, hint } = checkTexts[draft.check]
  const isOk = draft.status === 'ok'
  return { port: 53, ...draft, reference, hint: isOk ? undefined : hint, command: isOk ? undefined : draft.command }
}
