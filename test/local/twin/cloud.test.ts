import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutOf } from '../../../local/layout.ts'
import { cloudCommand, isCloud } from '../../../local/twin/cloud.ts'

const test = suite('local/twin/cloud')

const layout = layoutOf('/state', 7, '/cache')

test('starts the cloud on loopback with the ranges of its twin', () => {
  assert.equal(cloudCommand(layout, { kind: 'vagrant', provider: 'lxc' }, 8401).slice(5), [
    '--listen',
    '127.0.0.1:8401',
    '--state',
    '/state',
    '--slot',
    '7',
    '--ipv4-pool',
    '198.18.7.0/24',
    '--ipv6-pool',
    '2001:2:0:700::/56',
    '--backend',
    'vagrant',
    '--provider',
    'lxc',
  ])
})

test('knows its own process from that of another twin', () => {
  assert.ok(isCloud(layout)(cloudCommand(layout, { kind: 'nspawn' }, 0)))
  assert.not(isCloud(layout)(cloudCommand(layoutOf('/other', 8, '/cache'), { kind: 'nspawn' }, 0)))
  assert.not(isCloud(layout)(['node', 'scripts/local-down.ts', '--state', '/state']))
})

test.run()
