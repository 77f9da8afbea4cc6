import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseInstances, parseNetworks, parseVersions, stateOf } from '../../../../local/machines/multipass/answer.ts'
import { recorded } from './recorded.ts'

const test = suite('local/machines/multipass/answer')

const [m11, m12, m13] = ['tw-0123abcd-m11', 'tw-0123abcd-m12', 'tw-0123abcd-m13']

for (const [version, instances] of [
  ['1.13', { [m11]: 'Running', [m12]: 'Stopped', [m13]: 'Deleted' }],
  ['1.16', { [m11]: 'Running', [m12]: 'Unknown', primary: 'Delayed Shutdown' }],
  ['main', { [m11]: 'Running', [m12]: 'Unavailable' }],
  ['none', {}],
] as const) {
  test(`reads the list of ${version}`, () => {
    assert.equal(
      parseInstances(recorded(`list-${version}`)),
      Object.entries(instances).map(([name, state]) => ({ name, state })),
    )
  })
}

test('reads an answer a spinner has written on', () => {
  const noise = '\u001b[2K\r\u001b[?25lListing \u001b[0A\u001b[0E|\u001b[2K\u001b[0A\u001b[0E'
  assert.equal(parseInstances(`${noise}${recorded('list-1.13')}\u001b[?25h`).length, 3)
})

test('reads networks', () => {
  assert.equal(parseNetworks(recorded('networks-1.16')), [
    { name: 'tw-0123abcd-p', type: 'bridge' },
    { name: 'tw-0123abcd-v', type: 'bridge' },
    { name: 'eth0', type: 'ethernet' },
  ])
})

test('reads versions, also of a daemon that does not answer', () => {
  assert.equal(parseVersions(recorded('version-1.13')), { multipass: '1.13.1', multipassd: '1.13.1' })
  assert.equal(parseVersions(recorded('version-update')), { multipass: '1.16.1', multipassd: '1.16.1' })
  assert.equal(parseVersions(recorded('version-without-daemon')), { multipass: '1.16.3' })
})

for (const strange of ['', 'No instances found.', '{"list":{}}', '{"list":[{"name":"a"}]}', '{"list":[7]}', '{']) {
  test(`does not take ${strange || 'nothing'} for an empty list`, () => {
    assert.throws(() => parseInstances(strange), /multipass list gave an answer that is not understood/)
  })
}

test('knows which states mean that a machine runs', () => {
  const states = ['Running', 'Starting', 'Restarting', 'Delayed Shutdown', 'Suspending']
  const others = ['Stopped', 'Suspended', 'Unknown', 'Unavailable', 'Whatever comes']
  const of = (state: string) => stateOf({ name: m11, state })
  assert.equal([...new Set(states.map(of))], ['running'])
  assert.equal([...new Set(others.map(of))], ['off'])
  assert.equal([of('Deleted'), stateOf(undefined)], ['absent', 'absent'])
})

test.run()
