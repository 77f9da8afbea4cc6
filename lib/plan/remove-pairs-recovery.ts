import type { Recovery } from './recovery.ts'
import { removeKeptRecovery } from './remove-kept-recovery.ts'

const goOn = 'Run rotate-lbs --remove-pairs again to go on from here.'

/** Nobody is led to what it removes. */
export const removePairsRecovery: Recovery = {
  ...removeKeptRecovery,
  words: (plan, index) => ({ ...removeKeptRecovery.words(plan, index), remains: { unmoved: goOn, moved: goOn } }),
}
