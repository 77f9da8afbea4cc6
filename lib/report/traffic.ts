import { preciseTime } from '../time.ts'
import type { RunRecord } from './run-record.ts'

/**
 * Who answers through each lb, a sentence a line: what was asked once all was over, else what the witness heard last. DNS itself has the
 * last word on traffic. Pure.
 */
export const describeLeads = (record: RunRecord): readonly string[] => {
  const { answers, witness } = record
  if (answers.length > 0) return describeAnswers(answers)
  if (!witness || 'unasked' in witness) return ['Nobody was asked: status shows it.']
  return witness.targets.map(({ lb, address, identities }) => {
    const last = identities.reduce<(typeof identities)[number] | undefined>(
      (latest, one) => (!latest || one.lastUnixMs >= latest.lastUnixMs ? one : latest),
      undefined,
    )
    return last
      ? `${lb} (${address}) was last answered by ${describeIdentity(last.nsid)}, at ${preciseTime(last.lastUnixMs)}.`
      : `${lb} (${address}) was answered by nobody.`
  })
}

const describeAnswers = (answers: RunRecord['answers']): readonly string[] => {
  const targets = [...new Set(answers.map(({ lb, address }) => `${lb} (${address})`))]
  return targets.map((target) => {
    const own = answers.filter(({ lb, address }) => `${lb} (${address})` === target)
    const names = [
      ...new Set(
        own.map(({ fault, nsid }) => (fault === undefined ? describeIdentity(nsid ?? '') : 'nobody for some zones')),
      ),
    ]
    return `${target} is answered by ${names.join(' and ')}.`
  })
}

/** @param nsid empty where there was none. */
export const describeIdentity = (nsid: string): string => nsid || 'who does not say who they are'

/** Between which moves of traffic something was. Pure. @param mark the last of a witness's marks before. */
export const describeMark = (mark: string): string => (mark === 'start' ? 'before traffic was moved' : `after ${mark}`)
