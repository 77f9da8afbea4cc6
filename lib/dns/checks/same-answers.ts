import type { Finding } from '../probe.ts'
import type { Target } from '../query.ts'
import { digCommand } from '../wire/question.ts'
import type { Answered } from '../wire/reply.ts'
import { type Check, withJudge } from './check.ts'
import { createFinding } from './finding.ts'

/** What each check was answered, by target: to compare two ways to the same server. */
export interface AnswerRecord {
  readonly target: Target
  /** By check; those without an answer are not in it. Of what is not data, or where nothing is compared, empty. */
  readonly answers: ReadonlyMap<Check, string>
}

/**
 * Checks that note what they were answered, besides judging it.
 * @param onJudged is told of each answer.
 * @param options.isCompared false where there is nothing to compare with: then it is noted only that there was an answer.
 */
export const recordAnswers = (
  checks: readonly Check[],
  onJudged: () => void,
  { isCompared = true }: { readonly isCompared?: boolean } = {},
): { readonly recording: readonly Check[]; readonly recordOf: (target: Target) => AnswerRecord } => {
  const noted = new Map<Target, Map<Check, string>>()
  const notedOf = (target: Target): Map<Check, string> => {
    const own = noted.get(target) ?? new Map<Check, string>()
    noted.set(target, own)
    return own
  }
  const recording = checks.map((check): Check => {
    const isKept = isCompared && isOfData(check)
    const judge: Check['judge'] = (replies, target) => {
      notedOf(target).set(check, isKept ? replies.map(fingerprint).join('\n') : '')
      onJudged()
      return check.judge(replies, target)
    }
    return withJudge(check, judge)
  })
  return { recording, recordOf: (target) => ({ target, answers: notedOf(target) }) }
}

/** Order does not count. How much of a truncated answer arrives is left to the server, and so is what it adds. */
const fingerprint = (reply: Answered): string => {
  const { rcode, aa, tc, answers, authority } = reply
  const lines = (records: Answered['answers']): string =>
    records
      .map(({ name, ttl, type, rdata }) => `${name} ${ttl} ${type} ${rdata}`)
      .sort()
      .join(' | ')
  return [rcode, aa, ...(tc ? ['truncated'] : [lines(answers), lines(authority)])].join('; ')
}

/**
 * Whether what came through an lb is what its nameserver says when it is asked directly: one finding for each transport. Pure.
 * @param checks those that were asked of both.
 * @param direct every way in which the nameserver was asked.
 */
export const compareWays = (
  checks: readonly Check[],
  through: AnswerRecord,
  direct: readonly AnswerRecord[],
): readonly Finding[] => {
  const compared = checks.filter(isOfData)
  return (['udp', 'tcp'] as const).map((transport) => {
    const own = compared.filter((check) => check.transport === transport)
    const both = own.flatMap((check) => {
      const [there] = direct.flatMap(({ answers }) => answers.get(check) ?? [])
      const here = through.answers.get(check)
      return here === undefined || there === undefined ? [] : [{ check, here, there }]
    })
    const [first, ...others] = both.filter(({ here, there }) => here !== there)
    const itself = `as ${namesOf(direct)} answers itself`
    const about = { ...placeOf(through.target), check: 'direct-lb', transport } as const
    if (first) {
      return createFinding({
        ...about,
        status: 'failed',
        asked: first.check.asked(),
        expected: `${itself}: ${first.there}`,
        got: `${first.here}${others.length > 0 ? `; and ${others.length} more answers differ` : ''}`,
        command: digCommand(through.target, first.check.questions[0]),
      })
    }
    return createFinding({
      ...about,
      status: both.length === 0 ? 'unknown' : 'ok',
      asked: `${both.length} questions`,
      expected: itself,
      got: both.length === 0 ? 'nothing that both of them answered' : 'as expected',
    })
  })
}

const placeOf = ({ name, address, port }: Target) => ({ server: name, address, port })

const namesOf = (records: readonly AnswerRecord[]): string =>
  [...new Set(records.map(({ target }) => target.name))].join(' and ')

/** Of the others, such as the case of a question or an option of EDNS, an answer of data says nothing. */
const isOfData = ({ id, questions }: Check): boolean =>
  questions.length === 1 && ['soa', 'serial', 'rrsets', 'wildcard', 'absent', 'below-cut'].includes(id)
