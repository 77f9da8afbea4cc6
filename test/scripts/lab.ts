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

/** A twin and what runs on it, for several parts of a suite; there once the first test of the suite begins. */
export interface Lab {
  readonly twin: () => Twin
  readonly fleet: () => Fleet
  /** For files of the tests; removed in the end. */
  readonly scratch: string
  /** A checkout of that name, with short TTLs and short waits, which a test may edit. */
  readonly checkout: (name: string) => Checkout
  /** A script that every question is answered for beforehand, but for those about deletions. */
  readonly start: (root: string, name: string, ...args: readonly string[]) => RunningScript
  /** The same, to its end, which must have this exit code. */
  readonly expect: (root: string, code: number, name: string, ...args: readonly string[]) => Promise<Outcome>
  /** The same, where nothing is answered beforehand. */
  readonly expectUnanswered: Lab['expect']
}

/** Plays take half the time and half the processor. Those of the first deployment and of other suites go without. */
const withMitogen = { ANSIBLE_STRATEGY: 'mitogen_free' }

export const createLab = (test: Test): Lab => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'lab-'))
  const checkouts = new Map<string, Checkout>()
  let twin: Twin
  let fleet: Fleet
  test.before(async () => {
    twin = await startTwin()
    fleet = createFleet(twin)
  })
  test.after.each(async () => {
    await Promise.all([stopLoads(), stopStreams()])
  })
  test.after(async () => {
    await twin?.down()
    rmSync(scratch, { recursive: true, force: true })
  })
  const startUnanswered: Lab['start'] = (root, name, ...args) =>
    startScript(name, ['--env-file', twin.envFile, ...args], withMitogen, root)
  const start: Lab['start'] = (root, name, ...args) => startUnanswered(root, name, '--yes', ...args)
  return {
    twin: () => twin,
    fleet: () => fleet,
    scratch,
    checkout: (name) => {
      const checkout = checkouts.get(name) ?? createHastyCheckout(path.join(scratch, name))
      checkouts.set(name, checkout)
      return checkout
    },
    start,
    expect: (root, code, name, ...args) => start(root, name, ...args).ended.then(expectCode(code, name)),
    expectUnanswered: (root, code, name, ...args) =>
      startUnanswered(root, name, ...args).ended.then(expectCode(code, name)),
  }
}
