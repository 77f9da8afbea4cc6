/**
 * Why a plan cannot be made: the fact and the remedy. A value, not an exception, so that the pure planners stay
 * functions; the script turns it into an error.
 */
export interface Refusal {
  readonly refused: string
  readonly hint: string
  /** The command line asks for something that does not exist. */
  readonly isUsage?: boolean
}

export const isRefusal = <T>(result: T | Refusal): result is Refusal =>
  typeof result === 'object' && result !== null && 'refused' in result
