import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock, waitFor } from '../../../lib/clock.ts'
import { query } from '../../../lib/dns/query.ts'
import type { Answered } from '../../../lib/dns/wire/reply.ts'
import { layoutOf, type TwinLayout } from '../../../local/layout.ts'
import { claimSlot } from '../../../local/twin/claim.ts'
import { startInternet, stopInternet } from '../../../local/twin/internet.ts'
import { removeRoad } from '../../../local/twin/road.ts'

/** A little internet of its own for one test file, in namespaces beside whatever else runs on this computer. */
export interface Rig {
  readonly layout: TwinLayout
  /** Starts it, also again after it was killed. */
  start(): Promise<void>
  call(method: string, path: string, body?: unknown): Promise<Answer>
  stop(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

export const createRig = async (): Promise<Rig> => {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'internet-test-'))
  const layout = layoutOf(stateDir, await claimSlot(stateDir))
  const token = randomBytes(8).toString('hex')
  const stop = async (): Promise<void> => {
    await stopInternet(layout, systemClock)
    await removeRoad(layout)
    await rm(stateDir, { recursive: true, force: true })
  }
  process.once('SIGTERM', () => void stop().finally(() => process.exit(1)))
  return {
    layout,
    start: () => startInternet(layout, token, systemClock),
    call: async (method, path, body) => {
      const response = await fetch(`http://${layout.internet.registrar.ipv4}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    stop,
  }
}

/** @throws if there is no answer */
export const ask = async (address: string, name: string, type: string, rd = false): Promise<Answered> => {
  const reply = await query({ address, port: 53 }, { name, type, transport: 'udp', rd }, { timeoutMs: 4000 })
  if (reply.kind !== 'answered') throw new Error(`${address} ${name} ${type}: ${reply.detail}`)
  return reply
}

/** The delegation one parent shows, a line a record. */
export const delegationAt = async (address: string, zone: string): Promise<readonly string[]> => {
  const { authority, additional } = await ask(address, zone, 'NS')
  return [...authority, ...additional]
    .filter(({ type }) => ['NS', 'A', 'AAAA'].includes(type))
    .map(({ name, ttl, type, rdata }) => `${name} ${ttl} ${type} ${rdata}`)
    .sort()
}

export const until = (what: string, isSo: () => Promise<boolean>, timeoutMs = 60_000): Promise<true> =>
  waitFor(what, async () => ((await isSo()) ? { done: true } : { seen: 'not yet' }), {
    clock: systemClock,
    everyMs: 50,
    timeoutMs,
  })
