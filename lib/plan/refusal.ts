/**
 * Why a plan cannot be made: the fact and the remedy. A value, not an exception, so that the pure planners stay
 * functions; the script turns it into an error.
 */
export interface Refusal {
  readonly refused: string
  readonly hint: string
}

export const isRefusal = <T extends object>(result: T | Refusal): result is Refusal => 'refused' in result
