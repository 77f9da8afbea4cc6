import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { FastRun, RunRequest } from './clone.ts'
import type { RunEvent } from './gate.ts'
import { prepared, requireRun } from './prepared.ts'
import { createFastWorld, type FastWorld } from './world.ts'

/** A world in which deployments leave something to report. */
export interface Reported {
  readonly fast: FastWorld
  /** As it was before, with other zone files than those that are served. */
  readonly reset: () => Promise<void>
  /** A deployment that gives its witness time to see something. */
  readonly deploy: (request?: RunRequest) => Promise<FastRun>
  /** One whose first lb answers without authority once it is switched, and which is taken back. */
  readonly deployBadly: () => Promise<FastRun>
  readonly folderOf: (run: FastRun) => string
}

/** What zone files say may look like markup. */
export const hostileText = '<script>alert(1)</script>&<b title=x>'

export const startReported = async (): Promise<Reported> => {
  const fast = await createFastWorld({ pairs: 2, config: { witness: { queriesPerSecond: 200 } } })
  const [{ root }] = fast.clones
  await prepared(fast)
  await requireRun(fast, 'deploy', {})
  const before = await fast.save()
  const zoneFile = path.join(root, 'zones', 'example.test.zone')
  const source = await readFile(zoneFile, 'utf8')
  const deploy: Reported['deploy'] = ({ onEvent, ...request } = {}) =>
    fast.run('deploy', {
      flags: { keepOld: true },
      ...request,
      onEvent: (event) => {
        slowDown(fast, event)
        onEvent?.(event)
      },
    })
  return {
    fast,
    reset: async () => {
      await fast.load(before)
      await writeFile(zoneFile, `${source}new A 192.0.2.6\nnew TXT "${hostileText}"\n`)
    },
    deploy,
    deployBadly: () =>
      deploy({
        onEvent: (event) => {
          if (event.event !== 'step') return
          if (event.state === 'done' && event.step === 'Switch lb1 to ns1-next') fast.spoil('lb1', { spoil: disown })
          if (event.state === 'failed') fast.spoil('lb1', {})
        },
      }),
    folderOf: ({ events }) => {
      const plan = events.find(({ event }) => event === 'plan')
      return path.join(root, 'runs', String(plan?.generation))
    },
  }
}

/** Played operations are over too soon for a witness to ask much: commands take a moment, and so does what stands before and after a switch. */
const slowDown = (fast: FastWorld, { event, key, state }: RunEvent): void => {
  if (event !== 'phase' || state !== 'started') return
  if (key === 'stage') for (const lb of ['lb1', 'lb2']) fast.spoil(lb, { slowMs: 1 })
  if (key === 'stage' || key === 'retire') spawn('sleep', ['0.3'])
}

/** Every answer of port 53 is without authority. */
const disown = (_asked: Buffer, answer: Buffer, port: number): Buffer => {
  const spoiled = Buffer.from(answer)
  if (port === 53) spoiled.writeUInt16BE(spoiled.readUInt16BE(2) & ~0x0400, 2)
  return spoiled
}
