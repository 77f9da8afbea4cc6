import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutOf } from '../../../local/twin/layout.ts'

const test = suite('local/twin/layout')

test('derives every name and address from directory and slot', () => {
  assert.equal(layoutOf('/var/tmp/twin', 31, '/cache'), {
    id: 'cc9b351f',
    slot: 31,
    stateDir: '/var/tmp/twin',
    cacheDir: '/cache',
    namespace: 'tw-cc9b351f',
    ipv4Pool: '198.18.31.0/24',
    ipv6Pool: '2001:2:0:1f00::/56',
    gateway4: '198.18.31.1',
    gateway6: '2001:2:0:1f00::1',
    hostAddress4: '198.18.31.254',
    hostAddress6: '2001:2:0:1f00::2',
    aptPort: 3143,
  })
})

test('the same directory, however it is written, is the same twin; another is another', () => {
  const idOf = (directory: string): string => layoutOf(directory, 1, '/cache').id
  assert.is(idOf('/var/tmp/../tmp/twin/'), idOf('/var/tmp/twin'))
  assert.is.not(idOf('/var/tmp/twin2'), idOf('/var/tmp/twin'))
})

test('link names fit into what the kernel allows', () => {
  assert.ok(layoutOf('/a', 254, '/cache').namespace.length <= 15)
})

test('refuses a directory that mount options cannot name', () => {
  for (const directory of ['/a:b', '/a,b', '/a b', "/a'b"]) {
    assert.throws(() => layoutOf(directory, 1, '/cache'), /cannot hold machines/)
  }
})

test.run()
