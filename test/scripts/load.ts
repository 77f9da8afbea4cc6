import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as assert from 'uvu/assert'
import type { Outcome } from './command.ts'

interface LoadReport {
  readonly sent: number
  readonly completed: number
  readonly lost: number
  /** Answers by rcode, such as `{ NOERROR: 120000 }`. */
  readonly rcodes: Readonly<Record<string, number>>
  readonly text: string
}

interface Load {
  /** Ends the load and returns what became of it. */
  stop(): Promise<LoadReport>
}

const running = new Set<Load>()

/** Ends what a test has left running, because it failed. */
export const stopLoads = async (): Promise<void> => {
  await Promise.allSettled([...running].map((load) => load.stop()))
}

/** Names of the committed zones that every generation answers with NOERROR. */
const questions = [
  'example.test SOA',
  'example.test A',
  'www.example.test A',
  'ns1.example.test A',
  'example2.test SOA',
  'www.example2.test A',
]

/**
 * dnsperf against one address: a steady rate, bounded in time even when nobody stops it.
 * @param rate queries a second.
 * @param sockets that share it; with one, many questions of one source port are open at once.
 */
const startLoad = (
  address: string,
  { rate, maxSeconds, sockets }: { readonly rate: number; readonly maxSeconds: number; readonly sockets: number },
): Load => {
  const directory = mkdtempSync(path.join(tmpdir(), 'load-'))
  const file = path.join(directory, 'questions')
  writeFileSync(file, `${questions.join('\n')}\n`)
  const args = [
    '-s',
    address,
    '-d',
    file,
    '-Q',
    String(rate),
    '-l',
    String(maxSeconds),
    '-c',
    String(sockets),
    '-q',
    '5000',
    '-t',
    '3',
    '-e',
  ]
  const child = spawn('dnsperf', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  child.stderr.on('data', (chunk) => {
    text += chunk
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const load: Load = {
    stop: async () => {
      running.delete(load)
      child.kill('SIGINT')
      await ended
      rmSync(directory, { recursive: true, force: true })
      return readReport(text)
    },
  }
  running.add(load)
  return load
}

const figure = (text: string, name: string): number => {
  const match = new RegExp(`${name}:\\s+(\\d+)`).exec(text)
  if (!match) throw new Error(`dnsperf did not report "${name}":\n${text}`)
  return Number(match[1])
}

const readReport = (text: string): LoadReport => {
  const codes = /Response codes:\s+(.*)/.exec(text)?.[1] ?? ''
  const rcodes = [...codes.matchAll(/(\w+) (\d+)/g)].map((match) => [match[1] ?? '', Number(match[2])] as const)
  return {
    sent: figure(text, 'Queries sent'),
    completed: figure(text, 'Queries completed'),
    lost: figure(text, 'Queries lost'),
    rcodes: Object.fromEntries(rcodes),
    text,
  }
}

/** One load for each address, all at once. @param rate queries a second at each, @param sockets that each shares them among. */
export const startLoads = (addresses: readonly string[], rate: number, sockets = 200): readonly Load[] =>
  addresses.map((address) => startLoad(address, { rate, maxSeconds: 600, sockets }))

/** Those of IPv4: the witness of each operation asks the others too. */
export const ofIpv4 = (addresses: readonly string[]): readonly string[] =>
  addresses.filter((address) => address.includes('.'))

/** Ends the loads; every query of each must have got its answer. @param atLeast queries that each must have sent. */
export const assertNothingLost = async (loads: readonly Load[], atLeast: number): Promise<void> => {
  for (const { sent, completed, lost, rcodes, text } of await Promise.all(loads.map((load) => load.stop()))) {
    assert.ok(sent >= atLeast, text)
    assert.is(lost, 0, text)
    assert.equal(rcodes, { NOERROR: completed }, text)
  }
}

/** Through each lb at once, of names that every generation has. */
const usualQueriesPerSecond = 200

/**
 * Does something under load. A script itself ends with 5 when its witness saw anything lost or wrong.
 * @param lbs their addresses, of which those of IPv4 are asked.
 */
export const losingNothing = async (lbs: readonly string[], work: () => Promise<Outcome>): Promise<Outcome> => {
  const loads = startLoads(ofIpv4(lbs), usualQueriesPerSecond)
  const outcome = await work()
  await assertNothingLost(loads, usualQueriesPerSecond)
  return outcome
}
