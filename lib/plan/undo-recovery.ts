import type { Recovery } from './recovery.ts'
import { rollbackRecovery, rollbackWords } from './rollback-recovery.ts'

/** Where nothing has to be moved, nothing had been. Nothing of it leads forward: an lb that cannot go back stays so alone. */
export const undoRecovery: Recovery = {
  ...rollbackRecovery,
  withoutMovers: 'old',
  wayBack: 'led-lb',
  words: () => ({
    ...rollbackWords,
    old: 'No traffic has moved: every lb sends its queries where it did.',
    back: 'That was taken back: the lb answers as it did.',
  }),
}
