/**
 * What the checks of a large zone cost, as a ratio taken in one run on loopback: against dnsperf with as many questions at the same
 * servers, two of BIND and two nginx before them with the configuration of the role. No machines.
 */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { checksFor } from '../lib/dns/checks.ts'
import type { Target } from '../lib/dns/query.ts'
import type { Question } from '../lib/dns/wire/question.ts'
import { identityOf } from '../lib/fleet/names.ts'
import { inScratch } from '../lib/scratch.ts'
import { compileZones } from '../lib/zones/compile.ts'
import type { Zone } from '../lib/zones/zone.ts'
import { startNginx } from './bench-checks/nginx.ts'
import { benchHosts, benchZone, generations } from './bench-checks/zone.ts'
import { median } from './bench-sessions.ts'
import { startNamed } from './lib/dns/named.ts'

const rounds = 3
const rrsets = 20_000
const goals = { ratio: 3, megabytes: 300 }
const transports = ['udp', 'tcp'] as const

const run = promisify(execFile)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

interface Asking {
  readonly ms: number
  readonly compileMs: number
  readonly peakMegabytes: number
  readonly findings: number
  readonly changed: number
}

const writeZone = async (folder: string, changed: number): Promise<string> => {
  const { origin, text } = benchZone(rrsets, changed)
  await mkdir(folder)
  await writeFile(path.join(folder, `${origin}zone`), text)
  return folder
}

/** dnsperf sends queries of class IN only. What it cannot send is a question for the SOA, so that the numbers are equal. */
const lineOf = (origin: string, { name, type, class: klass = 'IN', opcode = 0 }: Question): string =>
  klass === 'IN' && opcode === 0 && !['AXFR', 'IXFR'].includes(type) ? `${name} ${type}` : `${origin} SOA`

const writeQuestions = async (folder: string, zones: readonly Zone[]): Promise<Record<'udp' | 'tcp', string>> => {
  const questions = checksFor(zones, { nsid: '', serial: generations.after }).flatMap((check) => check.questions)
  const files = { udp: path.join(folder, 'udp'), tcp: path.join(folder, 'tcp') }
  for (const transport of transports) {
    const own = questions.filter((question) => question.transport === transport)
    await writeFile(
      files[transport],
      `${own.map((question) => lineOf(zones[0]?.origin ?? '.', question)).join('\n')}\n`,
    )
  }
  return files
}

interface Volley {
  readonly ms: number
  readonly completed: number
  readonly lost: number
}

/** The same targets in the same order as the checks: both nameservers, then both lbs, each over UDP and TCP at once. */
const dnsperf = async (targets: readonly Target[], files: Record<'udp' | 'tcp', string>): Promise<Volley> => {
  const startedAt = performance.now()
  const texts: string[] = []
  for (const pair of [targets.slice(0, 2), targets.slice(2)]) {
    const ran = pair.flatMap(({ address, port }) =>
      transports.map((transport) =>
        run('dnsperf', ['-s', address, '-p', String(port), '-m', transport, '-d', files[transport], '-n', '1', '-e']),
      ),
    )
    texts.push(...(await Promise.all(ran)).map(({ stdout }) => stdout))
  }
  const ms = performance.now() - startedAt
  const sum = (word: string): number =>
    texts.reduce((total, text) => total + Number(new RegExp(`Queries ${word}:\\s+(\\d+)`).exec(text)?.[1]), 0)
  return { ms, completed: sum('completed'), lost: sum('lost') }
}

const asking = async (args: readonly string[]): Promise<Asking> => {
  const program = path.resolve(import.meta.dirname, 'bench-checks/asking.ts')
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program, ...args], { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout)
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

const compare = async (
  folders: readonly string[],
  targets: readonly Target[],
  files: Record<'udp' | 'tcp', string>,
) => {
  const ratios: number[] = []
  const peaks: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const ours = await asking([...folders, JSON.stringify(targets)])
    const theirs = await dnsperf(targets, files)
    ratios.push(ours.ms / theirs.ms)
    peaks.push(ours.peakMegabytes)
    say(
      `  round ${round}: ${seconds(ours.ms)} (compiling and comparing ${seconds(ours.compileMs)}), ${ours.findings} findings, ${ours.changed} RRsets changed, ${ours.peakMegabytes.toFixed(0)} MB; dnsperf ${seconds(theirs.ms)}, ${theirs.completed} answered, ${theirs.lost} lost`,
    )
  }
  say(`checks, compiling and comparing / dnsperf: ${median(ratios).toFixed(2)} (goal: at most ${goals.ratio})`)
  say(`peak memory: ${median(peaks).toFixed(0)} MB (goal: below ${goals.megabytes} MB)`)
}

await inScratch('bench-', async (folder) => {
  const folders = [await writeZone(path.join(folder, 'before'), 0), await writeZone(path.join(folder, 'after'), 100)]
  const zones = await compileZones({ folder: folders[1] ?? '', serial: generations.after, hosts: benchHosts })
  const files = await writeQuestions(folder, zones)
  const stops: (() => Promise<void>)[] = []
  try {
    const targets: Target[] = []
    for (const pair of [1, 2]) {
      const named = await startNamed(zones, { nsid: identityOf(pair, generations.after) })
      stops.push(named.stop)
      targets.push({ ...named.ipv4, name: `ns${pair}` })
    }
    for (const [i, nameserver] of targets.slice(0, 2).entries()) {
      const nginx = await startNginx(folder, i + 1, nameserver)
      stops.push(nginx.stop)
      targets.push(nginx.target)
    }
    say(
      `checks of ${zones.flatMap((zone) => zone.rrsets).length} RRsets at two nameservers and two lbs, in turns with dnsperf:`,
    )
    await compare(folders, targets, files)
  } finally {
    for (const stop of stops) await stop()
  }
})
