import { inspect } from 'node:util'
import { InfraError } from '../../../lib/errors.ts'

/** The error that a promise rejects with. */
export const errorOf = async (attempt: Promise<unknown>): Promise<InfraError> => {
  const error: unknown = await attempt.then(
    () => 'nothing was thrown',
    (reason: unknown) => reason,
  )
  if (error instanceof InfraError) return error
  throw new Error(`not an InfraError: ${inspect(error)}`)
}

/** Everything that a log or a crash could show of a value. */
export const everyTextOf = (value: unknown): string => {
  const own = inspect(value, { depth: 20, showHidden: true, getters: true })
  const json = JSON.stringify(value, Object.getOwnPropertyNames(Object(value)))
  const rest = value instanceof Error ? [value.stack, value.cause ? everyTextOf(value.cause) : ''] : []
  return [own, json, String(value), ...rest].join('\n')
}
