import type { Recovery } from './recovery.ts'

const untouched = 'No traffic has moved: what serves was not touched.'
const goOn = 'Run bake-images again: it removes the machine that was left in the middle, and bakes anew.'

/** Nothing of it leads traffic anywhere. */
export const bakeRecovery: Recovery = {
  movers: () => [],
  withoutMovers: 'old',
  wayBack: undefined,
  words: () => ({
    old: untouched,
    both: () => untouched,
    new: () => untouched,
    back: untouched,
    remains: { unmoved: goOn, moved: goOn },
  }),
}
