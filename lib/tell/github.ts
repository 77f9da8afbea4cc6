import { z } from 'zod'
import { InfraError, ifRefused } from '../errors.ts'
import { describeMoment } from '../time.ts'
import { describeIncident } from '../watch/describe.ts'
import type { Incident } from '../watch/incidents.ts'
import { callGithub, type GithubOptions } from './github-api.ts'
import { changeIssue, findIssues, makeIssue } from './github-issues.ts'
import { lookTeller } from './look-teller.ts'
import type { Look, Teller } from './teller.ts'
import { verdictOf } from './verdict.ts'

export interface ReportOptions extends GithubOptions {
  /** Reports of several projects may be in one repository. */
  readonly project: string
}

const label = 'dns-outage'
const title = 'Outage report'
/** GitHub takes 65,536 characters. */
const mostUnits = 60_000
/** After a restart an issue may be open of which this process knows no incident yet. */
export const calmLooks = 3

/**
 * Keeps one open issue while incidents are open: found by a label and a mark in its body before one is made, edited when incidents change,
 * closed when all are over. Nothing is asked of GitHub while nothing changes.
 * @throws InfraError (exit code 2) when the token is none, or the repository has no issues that it may write.
 */
export const createGithub = async (options: ReportOptions): Promise<Teller> => {
  await verifyRepository(options)
  const mark = `<!-- check-dns --watch of ${options.project} -->`
  /** What the issue says; null when there is none, undefined when that is not known. */
  let shown: string | null | undefined
  let calm = 0
  const teller = lookTeller({
    name: 'github',
    timeoutMs: 30_000,
    looked: async (look, { signal }) => {
      calm = calmAfter(calm, look)
      const wanted = look.open.length > 0 ? bodyOf(look.open, mark) : null
      if (wanted === shown || (wanted === null && calm < calmLooks)) return
      shown = undefined
      await show(options, wanted, { mark, signal })
      shown = wanted
    },
  })
  // an incident that was seen to be over needs no more looks
  const closed = async (): Promise<void> => {
    calm = calmLooks
  }
  return { ...teller, closed }
}

const calmAfter = (calm: number, look: Look): number => {
  if (look.open.length > 0) return 0
  return verdictOf(look) === 'ok' ? calm + 1 : calm
}

const repositoryShape = z.object({
  has_issues: z.boolean(),
  archived: z.boolean(),
  permissions: z.object({ push: z.boolean(), triage: z.boolean().optional() }).optional(),
})

/**
 * The token of an app, as that of Actions (https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats).
 * `permissions` are those of a person, and say of an app that it may not push, whatever it may do with issues.
 */
const isOfApp = (token: string): boolean => token.startsWith('ghs_')

/** In a way that tokens of Actions may ask too: `/user` is closed to them. What cannot be asked now is seen at the first report. */
const verifyRepository = async (options: ReportOptions): Promise<void> => {
  const refuse = (what: string, hint: string): never => {
    throw new InfraError(`--github: ${options.repository} ${what}`, { exitCode: 2, hint })
  }
  if (!/^[\w.-]+\/[\w.-]+$/.test(options.repository)) refuse('is not OWNER/NAME', 'Such as example/dns.')
  const found = await callGithub(options, { method: 'GET', path: '' }, { expected: 200, shape: repositoryShape }).catch(
    ifRefused((error) => {
      if (error.exitCode === 2) throw error
      return undefined
    }),
  )
  if (!found) return
  if (found.archived || !found.has_issues) refuse('takes no issues', 'Name another one, or let it have issues.')
  const { permissions } = found
  if (!isOfApp(options.token) && permissions && !permissions.push && !permissions.triage) {
    refuse('may only be read with this token', 'The label needs write access: Issues, read and write.')
  }
}

interface Showing {
  readonly mark: string
  readonly signal: AbortSignal
}

const show = async (options: ReportOptions, body: string | null, { mark, signal }: Showing): Promise<void> => {
  const [issue] = await findIssues(options, { label, state: 'open', mark, signal })
  if (issue && body !== issue.body) {
    const change = body === null ? { state: 'closed', state_reason: 'completed' } : { body }
    await changeIssue(options, { number: issue.number, change, signal })
  }
  if (!issue && body !== null) await makeIssue(options, { title, body, label, signal })
}

/** In blocks of code, since answers of servers stand in it: nobody is mentioned, and nothing linked. */
const bodyOf = (open: readonly Incident[], mark: string): string => {
  const head = [mark, `Found by check-dns, which edits this text while it lasts and closes the issue when it is over.`]
  const blocks = open.map((incident) => {
    const [member] = incident.members
    const { hint = '', command = '' } = member?.example ?? {}
    const lines = [`since ${describeMoment(incident.openedAt)}`, describeIncident(incident), hint, command]
    return ['````', ...lines.filter((line) => line !== '').map((line) => line.replaceAll('`', "'")), '````'].join('\n')
  })
  const kept = blocks.filter((_, index) => blocks.slice(0, index + 1).join('\n\n').length < mostUnits)
  const rest = blocks.length - kept.length
  return [...head, ...kept, ...(rest > 0 ? [`And ${rest} more.`] : [])].join('\n\n')
}
