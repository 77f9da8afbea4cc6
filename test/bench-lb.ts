/**
 * What a question costs an lb in processor time, as a ratio to dnsdist, which is made for this alone: both before the same BIND, on loopback, in
 * turns, at a rate that this computer can hold. nginx has the configuration of the role.
 */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Target } from '../lib/dns/query.ts'
import { inScratch } from '../lib/scratch.ts'
import { compileZones } from '../lib/zones/compile.ts'
import { type Balancer, startBalancer } from './bench-checks/balancer.ts'
import { startNginx } from './bench-checks/nginx.ts'
import { benchHosts, benchZone, generations } from './bench-checks/zone.ts'
import { median } from './bench-sessions.ts'
import { cpuTimeIn } from './cpu-time.ts'
import { startNamed } from './lib/dns/named.ts'

const rounds = 5
const queriesPerSecond = 5000
const seconds = 5
const goal = 1.1

interface Measured extends Balancer {
  /** Of the processes that do the work. */
  readonly pids: () => Promise<readonly number[]>
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean).map(Number)

const microsecondsOf = async (pids: readonly number[]): Promise<number> => {
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8')))
  return stats.reduce((sum, stat) => sum + cpuTimeIn(stat).ownMs * 1000, 0)
}

const dnsdistConfig = (address: string, upstream: Target): string => `
setSecurityPollSuffix("")
setLocal("${address}")
setACL({"127.0.0.0/8"})
newServer({address="${upstream.address}:${upstream.port}", checkName="bench.test.", checkType="SOA", mustResolve=false})
`

const startDnsdist = async (folder: string, upstream: Target): Promise<Measured> => {
  const target = { name: 'dnsdist', address: '127.53.0.9', port: 5300 }
  const config = path.join(folder, 'dnsdist.conf')
  await writeFile(config, dnsdistConfig(`${target.address}:${target.port}`, upstream))
  const argv = ['dnsdist', '--supervised', '--disable-syslog', '-C', config]
  const dnsdist = await startBalancer(argv, target, { name: 'bench.test.', type: 'SOA', transport: 'udp' })
  return { ...dnsdist, pids: async () => [dnsdist.pid] }
}

/** Microseconds of processor time a question, and how many were not answered. */
const costOf = async (
  { target, pids }: Measured,
  file: string,
): Promise<{ readonly cost: number; readonly lost: number }> => {
  const before = await microsecondsOf(await pids())
  const load = ['-Q', String(queriesPerSecond), '-l', String(seconds), '-c', '20', '-T', '1', '-e']
  const where = ['-s', target.address, '-p', String(target.port), '-d', file]
  const { stdout } = await promisify(execFile)('dnsperf', [...where, ...load])
  const figure = (word: string): number => Number(new RegExp(`Queries ${word}:\\s+(\\d+)`).exec(stdout)?.[1])
  const used = (await microsecondsOf(await pids())) - before
  return { cost: used / figure('completed'), lost: figure('lost') }
}

const compare = async (nginx: Measured, dnsdist: Measured, file: string): Promise<void> => {
  const ratios: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const ours = await costOf(nginx, file)
    const theirs = await costOf(dnsdist, file)
    ratios.push(ours.cost / theirs.cost)
    say(
      `  round ${round}: nginx ${ours.cost.toFixed(0)} µs a question, ${ours.lost} lost; dnsdist ${theirs.cost.toFixed(0)} µs, ${theirs.lost} lost`,
    )
  }
  say(`processor time a question, nginx / dnsdist: ${median(ratios).toFixed(2)} (goal: at most ${goal})`)
}

await inScratch('bench-', async (folder) => {
  const { origin, text } = benchZone(100, 0)
  await writeFile(path.join(folder, `${origin}zone`), text)
  const zones = await compileZones({ folder, serial: generations.after, hosts: benchHosts })
  const file = path.join(folder, 'questions')
  await writeFile(file, zones.flatMap((zone) => zone.rrsets.map(({ name, type }) => `${name} ${type}\n`)).join(''))
  const named = await startNamed(zones, { nsid: 'bench' })
  const stops = [named.stop]
  try {
    const upstream = { ...named.ipv4, name: 'ns1' }
    const nginx = await startNginx(folder, 1, upstream)
    stops.unshift(nginx.stop)
    const dnsdist = await startDnsdist(folder, upstream)
    stops.unshift(dnsdist.stop)
    const pids = async (): Promise<readonly number[]> => childrenOf(nginx.pid)
    say(`${queriesPerSecond} questions a second through nginx and dnsdist, in turns:`)
    await compare({ ...nginx, pids }, dnsdist, file)
  } finally {
    for (const stop of stops) await stop()
  }
})
