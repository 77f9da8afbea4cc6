import type { Test } from 'uvu'
import type { Flags, OperationName } from './operations.ts'
import type { Saved } from './outside.ts'
import { createFastWorld, type FastWorld } from './world.ts'

/** @throws Error with what it said, unless it succeeds */
export const requireRun = async (fast: FastWorld, name: OperationName, flags: Flags): Promise<void> => {
  const { exitCode, stderr } = await fast.run(name, { flags })
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}\n${stderr}`)
  // the next generation has to be another second
  fast.clock.pass(3_600_000)
}

/** A world that serves. */
export const prepared = (fast: FastWorld): Promise<void> => requireRun(fast, 'bootstrap', { register: true })

/** A world of two pairs that serve, for all tests of a suite: each finds it as it was at first. */
export const createServingWorld = async (test: Test): Promise<FastWorld> => {
  const fast = await createFastWorld({ pairs: 2 })
  let serving: Saved
  test.before(async () => {
    await prepared(fast)
    serving = await fast.save()
  })
  test.before.each(() => fast.load(serving))
  test.after(() => fast.close())
  return fast
}

/** What a run leaves that was killed when a phase began. */
export const killedBefore = async (fast: FastWorld, name: OperationName, phase: string): Promise<void> => {
  const { exitCode } = await fast.run(name, {
    flags: name === 'rotate' ? { wait: true } : {},
    killAfter: ({ event, title }) => event === 'phase' && title === phase,
  })
  if (exitCode !== undefined) throw new Error(`${name} ended with ${exitCode} before ${phase}`)
  fast.clock.pass(3_600_000)
}
