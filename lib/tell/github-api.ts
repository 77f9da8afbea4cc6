import { z } from 'zod'
import { type ExitCode, InfraError } from '../errors.ts'
import { exchange } from '../outside/http.ts'

export interface GithubOptions {
  /** `owner/name` */
  readonly repository: string
  readonly token: string
  /** Such as `https://api.github.com`. */
  readonly endpoint: string
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Behind that of the repository: `/issues`. */
  readonly path: string
  readonly body?: object
  readonly signal?: AbortSignal
}

const tryMs = 10_000

/**
 * One request about a repository, once: what was not answered may have been done, so who asks looks before it asks again. Answers are
 * believed only in the shape that is expected, since a body that was cut short comes with 200 too.
 * @param expected the only status that is a success. A 301 after a POST would else be read as one.
 * @throws InfraError with what GitHub says (https://docs.github.com/en/rest/issues/issues).
 */
export const callGithub = async <T>(
  { repository, token, endpoint }: GithubOptions,
  { method, path, body, signal }: Call,
  { expected, shape }: { readonly expected: number; readonly shape: z.ZodType<T> },
): Promise<T> => {
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'user-agent': 'check-dns',
    'x-github-api-version': '2022-11-28',
  }
  const url = `${endpoint}/repos/${repository}${path}`
  const result = await exchange({ method, url, headers, body, timeoutMs: tryMs, signals: [signal] })
  const asked = `${method} ${repository}${path.replace(/\?.*/, '')}`
  if ('lost' in result) throw new InfraError(`${asked}: no answer: ${result.lost.text}`, { exitCode: 8 })
  const { status, text } = result.answer
  if (status !== expected) throw new InfraError(`${asked}: ${status} ${messageOf(text)}`, refusalOf(status))
  const parsed = shape.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new InfraError(`${asked}: an answer that is none`, { exitCode: 8 })
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Proxies answer with pages. */
const messageOf = (text: string): string => {
  const parsed = z.object({ message: z.string() }).safeParse(parseJson(text))
  return parsed.success ? parsed.data.message : ''
}

const hints: Readonly<Record<number, string>> = {
  301: 'The repository has another name now: give that one',
  307: 'The repository has another name now: give that one',
  401: 'GITHUB_TOKEN is not, or no longer, a token',
  404: 'There is no such repository, or the token does not see it: it needs to read and write its issues',
}

const refusalOf = (status: number): { readonly hint: string; readonly exitCode: ExitCode } => {
  const hint = hints[status]
  return hint === undefined
    ? { hint: 'See https://www.githubstatus.com, and the rate limit of the token', exitCode: 8 }
    : { hint, exitCode: 2 }
}
