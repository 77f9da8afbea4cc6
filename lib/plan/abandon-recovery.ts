import { are, list } from './describe-traffic.ts'
import type { Recovery, Words } from './recovery.ts'

const goOn = 'Run rotate-lbs --abandon again to go on from here.'

const ofNameservers: Words = {
  old: 'No lb was led to other nameservers: what answered before answers, and no glue points at the new lbs.',
  both: ({ moved, rest }) =>
    `${are(moved, 'sends', 'send')} to nameservers that name the old lbs, ${are(rest, 'sends', 'send')} where it went before.`,
  new: () => 'Zones name the old lbs again. Nothing is lost: old and new lbs both serve.',
  back: 'It was taken back: queries go where they went before.',
  remains: { unmoved: goOn, moved: goOn },
}

const ofAddresses: Words = {
  ...ofNameservers,
  old: 'No traffic has moved: the Floating IPs lead where they led.',
  both: ({ moved, rest }) => `${are(moved, 'leads', 'lead')} to the old lbs again, ${list(rest)} where it led.`,
  new: () => 'The Floating IPs lead to the old lbs again.',
}

/** Where nothing moves traffic nothing had moved: the new lbs go, and glue never pointed at them. */
export const abandonRecovery: Recovery = {
  movers: () => ['switch', 'move'],
  withoutMovers: 'old',
  wayBack: 'all-lbs',
  words: ({ phases }) => (phases.some(({ key }) => key === 'move') ? ofAddresses : ofNameservers),
}
