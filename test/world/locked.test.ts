import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunEvent } from './gate.ts'
import type { Flags, OperationName } from './operations.ts'
import { errorIn } from './texts.ts'
import { createFastWorld } from './world.ts'

const test = suite('world/locked')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())

const isMaking = ({ event, state, step }: RunEvent): boolean =>
  event === 'step' && state === 'started' && step === 'Wait until ns1-next is ready'

test.before(async () => {
  assert.is((await fast.run('bootstrap', { flags: { register: true } })).exitCode, 0)
  fast.clock.pass(3_600_000)
  // it holds the lock still: for all that others can see it is at work
  assert.is((await fast.run('deploy', { killAfter: isMaking })).exitCode, undefined)
  fast.clock.pass(20_000)
})

/** From the other checkout. */
const runAside = (name: OperationName, flags: Flags = {}) => fast.clones[1].run(name, { flags })

const asked: readonly (readonly [OperationName, Flags])[] = [
  ['bootstrap', {}],
  ['deploy', {}],
  ['deploy', { dryRun: true }],
  ['deploy', { removeKept: true }],
  ['update', {}],
  ['update', { only: 'lb9' }],
  ['rotate', {}],
  ['rotate', { abandon: true }],
  ['rollback', {}],
]

for (const [name, flags] of asked) {
  test(`${[name, ...Object.keys(flags)].join(' ')}: who is at work is told before anything is judged`, async () => {
    const { exitCode, stdout, stderr } = await runAside(name, flags)
    assert.is(exitCode, 6, stderr)
    assert.is(stdout, '')
    assert.match(
      errorIn(stderr),
      /error: Locked: deploy-infra is at work, since \d\d:\d\d:\d\d UTC, [\d-]+ \(for \d+ s\), by \S+ \(pid \d+\)\n {2}Nothing was changed\. .*--lock-wait SECONDS/,
    )
  })
}

test('who waits for too short a time is told the same', async () => {
  const { exitCode, stderr } = await runAside('update', { lockWait: '5' })
  assert.is(exitCode, 6)
  assert.match(errorIn(stderr), /Locked: deploy-infra is at work/)
})

test('with time to wait the plan is made once the lock is free', async () => {
  const { exitCode, stderr } = await runAside('deploy', { lockWait: '120' })
  assert.is(exitCode, 0, stderr)
  // the other nameserver was made by then, or not
  assert.match(
    stderr,
    /^(Waits: deploy-infra is at work, .*\n)+No record changes .*\nGoes on with the unfinished deployment .*\n(New nameservers are made from .*\n)?Plan: /,
  )
})

test.run()
