import type { Clock } from '../clock.ts'
import type { TellerSecrets } from '../config/load.ts'
import { InfraError } from '../errors.ts'
import { openPage } from '../outside/listen.ts'
import { createGithub } from './github.ts'
import { createGithubWatch } from './github-watch.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createPrometheusFile, createPrometheusPage } from './prometheus.ts'
import type { Teller } from './teller.ts'
import { createWebhook } from './webhook.ts'

/** Who is told, as options name them. */
export interface TellOptions {
  readonly webhook?: string | undefined
  /** A file. */
  readonly prometheus?: string | undefined
  /** ADDRESS:PORT */
  readonly listen?: string | undefined
  /** OWNER/NAME */
  readonly github?: string | undefined
  /** URL of a dead man's switch. */
  readonly heartbeat?: string | undefined
}

interface Opening {
  readonly clock: Clock
  readonly project: string
  readonly secrets: TellerSecrets
  readonly say: (text: string) => void
}

const metricsPage = { path: '/metrics', type: 'text/plain; version=0.0.4; charset=utf-8' }

/**
 * Opens the tellers that are named, for as long as `work` takes.
 * @throws InfraError (exit code 2) for one that cannot be.
 */
export const withTellers = async <T>(
  { webhook, prometheus, listen, github, heartbeat }: TellOptions,
  { clock, project, secrets, say }: Opening,
  work: (tellers: readonly Teller[]) => Promise<T>,
): Promise<T> => {
  const tellers = [
    ...(webhook === undefined ? [] : [createWebhook({ url: webhook, secret: secrets.webhookSecret, clock })]),
    ...(prometheus === undefined ? [] : [await createPrometheusFile(prometheus)]),
    ...(github === undefined ? [] : await openGithub(github, { project, secrets })),
    ...(heartbeat === undefined ? [] : [createHeartbeat({ url: heartbeat, clock })]),
  ]
  if (listen === undefined) return work(tellers)
  const page = await openPage(listen, metricsPage)
  say(`Metrics are at ${page.url}${metricsPage.path}`)
  try {
    return await work([...tellers, createPrometheusPage(page.show)])
  } finally {
    await page.close()
  }
}

const openGithub = async (
  repository: string,
  { project, secrets }: Pick<Opening, 'project' | 'secrets'>,
): Promise<readonly Teller[]> => {
  const { githubToken: token, githubEndpoint: endpoint } = secrets
  if (token === undefined) {
    throw new InfraError('--github needs GITHUB_TOKEN', {
      exitCode: 2,
      hint: 'Put a token into the environment or the env file that may read and write the issues of that repository.',
    })
  }
  const options = { repository, token, endpoint, project }
  return [await createGithub(options), createGithubWatch(options)]
}
