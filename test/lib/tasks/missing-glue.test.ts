import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressLabels } from '../../../lib/fleet/address.ts'
import { addressName } from '../../../lib/fleet/names.ts'
import { describeGlue, findMissingGlue } from '../../../lib/tasks/missing-glue.ts'
import { getServer } from '../../../lib/tasks/servers.ts'
import type { RunWorld } from '../../../lib/tasks/world.ts'
import { ownNetwork, startParents } from '../dns/parents.ts'
import { createFakeWorld } from './fake-world.ts'

// An emulated cloud, and two parent servers that say what they are told.
const test = suite('lib/tasks/missing-glue')

const parents = await startParents(ownNetwork(83))
const fake = await createFakeWorld({
  loopback: `${ownNetwork(84)}.0/24`,
  rootServers: [parents.root],
  zones: { 'example.test.zone': '' },
})
await fake.addServer('lb1', 200)
const lb = await getServer(fake.world, 'lb1')

test.after(async () => {
  parents.close()
  await fake.close()
})

const worldWith = (addresses: 'server' | 'floating'): RunWorld => {
  const { config, ...settings } = fake.world.settings
  return { ...fake.world, settings: { ...settings, config: { ...config, addresses } } }
}
const delegatedTo = (address: string) =>
  ({ ns: ['ns1.example.test'], glue: { [address]: 'ns1.example.test' } }) as const

test('a zone that nobody delegates yet needs the addresses of its lbs as glue', async () => {
  parents.say('both', 'example.test', 'absent')
  assert.equal(await findMissingGlue(worldWith('server')), [`ns1.example.test  ${lb.ipv4}`])
})

test('glue that every parent shows is not asked for', async () => {
  parents.say('both', 'example.test', delegatedTo(lb.ipv4))
  assert.equal(await findMissingGlue(worldWith('server')), [])
  assert.is(await describeGlue(worldWith('server'), { events: undefined }), undefined)
})

test('glue that one parent lacks is asked for', async () => {
  parents.say('both', 'example.test', delegatedTo(lb.ipv4))
  parents.say('b', 'example.test', 'SERVFAIL')
  assert.equal(await findMissingGlue(worldWith('server')), [`ns1.example.test  ${lb.ipv4}`])
})

test('right after they were entered at the registrar, which parents may not know yet, it is said and not asked for', async () => {
  parents.say('both', 'example.test', 'absent')
  const { events } = fake.world
  const entered = { event: 'step', step: '', kind: 'publish-glue', state: 'done', detail: 'Porkbun: ns1' } as const
  events.emit(entered)
  assert.is(await describeGlue(worldWith('server'), { events }), 'Entered at the registrar:\n  Porkbun: ns1')
})

test('with Floating IPs, these are the glue, and not the own addresses of the lb', async () => {
  parents.say('both', 'example.test', 'absent')
  const { id, ip } = await fake.world.hcloud.floatingIps.create({
    name: addressName(1, 'ipv4'),
    type: 'ipv4',
    home_location: 'fsn1',
    labels: addressLabels('example', { pair: 1, family: 'ipv4', generation: 200 }),
  })
  await fake.world.hcloud.floatingIps.assign(id, lb.id)
  assert.equal(await findMissingGlue(worldWith('floating')), [`ns1.example.test  ${ip}`])
})

test.run()
