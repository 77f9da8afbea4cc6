import type { Recovery } from './recovery.ts'

const untouched = 'No traffic has moved: what serves was not touched.'
const goOn = 'Run deploy-infra --remove-kept again for the rest.'

/** Nothing of it leads traffic anywhere. */
export const removeKeptRecovery: Recovery = {
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
