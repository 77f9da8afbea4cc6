import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isTellingWhomToLetIn, withLockout } from '../../../lib/plan/lockout.ts'
import type { Plan, Step } from '../../../lib/plan/types.ts'

const test = suite('lib/plan/lockout')

const planOf = (...steps: readonly Step[]): Plan => ({
  operation: 'update',
  generation: 200,
  notes: ['As before.'],
  phases: [{ key: 'configure', title: 'Configure', tracks: [steps] }],
})

test('machines and firewalls are told whom to let in when they are configured, and by nothing else', () => {
  assert.equal(
    [
      planOf({ kind: 'configure', role: 'lb', servers: ['lb1'] }),
      planOf({ kind: 'ensure-network' }, { kind: 'ensure-firewall', role: 'lb' }),
      planOf({ kind: 'retire-lb', lb: 'lb1' }),
    ].map(isTellingWhomToLetIn),
    [true, true, false],
  )
})

test('where they see us is told before all else, with all networks', () => {
  const plan = planOf()
  assert.is(withLockout(plan, [], ['198.51.100.0/24']), plan)
  const { notes, lockout } = withLockout(plan, ['203.0.113.9', '203.0.113.10'], ['198.51.100.0/24', '2001:db8::/32'])
  const words = /at 203\.0\.113\.9 and 203\.0\.113\.10, .* operatorNetworks \(198\.51\.100\.0\/24, 2001:db8::\/32\)/
  assert.match(notes[0] ?? '', words)
  assert.equal(notes.slice(1), ['As before.'])
  assert.equal(lockout, { address: '203.0.113.9', loss: notes[0] })
})

test.run()
