import type { Stand, Stop, Traffic, Words } from './recovery.ts'

/** As sentences list what stands in the place of a name. */
export const list = (names: readonly string[]): string => names.join(', ')
/** The same with the verb, which follows their number: one may be a list of its own. */
export const are = (names: readonly string[], one: string, many: string): string =>
  `${list(names)} ${list(names).includes(', ') ? many : one}`

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

const wordsOf = ({ plan, index, recovery }: Stop): Words => recovery.words(plan, index)
