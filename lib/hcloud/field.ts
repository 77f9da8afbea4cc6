import type { Call } from './call.ts'
import { malformedAnswer } from './failure.ts'
import type { Action } from './types.ts'

/**
 * The value under `key` of an answer: objects come wrapped, as in `{"server": {...}}`. What is inside is trusted to be a `T`.
 * @throws HcloudError `malformed_answer` when there is no such key.
 */
export const field = <T>(call: Call, answer: unknown, key: string): T => {
  if (typeof answer === 'object' && answer !== null && key in answer)
    return (answer as Record<string, unknown>)[key] as T
  throw malformedAnswer(call, { problem: `has no "${key}"` })
}

/** The action of an answer that has one only when there was something to do. */
export const actionsIfAny = (answer: unknown): readonly Action[] => {
  const { action } = answer as { readonly action?: Action | null }
  return action ? [action] : []
}
