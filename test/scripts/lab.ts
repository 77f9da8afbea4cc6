import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Test } from 'uvu'
import { type Checkout, createHastyCheckout } from './checkout.ts'
import { expectCode, type Outcome, type RunningScript, startScript } from './command.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { stopLoads } from './load.ts'
import { stopStreams } from './resolver-stream.ts'
import { startTwin, type Twin } from './twin.ts'
import { stopWatches } from './watch.ts'

/** A checkout with short TTLs and short waits, which a test may edit, and the operations as they are started from it. */
interface Laptop extends Checkout {
  /** A script that every question is answered for beforehand, but for those about deletions. */
  readonly start: (name: string, ...args: readonly string[]) => RunningScript
  /** The same, to its end, which must have this exit code. */
  readonly expect: (code: number, name: string, ...args: readonly string[]) => Promise<Outcome>
  /** The same, where nothing is answered beforehand. */
  readonly expectUnanswered: Laptop['expect']
}

/** A twin and what runs on it, for several parts of a suite; there once the first test of the suite begins. */
export interface Lab {
  readonly twin: () => Twin
  readonly fleet: () => Fleet
  /** For files of the tests; removed in the end. */
  readonly scratch: string
  /** The laptop of that name. */
  readonly laptop: (name: string) => Laptop
}

/** Plays take half the time and half the processor. Other suites go without. */
export const withMitogen = { ANSIBLE_STRATEGY: 'mitogen_free' }

export const createLab = (test: Test): Lab => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'lab-'))
  const laptops = new Map<string, Laptop>()
  let twin: Twin
  let fleet: Fleet
  test.before(async () => {
    twin = await startTwin()
    fleet = createFleet(twin)
  })
  let began = 0
  test.before.each(() => {
    began = Date.now()
  })
  test.after.each(async ({ __test__: name }) => {
    await Promise.all([stopLoads(), stopStreams(), stopWatches()])
    process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${name}\n`)
  })
  test.after(async () => {
    await twin?.down()
    rmSync(scratch, { recursive: true, force: true })
  })
  const createLaptop = (name: string): Laptop => {
    const checkout = createHastyCheckout(path.join(scratch, name))
    const startUnanswered: Laptop['start'] = (name, ...args) =>
      startScript(name, ['--env-file', twin.envFile, ...args], withMitogen, checkout.root)
    const start: Laptop['start'] = (name, ...args) => startUnanswered(name, '--yes', ...args)
    return {
      ...checkout,
      start,
      expect: (code, name, ...args) => start(name, ...args).ended.then(expectCode(code, name)),
      expectUnanswered: (code, name, ...args) => startUnanswered(name, ...args).ended.then(expectCode(code, name)),
    }
  }
  return {
    twin: () => twin,
    fleet: () => fleet,
    scratch,
    laptop: (name) => {
      const laptop = laptops.get(name) ?? createLaptop(name)
      laptops.set(name, laptop)
      return laptop
    },
  }
}
