import type { Recovery } from './recovery.ts'

const untouched = 'No traffic has moved: what serves was not touched.'

/** Of an operation that leads no traffic anywhere. @param goOn how to go on after a failure, a whole sentence */
export const noTrafficRecovery = (goOn: string): Recovery => ({
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
})
