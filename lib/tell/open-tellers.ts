import type { Clock } from '../clock.ts'
import type { TellerSecrets } from '../config/load.ts'
import { openPage } from '../outside/listen.ts'
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
}

interface Opening {
  readonly clock: Clock
  readonly secrets: TellerSecrets
  readonly say: (text: string) => void
}

const metricsPage = { path: '/metrics', type: 'text/plain; version=0.0.4; charset=utf-8' }

/**
 * Opens the tellers that are named, for as long as `work` takes.
 * @throws InfraError (exit code 2) for one that cannot be.
 */
export const withTellers = async <T>(
  { webhook, prometheus, listen }: TellOptions,
  { clock, secrets, say }: Opening,
  work: (tellers: readonly Teller[]) => Promise<T>,
): Promise<T> => {
  const tellers = [
    ...(webhook === undefined ? [] : [createWebhook({ url: webhook, secret: secrets.webhookSecret, clock })]),
    ...(prometheus === undefined ? [] : [await createPrometheusFile(prometheus)]),
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
