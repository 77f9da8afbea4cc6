import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutOf } from '../../../local/layout.ts'
import { freeDevice, type PluggedNic, placesOf } from '../../../local/machines/machine.ts'

const test = suite('local/machines/machine')

const nic = (device: string): PluggedNic => ({
  networkId: 1,
  networkRange: '10.0.0.0/16',
  address: '10.0.0.2',
  aliases: [],
  mac: '86:00:00:00:00:01',
  device,
})

test('private interfaces are named in order, and a name that became free is given again', () => {
  assert.is(freeDevice([]), 'enp7s0')
  assert.is(freeDevice([nic('enp7s0'), nic('enp8s0')]), 'enp9s0')
  assert.is(freeDevice([nic('enp8s0')]), 'enp7s0')
})

test('a machine has a directory below the state and a name nobody else on the computer has', () => {
  const layout = layoutOf('/state', 7, '/cache')
  assert.is(placesOf(layout, 42).root, '/state/machines/42/root')
  assert.is(placesOf(layout, 42).name, `tw-${layout.id}-m42`)
})

test.run()
