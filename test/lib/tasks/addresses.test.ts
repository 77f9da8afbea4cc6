import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FleetAddress } from '../../../lib/fleet/address.ts'
import type { FleetServer } from '../../../lib/fleet/server.ts'
import { glueHostsOf, listAddresses } from '../../../lib/tasks/addresses.ts'
import { createAddress, removeAddress } from '../../../lib/tasks/handlers/addresses.ts'
import { createFakeWorld } from './fake-world.ts'

const addresses = suite('lib/tasks/addresses')

const { world, addServer, close } = await createFakeWorld()
addresses.after(close)

const lb = (name: string, generation: number, ipv4: string): FleetServer =>
  ({ name, role: 'lb', pair: 1, generation, ipv4, ipv6: undefined }) as FleetServer

const floating = (family: 'ipv4' | 'ipv6', ip: string): FleetAddress => ({
  id: 1,
  name: `lb1-${family}`,
  pair: 1,
  family,
  ip,
  serverId: 1,
  generation: 300,
})

const old = lb('lb1-old', 100, '198.18.1.10')
const fresh = lb('lb1', 200, '198.18.1.20')

const zonesOf = (
  generation: number,
  mode: 'server' | 'floating' = 'server',
  ips: readonly FleetAddress[] = [],
): readonly (string | null)[] =>
  glueHostsOf([fresh, old], ips, { config: { ...world.settings.config, addresses: mode }, generation }).flatMap(
    ({ ipv4, ipv6 }) => [ipv4, ipv6],
  )

addresses('zones of a generation have the addresses of the youngest lb that was there when it was made', () => {
  assert.equal(zonesOf(150), ['198.18.1.10', null])
  assert.equal(zonesOf(200), ['198.18.1.20', null])
  assert.equal(zonesOf(250), ['198.18.1.20', null])
})

addresses('an lb whose rotation is abandoned is not in zones that are made from then on', () => {
  const left = { ...lb('lb1-next', 200, '198.18.1.20'), id: 7, abandoned: { generation: 300, ttlSeconds: 60 } }
  const made = (generation: number, ips: readonly FleetAddress[] = []): readonly string[] =>
    glueHostsOf([left, old], ips, {
      config: { ...world.settings.config, addresses: 'floating' },
      generation,
    }).map(({ ipv4 }) => ipv4)
  assert.equal(made(250), ['198.18.1.20'])
  assert.equal(made(300), ['198.18.1.10'])
  const led = { ...floating('ipv4', '198.18.1.30'), generation: 200, serverId: 7 }
  assert.equal(made(250, [led]), ['198.18.1.30'])
  assert.equal(made(300, [led]), ['198.18.1.10'])
})

addresses(
  'a Floating IP that was made for an lb goes although it is protected and leads there, and only once',
  async () => {
    await addServer('lb1-next', 200)
    const step = { address: 'lb1-ipv4', family: 'ipv4' as const, lb: 'lb1-next', generation: 200 }
    await createAddress(world, step)
    assert.equal(
      (await listAddresses(world)).map(({ name }) => name),
      ['lb1-ipv4'],
    )
    await removeAddress(world, step)
    await removeAddress(world, step)
    assert.equal(await listAddresses(world), [])
  },
)

addresses('of no lb that was, the first', () => {
  assert.equal(zonesOf(1), ['198.18.1.10', null])
})

addresses('Floating IPs are in the zones from the generation on that was made with them', () => {
  const ips = [floating('ipv4', '198.18.1.30'), floating('ipv6', '2001:2:0:130::1')]
  assert.equal(zonesOf(250, 'floating', ips), ['198.18.1.20', null])
  assert.equal(zonesOf(300, 'floating', ips), ['198.18.1.30', '2001:2:0:130::1'])
  assert.equal(zonesOf(300, 'server', ips), ['198.18.1.20', null])
})

addresses.run()
