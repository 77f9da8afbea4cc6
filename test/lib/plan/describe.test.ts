import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describePlan } from '../../../lib/plan/describe.ts'
import { deployOf, rotateOf } from './operations.ts'
import { twoServing } from './simulate.ts'

const describes = suite('lib/plan/describe')

describes('prints notes, phases and steps, and marks what cannot be undone', () => {
  const text = describePlan({
    operation: 'deploy',
    generation: 200,
    notes: ['Goes on.'],
    phases: [
      { key: 'rename', title: 'Rename', tracks: [[{ kind: 'rename-server', server: 'ns1', to: 'ns1-old' }]] },
      {
        key: 'remove',
        title: 'Remove',
        tracks: [[{ kind: 'delete-server', server: 'ns1-old' }]],
        confirm: { name: 'ns1-old', loss: '' },
      },
    ],
  })
  assert.is(
    text,
    [
      'Goes on.',
      'Plan: deploy, generation 200',
      '  1. Rename',
      '     Rename ns1 to ns1-old',
      '  2. Remove  (asks first: cannot be undone)',
      '     DELETE ns1-old',
    ].join('\n'),
  )
})

describes('says so when nothing is left', () => {
  assert.is(
    describePlan({ operation: 'deploy', generation: 200, notes: ['All there.'], phases: [] }),
    'All there.\nNothing to do.',
  )
})

describes('a plan that has to wait for others says how long that may take', () => {
  const waits = describePlan(rotateOf(twoServing())).split(/Waits, .*\n/)[1]
  assert.equal(
    waits?.split(/\n(?! {4})/).map((line) => line.split(' (')[0]),
    [
      '  until the parents publish the glue',
      '  until no cache can hold an old address',
      '  until the old lbs are hardly asked',
    ],
  )
  assert.ok(waits?.split('\n').every((line) => line.length <= 80))
  assert.not.match(describePlan(deployOf(twoServing())), /Waits/)
})

describes.run()
