import { are, list } from './describe-traffic.ts'
import type { Recovery } from './recovery.ts'

/** Nobody asks a pair that is new, so there is nothing to take back; those that serve are not touched. */
export const bootstrapRecovery: Recovery = {
  movers: () => ['switch-on'],
  withoutMovers: 'old',
  wayBack: undefined,
  words: () => ({
    old: 'No traffic has moved: pairs that served before serve as they did.',
    both: ({ moved, rest }) => `${are(moved, 'answers', 'answer')}, ${list(rest)} not yet.`,
    new: () => 'Every pair answers.',
    back: 'It was taken back: queries go where they went before.',
    remains: {
      unmoved: 'What was made is kept: bootstrap-infra goes on from there.',
      moved: 'Run bootstrap-infra again for the rest.',
    },
  }),
}
