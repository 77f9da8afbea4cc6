import { z } from 'zod'
import { InfraError } from '../errors.ts'
import { callGithub, type GithubOptions } from './github-api.ts'

const perPage = 100

const issueShape = z.object({
  number: z.number().int(),
  body: z.string().nullable(),
  state: z.string(),
  labels: z.array(z.object({ name: z.string() })),
  pull_request: z.unknown().optional(),
})
type Issue = z.infer<typeof issueShape>

interface Sought {
  readonly label: string
  readonly state: 'open' | 'all'
  /** Stands in the body of ours. */
  readonly mark: string
  readonly signal: AbortSignal
}

/**
 * Ours, the oldest first. By the list, which is immediate; the search is an index that lags behind.
 * @throws InfraError with what GitHub says (https://docs.github.com/en/rest/issues/issues#list-repository-issues).
 */
export const findIssues = async (
  options: GithubOptions,
  { label, state, mark, signal }: Sought,
): Promise<readonly Issue[]> => {
  const found: Issue[] = []
  for (let page = 1; ; page++) {
    const path = `/issues?labels=${label}&state=${state}&sort=created&direction=asc&per_page=${perPage}&page=${page}`
    const issues = await callGithub(
      options,
      { method: 'GET', path, signal },
      { expected: 200, shape: z.array(issueShape) },
    )
    found.push(...issues.filter((one) => one.pull_request === undefined && one.body?.includes(mark)))
    if (issues.length < perPage) return found
  }
}

interface Changed {
  readonly number: number
  readonly change: { readonly body?: string; readonly state?: string; readonly state_reason?: string }
  readonly signal: AbortSignal
}

/** @throws InfraError with what GitHub says (https://docs.github.com/en/rest/issues/issues#update-an-issue). */
export const changeIssue = async (options: GithubOptions, { number, change, signal }: Changed): Promise<void> => {
  const path = `/issues/${number}`
  await callGithub(options, { method: 'PATCH', path, body: change, signal }, { expected: 200, shape: issueShape })
}

interface Made {
  readonly title: string
  readonly body: string
  readonly label: string
  readonly signal: AbortSignal
}

/**
 * Makes an open issue.
 * @throws InfraError with what GitHub says (https://docs.github.com/en/rest/issues/issues#create-an-issue), and when the label was dropped.
 */
export const makeIssue = async (
  options: GithubOptions,
  { title, body, label, signal }: Made,
): Promise<Pick<Issue, 'number'>> => {
  const request = { method: 'POST', path: '/issues', body: { title, body, labels: [label] }, signal } as const
  const { number, labels } = await callGithub(options, request, { expected: 201, shape: issueShape })
  if (labels.some(({ name }) => name === label)) return { number }
  // GitHub drops labels without a word where the token may not set them, and the issue would not be found again
  throw new InfraError(`Issue ${number} did not get the label ${label}`, {
    hint: 'Give it the label by hand, and the token write access: without, another issue is made each time.',
  })
}
