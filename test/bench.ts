/**
 * What a deployment costs, as ratios taken in one run on one local twin: against its floor (boot to SSH, then one Ansible run of
 * the same role), each phase's share of it, the throughput of an lb against its nameserver asked directly, and what sessions cost an lb.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { table } from '../lib/report/table.ts'
import { duration } from '../lib/time.ts'
import { bootToSsh } from './bench-deployment/boot.ts'
import { eventsIn, type RunEvent } from './bench-deployment/timed-script.ts'
import { compareSessions, median } from './bench-sessions.ts'
import { expectScript } from './scripts/command.ts'
import { createFleet } from './scripts/fleet.ts'
import { startTwin, type Twin } from './scripts/twin.ts'

const secondsOfLoad = 5

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const deployment = async ({ envFile }: Twin): Promise<readonly RunEvent[]> =>
  eventsIn((await expectScript(0, 'deploy-infra', ['--env-file', envFile, '--yes', '--yes-delete', '--json'])).stdout)

/** @param work is given a file of questions for dnsperf. */
const withQuestions = async <T>(work: (file: string) => Promise<T>): Promise<T> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'bench-'))
  const file = path.join(directory, 'questions')
  writeFileSync(file, 'example.test SOA\nwww.example.test A\nns1.example.test AAAA\n')
  return work(file).finally(() => rmSync(directory, { recursive: true }))
}

/** Queries a second that dnsperf gets answered in a few seconds, asking as fast as it is answered. */
const throughput = async (address: string, file: string): Promise<number> => {
  const args = ['-s', address, '-d', file, '-l', String(secondsOfLoad), '-c', '20', '-q', '100', '-t', '2', '-e']
  const { stdout } = await promisify(execFile)('dnsperf', args)
  return Number(/Queries per second:\s+([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN)
}

const addressOf = async ({ cloud }: Twin, name: string): Promise<string> =>
  (await cloud.servers.find(name))?.public_net.ipv4?.ip ?? ''

const compareThroughput = async (twin: Twin, file: string): Promise<string> => {
  const [direct, lb] = await Promise.all([addressOf(twin, 'ns1'), addressOf(twin, 'lb1')])
  const ratios: number[] = []
  for (let round = 0; round < 3; round += 1) {
    ratios.push((await throughput(lb, file)) / (await throughput(direct, file)))
  }
  return `lb throughput / nameserver asked directly: ${median(ratios).toFixed(2)} (rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`
}

const compareWithFloor = (events: readonly RunEvent[], boot: number): string => {
  const phases = events.filter(({ event, ms }) => event === 'phase' && ms !== undefined)
  const total = phases.reduce((sum, { ms = 0 }) => sum + ms, 0)
  const configure = events.find(({ kind, ms }) => kind === 'configure' && ms !== undefined)?.ms ?? Number.NaN
  const shares = phases.map(({ title = '', ms = 0 }) => [title, duration(ms), `${((100 * ms) / total).toFixed(0)} %`])
  return [
    `deployment / floor (boot to SSH + one Ansible run): ${(total / (boot + configure)).toFixed(2)}`,
    `  floor: ${duration(boot)} + ${duration(configure)}; deployment: ${duration(total)}`,
    'share of each phase:',
    table(shares, { width: Number.POSITIVE_INFINITY, right: [1, 2] }),
  ].join('\n')
}

const twin = await startTwin()
try {
  say('bootstrapping')
  await expectScript(0, 'bootstrap-infra', ['--env-file', twin.envFile, '--yes'])
  await deployment(twin)
  say('measuring a deployment whose packages are in the cache')
  const events = await deployment(twin)
  say(`\n${compareWithFloor(events, await bootToSsh(twin))}`)
  await withQuestions(async (file) => {
    say(`\n${await compareThroughput(twin, file)}`)
    say(`\n${await compareSessions(createFleet(twin), file)}`)
  })
} finally {
  await twin.down()
}
