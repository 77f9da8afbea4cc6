import { are } from './describe-traffic.ts'
import type { Recovery, Words } from './recovery.ts'

export const deploymentWords: Words = {
  old: 'No traffic has moved: the old nameservers serve.',
  both: ({ moved, rest }) =>
    `${are(moved, 'sends', 'send')} to the new nameservers already, ${are(rest, 'sends', 'send')} to the old still.`,
  new: () => 'The new nameservers serve.',
  back: 'The lbs were switched back: the old nameservers serve again.',
  remains: {
    unmoved: 'What was made of the new nameservers is kept for you to look at.',
    moved: 'What is left of the deployment is finished by running the same command again.',
  },
}

export const deployRecovery: Recovery = {
  movers: () => ['switch'],
  withoutMovers: 'new',
  wayBack: 'all-lbs',
  words: () => deploymentWords,
}
