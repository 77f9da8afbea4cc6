import { describeMoment } from '../time.ts'
import type { ReportOptions } from './github.ts'
import { changeIssue, findIssues, makeIssue } from './github-issues.ts'
import { lookTeller } from './look-teller.ts'
import { isMeasured, type Teller } from './teller.ts'

const label = 'dns-watch'
const dayMs = 86_400_000

/**
 * Keeps a closed issue that says when the watch last looked. It is edited once a day at most, and neither an edit nor a closed issue sends
 * anybody a mail; only its making does, once. Nobody is told by it when the watch dies, but whoever asks sees it.
 */
export const createGithubWatch = (options: ReportOptions): Teller => {
  const mark = `<!-- kept by check-dns --watch of ${options.project} -->`
  let last: number | undefined
  return lookTeller({
    name: 'github',
    timeoutMs: 30_000,
    looked: async (look, { signal }) => {
      const isDue = (): boolean => last === undefined || look.at - last >= dayMs
      if (!isMeasured(look) || !isDue()) return
      const [issue] = await findIssues(options, { label, state: 'all', mark, signal })
      last = momentIn(issue?.body)
      if (issue?.state === 'closed' && !isDue()) return
      const body = bodyOf(look.at, mark)
      const made = issue ?? (await makeIssue(options, { title: `Watch of ${options.project}`, body, label, signal }))
      const change = { body, state: 'closed', state_reason: 'not_planned' }
      await changeIssue(options, { number: made.number, change, signal })
      last = look.at
    },
  })
}

const bodyOf = (at: number, mark: string): string =>
  [
    mark,
    `The watch looked at ${describeMoment(at)}. It writes so once a day while it can measure, into a closed issue so that nobody gets a mail: when this is much older than a day, it has died.`,
    `<!-- at ${new Date(at).toISOString()} -->`,
  ].join('\n\n')

/** What an earlier watch has written: one that is started every quarter of an hour does not edit as often. */
const momentIn = (body: string | null | undefined): number | undefined => {
  const [, text = ''] = /<!-- at (\S+) -->/.exec(body ?? '') ?? []
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}
