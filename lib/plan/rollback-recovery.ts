import { are, list } from './describe-traffic.ts'
import type { Recovery, Words } from './recovery.ts'

/** What is replaced is what was to be undone, and what is put in its place is what served before. */
export const rollbackWords: Words = {
  old: 'No traffic has moved: what was to be undone serves.',
  both: ({ moved, rest }) => `${are(moved, 'has', 'have')} gone back to what served before, ${list(rest)} not yet.`,
  new: () => 'What served before serves again, through every lb.',
  back: 'That was taken back: what was to be undone serves again.',
  remains: {
    unmoved: 'See to what failed, then run rollback-infra again.',
    moved: 'Run rollback-infra again for the rest.',
  },
}

export const rollbackRecovery: Recovery = {
  movers: () => ['switch'],
  withoutMovers: 'new',
  wayBack: 'all-lbs',
  words: () => rollbackWords,
}
