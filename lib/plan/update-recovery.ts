import { are, list } from './describe-traffic.ts'
import type { Recovery } from './recovery.ts'

/** Each lb is updated by itself: one that is proven stays as it is, whatever becomes of the next. */
export const updateRecovery: Recovery = {
  movers: () => ['switch'],
  withoutMovers: 'new',
  wayBack: 'updated-lb',
  words: () => ({
    old: 'No traffic of this lb has moved: it serves as before.',
    both: ({ moved, rest }) => `${are(moved, 'serves', 'serve')} with what is new, ${list(rest)} as before.`,
    new: ({ moved }) => `${are(moved, 'serves', 'serve')} with what is new.`,
    back: 'The lb was switched back: it serves as before.',
    remains: {
      unmoved: 'What was installed stays on the machine; a running nginx does not use it.',
      moved: 'Run update-lbs again for the rest.',
    },
  }),
}
