import { InfraError, type InfraErrorOptions } from '../errors.ts'

/** A request that was refused, or got no usable answer. */
export class RequestError extends InfraError {
  /** This try, or an earlier one, may have taken effect although its answer was lost. */
  maybeDone: boolean

  constructor(message: string, { maybeDone = false, ...options }: InfraErrorOptions & { maybeDone?: boolean } = {}) {
    super(message, options)
    this.maybeDone = maybeDone
  }
}

export interface RetryPolicy<E extends Error> {
  /** After the first try. */
  readonly retries: number
  readonly isRetried: (error: unknown) => error is E
  /** Sits out the time before the next try. @param attempt which try it was, from 0. */
  readonly wait: (error: E, attempt: number) => Promise<void>
}

/**
 * Tries again what may be tried again.
 * @throws the error of the last try, which remembers whether an earlier one may have been done.
 */
export const retry = async <T, E extends Error>(
  attempt: () => Promise<T>,
  { retries, isRetried, wait }: RetryPolicy<E>,
): Promise<T> => {
  let maybeDone = false
  for (let tried = 0; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof RequestError) {
        maybeDone ||= error.maybeDone
        error.maybeDone = maybeDone
      }
      if (tried === retries || !isRetried(error)) throw error
      await wait(error, tried)
    }
  }
}
