import { isBeforeRotation, type Stand, type Stop, type Traffic } from './recovery.ts'

/** What is said of traffic, in whole sentences. */
interface Words {
  readonly old: string
  readonly both: (stand: Stand) => string
  readonly new: (stand: Stand) => string
  /** What was moved has been taken back. */
  readonly back: string
  /** What becomes of what was made so far, and how to go on: said of a failure. */
  readonly remains: { readonly unmoved: string; readonly moved: string }
}

const list = (names: readonly string[]): string => names.join(', ')
const are = (names: readonly string[], one: string, many: string): string =>
  `${list(names)} ${list(names).includes(', ') ? many : one}`

const deployment: Words = {
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

const update: Words = {
  old: 'No traffic of this lb has moved: it serves as before.',
  both: ({ moved, rest }) => `${are(moved, 'serves', 'serve')} with what is new, ${list(rest)} as before.`,
  new: ({ moved }) => `${are(moved, 'serves', 'serve')} with what is new.`,
  back: 'The lb was switched back: it serves as before.',
  remains: {
    unmoved: 'What was installed stays on the machine; a running nginx does not use it.',
    moved: 'Run update-lbs again for the rest.',
  },
}

const rollback: Words = {
  old: 'No traffic has moved: what was to be undone serves.',
  both: ({ moved, rest }) => `${are(moved, 'has', 'have')} gone back to what served before, ${list(rest)} not yet.`,
  new: () => 'What served before serves again, through every lb.',
  back: 'That was taken back: what was to be undone serves again.',
  remains: {
    unmoved: 'See to what failed, then run rollback-infra again.',
    moved: 'Run rollback-infra again for the rest.',
  },
}

const goOn = { unmoved: 'Run rotate-lbs again to go on from here.', moved: 'Run rotate-lbs again to go on from here.' }

const rotationOfNameservers: Words = {
  ...deployment,
  old: 'No traffic has moved: the old nameservers serve, through the old lbs.',
  new: () => 'The new nameservers serve, through the old lbs.',
  back: 'It was taken back: queries go where they went before.',
  remains: goOn,
}

const bothServe = 'Nothing is lost: old and new lbs both serve.'
const rotationOfGlue: Words = {
  ...rotationOfNameservers,
  old: bothServe,
  both: ({ moved }) => `${bothServe} The glue of ${list(moved)} points at the new, or soon does.`,
  new: () => bothServe,
}

const rotationOfAddresses: Words = {
  ...rotationOfNameservers,
  old: 'No traffic has moved: the Floating IPs lead to the old lbs.',
  both: ({ moved, rest }) => `${are(moved, 'leads', 'lead')} to the new lbs, ${list(rest)} to the old.`,
  new: () => 'The Floating IPs lead to the new lbs.',
}

const endOfRotation: Words = {
  ...rotationOfGlue,
  new: () => 'The new lbs serve, and nobody learns of the old any more.',
}

const goOnBack = 'Run rotate-lbs --abandon again to go on from here.'

const abandonment: Words = {
  ...deployment,
  old: 'No lb was led to other nameservers: what answered before answers, and no glue points at the new lbs.',
  both: ({ moved, rest }) =>
    `${are(moved, 'sends', 'send')} to nameservers that name the old lbs, ${are(rest, 'sends', 'send')} where it went before.`,
  new: () => 'Zones name the old lbs again. Nothing is lost: old and new lbs both serve.',
  back: 'It was taken back: queries go where they went before.',
  remains: { unmoved: goOnBack, moved: goOnBack },
}

const abandonmentOfAddresses: Words = {
  ...abandonment,
  old: 'No traffic has moved: the Floating IPs lead where they led.',
  both: ({ moved, rest }) => `${are(moved, 'leads', 'lead')} to the old lbs again, ${list(rest)} where it led.`,
  new: () => 'The Floating IPs lead to the old lbs again.',
}

const bootstrap: Words = {
  ...rotationOfNameservers,
  old: 'No traffic has moved: pairs that served before serve as they did.',
  new: () => 'Every pair answers.',
  remains: {
    unmoved: 'What was made is kept: bootstrap-infra goes on from there.',
    moved: 'Run bootstrap-infra again for the rest.',
  },
}

/** One or two sentences that say where traffic is. Pure. */
export const describeTraffic = (stop: Stop, stand: Stand): string => {
  const words = wordsOf(stop)
  switch (stand.traffic) {
    case 'old':
      return words.old
    case 'new':
      return words.new(stand)
    case 'both':
      return words.both(stand)
    case 'unknown':
      return `What ${list(stand.unproven)} was switched to is not proven: traffic may go there or where it went before.`
  }
}

/** The same once what had moved was taken back. */
export const describeReturn = (stop: Stop, stand: Stand): string =>
  [wordsOf(stop).back, ...(stand.traffic === 'both' ? [wordsOf(stop).both(stand)] : [])].join(' ')

/** What becomes of what was made, and what to do next. */
export const describeRemains = (stop: Stop, traffic: Traffic): string =>
  wordsOf(stop).remains[traffic === 'old' ? 'unmoved' : 'moved']

const wordsOf = (stop: Stop): Words => {
  switch (stop.plan.operation) {
    case 'bootstrap':
      return bootstrap
    case 'rotate':
      return rotationAt(stop)
    case 'abandon':
      return stop.plan.phases.some(({ key }) => key === 'move') ? abandonmentOfAddresses : abandonment
    case 'rollback':
      return rollback
    case 'update':
      return update
    case 'deploy':
    case 'switch-back':
      return deployment
  }
}

const rotationAt = ({ plan, index }: Stop): Words => {
  const keys = plan.phases.map(({ key }) => key)
  if (keys[index] === 'remove-lbs') return endOfRotation
  if (keys.includes('move') || (keys.includes('switch-on') && !keys.includes('switch'))) return rotationOfAddresses
  return isBeforeRotation(plan, index) ? rotationOfNameservers : rotationOfGlue
}
