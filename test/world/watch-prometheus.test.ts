import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startDaemon } from '../examples/daemon.ts'
import { dashboardExpressions, examplesFolder } from '../examples/expressions.ts'
import { startScript } from '../scripts/command.ts'
import { createServingWorld } from './prepared.ts'
import { watchEnv, watchWords } from './watch-script.ts'

const test = suite('world/watch-prometheus')

const fast = await createServingWorld(test)
test.after.each(() => fast.mend())

interface Answer {
  readonly status: string
  readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] }
}

interface Alerts {
  readonly data: {
    readonly alerts: readonly {
      readonly state: string
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
    }[]
  }
}

const configOf = (target: string): string => `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['${examplesFolder}/alerts.yml']
scrape_configs:
  - job_name: dns-watch
    static_configs: [{ targets: ['${target}'] }]
`

/** Prometheus, while it scrapes what a watch serves. */
const withPrometheus = async (target: string, work: (url: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'prometheus-'))
  try {
    await writeFile(path.join(folder, 'prometheus.yml'), configOf(target))
    const prometheus = await startDaemon('prometheus', [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
    ])
    try {
      // it listens before it can be asked
      await until(
        () => fetch(`${prometheus.url}/-/ready`),
        ({ ok }) => ok,
      )
      await work(prometheus.url)
    } finally {
      await prometheus.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T

/** What comes of asking again and again, once it is what is waited for. */
const until = async <T>(ask: () => Promise<T>, isThere: (answer: T) => boolean): Promise<T> => {
  for (let tries = 0; ; tries++) {
    const answer = await ask()
    if (isThere(answer)) return answer
    assert.ok(tries < 100, JSON.stringify(answer))
    await delay(200)
  }
}

test('Prometheus scrapes a watch, has an answer for every panel, and alerts', async () => {
  fast.spoil('lb2', { isStopped: true })
  const words = [...(await watchWords(fast, ['lb1', 'lb2'])), '--listen', '127.0.0.1:0']
  const script = startScript('check-dns', words, watchEnv(fast))
  try {
    const [, target = ''] = await script.saw(/Metrics are at http:\/\/([^/]+)\/metrics/)
    await script.saw(/OPENED/)
    await withPrometheus(target, async (url) => {
      const query = (expr: string) => get<Answer>(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`)
      await until(
        () => query('dns_watch_wrong'),
        ({ data }) => data.result.length > 0,
      )
      for (const expr of dashboardExpressions()) {
        const { status, data } = await query(expr)
        assert.is(status, 'success', expr)
        assert.ok(data.result.length > 0, `${expr} is answered with nothing`)
      }
      // before the first scrape there is no metric, so another alert may still be pending
      const firing = await until(
        async () => (await get<Alerts>(`${url}/api/v1/alerts`)).data.alerts.filter(({ state }) => state === 'firing'),
        ({ length }) => length > 0,
      )
      assert.equal(
        firing.map(({ labels, annotations }) => [labels.alertname, annotations.summary]),
        [['DnsWrong', 'lb2 fails soa of example.test. over ipv4']],
      )
    })
  } finally {
    process.kill(script.pid, 'SIGTERM')
  }
  assert.is((await script.ended).code, 3)
})

test.run()
