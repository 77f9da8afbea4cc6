/**
 * What a question costs an lb in processor time, as a ratio to dnsdist, which is made for this alone: both before the same BIND, on loopback, in
 * turns, at a rate that this computer can hold. nginx has the configuration of the role.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { systemClock, waitFor } from '../lib/clock.ts'
import { query, type Target } from '../lib/dns/query.ts'
import { inScratch } from '../lib/scratch.ts'
import { compileZones } from '../lib/zones/compile.ts'
import { startNginx } from './bench-checks/nginx.ts'
import { benchHosts, benchZone, generations } from './bench-checks/zone.ts'
import { median } from './bench-sessions.ts'
import { startNamed } from './lib/dns/named.ts'

const rounds = 5
const queriesPerSecond = 5000
const seconds = 5
const goal = 1.1

interface Balancer {
  readonly target: Target
  /** Of all its processes. */
  readonly pids: () => Promise<readonly number[]>
  stop(): Promise<void>
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean).map(Number)

/** proc(5): microseconds of user and system time. */
const microsecondsOf = async (pids: readonly number[]): Promise<number> => {
  let ticks = 0
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    ticks += Number(user) + Number(system)
  }
  return ticks * 10_000
}

const dnsdistConfig = (address: string, upstream: Target): string => `
setSecurityPollSuffix("")
setLocal("${address}")
setACL({"127.0.0.0/8"})
newServer({address="${upstream.address}:${upstream.port}", checkName="bench.test.", checkType="SOA", mustResolve=false})
`

const startDnsdist = async (folder: string, upstream: Target): Promise<Balancer> => {
  const target = { name: 'dnsdist', address: '127.53.0.9', port: 5300 }
  const config = path.join(folder, 'dnsdist.conf')
  await writeFile(config, dnsdistConfig(`${target.address}:${target.port}`, upstream))
  const child = spawn('dnsdist', ['--supervised', '--disable-syslog', '-C', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  const attempt = async () => {
    const { kind } = await query(target, { name: 'bench.test.', type: 'SOA', transport: 'udp' }, { timeoutMs: 500 })
    return kind === 'answered' ? { done: true } : { seen: kind }
  }
  await waitFor('dnsdist', attempt, { clock: systemClock, everyMs: 50, timeoutMs: 10_000 })
  return { target, stop, pids: async () => [child.pid ?? 0] }
}

/** Microseconds of processor time a question, and how many were not answered. */
const costOf = async (
  { target, pids }: Balancer,
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

const compare = async (nginx: Balancer, dnsdist: Balancer, file: string): Promise<void> => {
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
