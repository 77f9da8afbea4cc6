/**
 * What the emulated cloud costs where there is much in it, in processor time of its daemon: a page of a list and a new server, as ratios
 * taken in one run of many servers against few, and of an earlier build against this one. No machines.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { inScratch } from '../lib/scratch.ts'
import { fullState } from './bench-cloud/full-state.ts'
import { median } from './bench-sessions.ts'
import { earlierCommit, openEarlierTree } from './earlier-tree.ts'
import { request, server } from './local/cloud/probe.ts'
import { type Daemon, startDaemon } from './local/cloud/process.ts'

const rounds = 5
const perPage = 25
const requests = 40
/** As many as can be created before the addresses of the pool are used up, with those that warm it up. */
const few = { list: 50, create: 10 }
const many = 500
const actions = { most: 20_000, some: 2000 }
/** An earlier build takes seconds for each, and is far off. */
const earlierRequests = 4
const goals = { list: 3, create: 1.5, megabytes: 150, earlierList: 20, earlierCreate: 5 }
const say = (text: string): void => void process.stdout.write(`${text}\n`)

interface Full {
  readonly servers: number
  readonly actions: number
}

/** A daemon that comes to a full state, as after a restart. @param cwd of another build */
const withFull = async <T>(
  folder: string,
  full: Full,
  cwd: string | undefined,
  work: (daemon: Daemon) => Promise<T>,
): Promise<T> => {
  const directory = path.join(folder, `state-${performance.now()}`)
  await mkdir(directory)
  writeFileSync(path.join(directory, 'cloud.json'), JSON.stringify(fullState(full)))
  const options = ['--speed', 'fast', '--requests-per-hour', '1000000000']
  const daemon = await startDaemon(directory, { options, ...(cwd === undefined ? {} : { cwd }) })
  return work(daemon).finally(() => daemon.end('SIGKILL'))
}

const procOf = ({ child }: Daemon, file: string): string => readFileSync(`/proc/${child.pid}/${file}`, 'utf8')

/** Processor time of all its threads (proc(5)), finer than the ticks of /proc/PID/stat. */
const cpuMsOf = (daemon: Daemon): number =>
  readdirSync(`/proc/${daemon.child.pid}/task`)
    .map((thread) => Number(procOf(daemon, `task/${thread}/schedstat`).split(' ')[0]) / 1e6)
    .reduce((sum, one) => sum + one, 0)

/** Processor time of the daemon for each of so many requests, in milliseconds; half as many before warm it up. */
const cost = async (daemon: Daemon, count: number, send: (index: number) => Promise<unknown>): Promise<number> => {
  const warm = Math.ceil(count / 2)
  for (let index = 0; index < warm; index += 1) await send(index)
  const before = cpuMsOf(daemon)
  for (let index = warm; index < warm + count; index += 1) await send(index)
  return (cpuMsOf(daemon) - before) / count
}

const expected = async (status: number, asked: ReturnType<typeof request>): Promise<void> => {
  const answer = await asked
  if (answer.status !== status) throw new Error(`${answer.status} ${answer.text}`)
}

const listing = (daemon: Daemon, count = requests): Promise<number> =>
  cost(daemon, count, () => expected(200, request(`${daemon.endpoint}/servers?per_page=${perPage}`, 'GET')))

const creating = (daemon: Daemon, count = requests): Promise<number> =>
  cost(daemon, count, (index) => expected(201, request(`${daemon.endpoint}/servers`, 'POST', server(`new-${index}`))))

const megabytesOf = (daemon: Daemon): number => Number(/VmRSS:\s+(\d+)/.exec(procOf(daemon, 'status'))?.[1]) / 1024

const ms = (values: readonly number[]): string => `${median(values).toFixed(1)} ms`
const ratio = (over: readonly number[], under: readonly number[]): string => (median(over) / median(under)).toFixed(2)

interface Costs {
  readonly few: number[]
  readonly many: number[]
}

const benchLists = async (folder: string): Promise<void> => {
  const costs: Costs = { few: [], many: [] }
  const megabytes: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const [less, more] = [few.list, many].map((servers) => ({ servers, actions: actions.most })) as [Full, Full]
    costs.few.push(await withFull(folder, less, undefined, (daemon) => listing(daemon)))
    await withFull(folder, more, undefined, async (daemon) => {
      costs.many.push(await listing(daemon))
      megabytes.push(megabytesOf(daemon))
    })
  }
  say(
    `a page of ${perPage} at ${many} servers / at ${few.list}: ${ratio(costs.many, costs.few)} (goal: at most ${goals.list}; ${ms(costs.many)}, ${ms(costs.few)})`,
  )
  say(
    `memory at ${many} servers and ${actions.most} actions: ${median(megabytes).toFixed(0)} MB (goal: below ${goals.megabytes} MB)`,
  )
}

const benchCreates = async (folder: string): Promise<void> => {
  const costs: Costs = { few: [], many: [] }
  for (let round = 0; round < rounds; round += 1) {
    for (const [servers, into] of [
      [few.create, costs.few],
      [many, costs.many],
    ] as const)
      into.push(await withFull(folder, { servers, actions: actions.some }, undefined, (daemon) => creating(daemon)))
  }
  say(
    `a server more at ${many} / at ${few.create}: ${ratio(costs.many, costs.few)} (goal: at most ${goals.create}; ${ms(costs.many)}, ${ms(costs.few)})`,
  )
}

const benchEarlier = async (folder: string): Promise<void> => {
  const earlier = await openEarlierTree(folder)
  if (!earlier) return say(`${earlierCommit} is not in this repository: nothing earlier to compare with`)
  const full = { servers: many, actions: actions.some }
  const both = async (measure: typeof listing): Promise<readonly [before: number[], now: number[]]> => [
    [await withFull(folder, full, earlier.cwd, (daemon) => measure(daemon, earlierRequests))],
    [await withFull(folder, full, undefined, (daemon) => measure(daemon))],
  ]
  try {
    for (const [what, measure, goal] of [
      ['a page', listing, goals.earlierList],
      ['a server more', creating, goals.earlierCreate],
    ] as const) {
      const [before, now] = await both(measure)
      say(
        `${what} at ${many} servers, ${earlierCommit} / now: ${ratio(before, now)} (goal: at least ${goal}; ${ms(before)}, ${ms(now)})`,
      )
    }
  } finally {
    await earlier.close()
  }
}

await inScratch('bench-', async (folder) => {
  say(`processor time of the emulated cloud, medians of ${rounds} rounds by turns:`)
  await benchLists(folder)
  await benchCreates(folder)
  await benchEarlier(folder)
})
