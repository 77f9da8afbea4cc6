import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { refuseUnsafe } from '../../../lib/plan/safety.ts'
import type { Plan, Step } from '../../../lib/plan/types.ts'
import { lb, observed } from './simulate.ts'

const safety = suite('lib/plan/safety')

const world = observed([], [lb('lb1', 'ns1')])
const planOf = (...steps: readonly Step[]): Plan => ({
  operation: 'deploy',
  generation: 200,
  notes: [],
  phases: [{ key: 'rename', title: 'All', tracks: [steps] }],
})

const rename: Step = { kind: 'rename-server', server: 'ns1', to: 'ns1-old' }
const deletion: Step = { kind: 'delete-server', server: 'ns1-old' }

safety('refuses to delete what an lb sends to, under whatever name it goes by then', () => {
  assert.is(
    refuseUnsafe(planOf(rename, deletion), world)?.refused,
    'the plan would delete ns1-old while lb1 sends its queries there',
  )
})

safety('lets it go once the lb has been switched', () => {
  const move: Step = { kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1-next' }
  assert.is(refuseUnsafe(planOf(move, rename, deletion), world), undefined)
})

safety('looks at the order: switching afterwards is too late', () => {
  const late: Step = { kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1-next' }
  assert.ok(refuseUnsafe(planOf(rename, deletion, late), world))
})

safety.run()
