import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { highestSlot, layoutOf } from '../../local/layout.ts'
import { rangeOf } from '../../local/twin/slots.ts'

const test = suite('local/layout')

test('derives every name and address from directory and slot', () => {
  assert.equal(layoutOf('/var/tmp/twin', 31, '/cache'), {
    id: 'cc9b351f',
    slot: 31,
    stateDir: '/var/tmp/twin',
    cacheDir: '/cache',
    namespace: 'tw-cc9b351f',
    ipv4Pool: '198.18.31.0/24',
    ipv6Pool: '2001:2:0:1f00::/56',
    internetPool4: '198.19.31.0/24',
    internetPool6: '2001:2:0:9f00::/56',
    internet: {
      namespace: 'tw-cc9b351f-i',
      nextHop: { ipv4: '198.19.31.1', ipv6: '2001:2:0:9f00::1' },
      root: { ipv4: '198.19.31.10', ipv6: '2001:2:0:9f00::10' },
      parents: [
        { name: 'a.nic.test', ipv4: '198.19.31.11', ipv6: '2001:2:0:9f00::11' },
        { name: 'b.nic.test', ipv4: '198.19.31.12', ipv6: '2001:2:0:9f00::12' },
      ],
      registrar: { ipv4: '198.19.31.20' },
      resolver: { ipv4: '198.19.31.53', ipv6: '2001:2:0:9f00::53' },
      bindResolver: { ipv4: '198.19.31.54', ipv6: '2001:2:0:9f00::54' },
      behindResolver: { ipv4: '198.19.31.55', ipv6: '2001:2:0:9f00::55' },
      plainResolver: { ipv4: '198.19.31.56', ipv6: '2001:2:0:9f00::56' },
    },
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
  assert.ok(layoutOf('/a', highestSlot, '/cache').namespace.length <= 15)
})

test('servers and the little internet are in different halves of the ranges, in every slot', () => {
  const [lower4, lower6, upper4, upper6] = ['198.18.0.0/16', '2001:2::/49', '198.19.0.0/16', '2001:2:0:8000::/49'].map(
    rangeOf,
  )
  const isIn = (range: string, half: ReturnType<typeof rangeOf> | undefined): boolean =>
    half !== undefined && rangeOf(range).first >= half.first && rangeOf(range).last <= half.last
  for (const slot of [1, 31, highestSlot]) {
    const layout = layoutOf('/a', slot, '/cache')
    assert.ok(isIn(layout.ipv4Pool, lower4) && isIn(layout.ipv6Pool, lower6))
    assert.ok(isIn(layout.internetPool4, upper4) && isIn(layout.internetPool6, upper6))
  }
})

test('refuses a directory that mount options cannot name', () => {
  for (const directory of ['/a:b', '/a,b', '/a b', "/a'b"]) {
    assert.throws(() => layoutOf(directory, 1, '/cache'), /cannot hold machines/)
  }
})

test.run()
