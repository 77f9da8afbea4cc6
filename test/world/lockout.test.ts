import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Flags, OperationName } from './operations.ts'
import type { Saved } from './outside.ts'
import { errorIn } from './texts.ts'
import { createFastWorld } from './world.ts'

const test = suite('world/lockout')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())

let serving: Saved

test.before(async () => {
  assert.is((await fast.run('bootstrap', { flags: { register: true } })).exitCode, 0)
  serving = await fast.save()
  // else there is nothing to update
  fast.release('nginx 2')
})

/** Where operatorNetworks have left out where we are. */
const runOutside = async (name: OperationName, flags: Flags = {}) => {
  await fast.load(serving)
  fast.spoil('lb2', { seesUsAt: '203.0.113.9' })
  return fast.run(name, { flags })
}

const fact =
  /The machines see this computer at 203\.0\.113\.9, which is in none of operatorNetworks \(198\.18\.0\.0\/16\)/

const applying: readonly (readonly [OperationName, Flags])[] = [
  ['update', {}],
  ['deploy', {}],
  ['rotate', {}],
]

for (const [name, flags] of applying) {
  test(`${[name, ...Object.keys(flags)].join(' ')} asks before machines are told to let us in no more`, async () => {
    const { exitCode, stderr, events } = await runOutside(name, flags)
    assert.is(exitCode, 2, stderr)
    assert.match(errorIn(stderr), fact)
    assert.match(errorIn(stderr), /Nothing was changed\. Take --accept-lockout to answer beforehand/)
    assert.equal(events, [])
  })
}

test('a dry run tells it before all else', async () => {
  const { exitCode, stdout } = await runOutside('update', { dryRun: true })
  assert.is(exitCode, 3)
  assert.match(stdout.split('\n')[0] ?? '', fact)
})

test('who accepts it has it', async () => {
  const { exitCode, stderr } = await runOutside('update', { acceptLockout: true })
  assert.is(exitCode, 0, stderr)
  assert.match(stderr, fact)
})

test('what tells no machine whom to let in is not asked about', async () => {
  assert.is((await runOutside('bootstrap')).exitCode, 0)
  await fast.load(serving)
  assert.is((await fast.run('deploy', { flags: { keepOld: true } })).exitCode, 0)
  fast.spoil('lb2', { seesUsAt: '203.0.113.9' })
  assert.is((await fast.run('rollback')).exitCode, 0)
})

test.run()
