import { inspect } from 'node:util'
import { InfraError } from '../../lib/errors.ts'

/** The error that a promise rejects with. */
export const errorOf = async (attempt: Promise<unknown>): Promise<InfraError> => {
  const error: unknown = await attempt.then(
    () => 'nothing was thrown',
    (reason: unknown) => reason,
  )
  if (error instanceof InfraError) return error
  throw new Error(`not an InfraError: ${inspect(error)}`)
}
