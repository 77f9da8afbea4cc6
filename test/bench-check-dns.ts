/**
 * What check-dns costs, as ratios taken side by side: two zones over two pairs against the slowest conversation of it alone, and a hundred
 * zones of two hundred names against what dnsperf gets out of the same server.
 */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '../lib/clock.ts'
import { configSchema } from '../lib/config/schema.ts'
import { checksFor } from '../lib/dns/checks.ts'
import { readDelegation } from '../lib/dns/delegation.ts'
import { probe } from '../lib/dns/probe.ts'
import { identityOf } from '../lib/fleet/names.ts'
import { type CheckDnsOptions, checkDns } from '../lib/tasks/check-dns/check-dns.ts'
import { createProgress } from '../lib/tasks/check-dns/progress.ts'
import { parseToldServer } from '../lib/tasks/check-dns/told.ts'
import { median } from './bench-sessions.ts'
import { example2Zone, exampleZone } from './lib/zones/fixture.ts'
import { type Served, servedSerial, startServed } from './local/internet/served.ts'

const rounds = 5
const secondsOfLoad = 5
const goals = { slowest: 1.5, dnsperf: 0.5 }
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

const pairs = ['ns1', 'ns2'].map((name, index) => ({
  location: index === 0 ? 'fsn1' : 'hel1',
  hostname: `${name}.example.test`,
  serverTypes: ['cpx22'],
}))

const runCheckDns = async (served: Served, options: CheckDnsOptions = {}): Promise<number> => {
  const config = configSchema.parse({
    project: 'example',
    pairs,
    image: 'debian-12',
    networkRange: '10.0.0.0/16',
    operatorNetworks: ['198.18.0.0/16'],
    sshKey: 'id.pub',
    zonesFolder: served.folder,
    witness: { queriesPerSecond: 1 },
  })
  const settings = { config, environment: { rootServers: served.roots, sshPublicKeyFile: '' }, root: '/', sources: '/' }
  const running = { progress: createProgress(() => undefined), signal: new AbortController().signal }
  const { findings } = await checkDns(settings, { targets: served.targets, ...options }, running)
  const wrong = findings.find(({ status }) => status !== 'ok')
  if (wrong) throw new Error(`${wrong.check} at ${wrong.server} is ${wrong.status}: ${JSON.stringify(wrong)}`)
  return findings.length
}

/** Each of what check-dns does side by side, alone: the longest of them is what it cannot be quicker than. */
const slowestConversation = async ({ targets, zones, roots }: Served): Promise<number> => {
  const times: number[] = []
  for (const { target, pair } of targets.map(parseToldServer)) {
    const checks = checksFor(zones, { nsid: identityOf(pair, servedSerial), serial: servedSerial })
    for (const transport of ['udp', 'tcp'] as const) {
      const own = checks.filter((check) => check.transport === transport)
      times.push(await timed(() => probe([target], own, { clock: systemClock })))
    }
  }
  for (const { origin } of zones) times.push(await timed(() => readDelegation(origin, { roots })))
  return Math.max(...times)
}

const benchSmall = async (): Promise<void> => {
  const served = await startServed({ 'example.test.zone': exampleZone, 'example2.test.zone': example2Zone })
  try {
    // compiled, and connected for the first time
    await runCheckDns(served)
    const ratios: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const slowest = await slowestConversation(served)
      const whole = await timed(() => runCheckDns(served))
      say(`  whole ${whole.toFixed(0)} ms, slowest conversation alone ${slowest.toFixed(0)} ms`)
      ratios.push(whole / slowest)
    }
    say(
      `check-dns of 2 zones over 2 pairs / its slowest conversation: ${describe(ratios)} (goal: at most ${goals.slowest})`,
    )
  } finally {
    await served.stop()
  }
}

const describe = (ratios: readonly number[]): string =>
  `${median([...ratios]).toFixed(2)} (rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`

const bigZones = (count: number, names: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `z${index}.example.test.zone`,
      `$TTL 1h\n@ SOA ns1.example.test. hostmaster.example.test. 0 2h 1h 2w 5m\n  NS ns1.example.test.\n  NS ns2.example.test.\n$GENERATE 1-${names} n$ A 192.0.2.$\n`,
    ]),
  )

/** Answers a second, of the very questions, over UDP. */
const throughputOf = async (served: Served, file: string): Promise<number> => {
  const address = served.places[0].ipv4
  const args = ['-s', address, '-d', file, '-l', String(secondsOfLoad), '-c', '4', '-q', '128', '-t', '2', '-e']
  const { stdout } = await promisify(execFile)('dnsperf', args)
  return Number(/Queries per second:\s+([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN)
}

const benchBig = async (): Promise<void> => {
  const served = await startServed({ 'example.test.zone': exampleZone, ...bigZones(100, 200) })
  try {
    const file = path.join(served.rig.layout.stateDir, 'questions')
    const names = served.zones.flatMap(({ rrsets }) => rrsets.map(({ name, type }) => `${name} ${type}\n`))
    await writeFile(file, names.join(''))
    const options: CheckDnsOptions = {
      targets: served.targets.slice(0, 1),
      only: ['soa', 'serial', 'rrsets', 'absent'],
    }
    await runCheckDns(served, { ...options, zone: ['z0.example.test'] })
    const ratios: number[] = []
    for (let round = 0; round < 3; round += 1) {
      const theirs = await throughputOf(served, file)
      let asked = 0
      const ms = await timed(async () => {
        asked = await runCheckDns(served, options)
      })
      const ours = (asked * 1000) / ms
      say(`  ${asked} questions in ${ms.toFixed(0)} ms: ${ours.toFixed(0)} a second; dnsperf ${theirs.toFixed(0)}`)
      ratios.push(ours / theirs)
    }
    say(
      `questions a second of check-dns, 100 zones x 200 names / dnsperf: ${describe(ratios)} (goal: at least ${goals.dnsperf})`,
    )
  } finally {
    await served.stop()
  }
}

await benchSmall()
await benchBig()
