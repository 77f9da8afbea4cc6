import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { MachineSpec } from '../../../local/machines/backend.ts'
import { createFakeMachines } from '../../../local/machines/fake.ts'
import { promiseStates } from './contract/every.ts'

const test = suite('local/machines/fake')

const spec = (id: number): MachineSpec => ({
  id,
  name: `ns${id}`,
  image: 'debian-12',
  publicIpv4: '198.18.1.10',
  publicIpv6: null,
  mac: '96:00:00:00:00:01',
  authorizedKeys: [],
  userData: '',
})

const machines = createFakeMachines()
promiseStates(test, { machines: () => machines, specOf: async (id) => spec(id) })

test('goes from absent to off to running and back', async () => {
  const seen = [await machines.state(1)]
  for (const verb of [
    () => machines.create(spec(1)),
    () => machines.start(1),
    () => machines.shutdown(1),
    () => machines.start(1),
    () => machines.stop(1),
    () => machines.destroy(1),
  ]) {
    await verb()
    seen.push(await machines.state(1))
  }
  assert.equal(seen, ['absent', 'off', 'running', 'off', 'running', 'off', 'absent'])
})

test('remembers interfaces, rules and routed addresses', async () => {
  const known = new Map()
  const machines = createFakeMachines(known)
  const nic = { networkId: 7, networkRange: '10.0.0.0/16', address: '10.0.0.2', aliases: [], mac: '86:00:00:00:00:01' }
  const rule = { direction: 'in', protocol: 'udp', port: '53', peers: ['0.0.0.0/0'] } as const
  await machines.create(spec(1))
  await machines.attach(1, nic)
  await machines.attach(1, { ...nic, address: '10.0.0.3' })
  await machines.attach(1, { ...nic, networkId: 8 })
  await machines.detach(1, 8)
  await machines.filter(1, [rule])
  await machines.route(1, ['198.18.1.200'])
  assert.equal(known.get(1), {
    spec: spec(1),
    state: 'off',
    nics: [{ ...nic, address: '10.0.0.3' }],
    rules: [rule],
    routed: ['198.18.1.200'],
    password: null,
  })
})

test('makes machines from snapshots that were taken, and from no others', async () => {
  const machines = createFakeMachines()
  await machines.create(spec(1))
  assert.equal(await machines.snapshot(1, 'snapshot-5'), { bytes: 1_000_000_000 })
  await machines.create({ ...spec(2), image: 'snapshot-5' })
  await machines.removeSnapshot('snapshot-5')
  const error = await machines.create({ ...spec(3), image: 'snapshot-5' }).catch((reason: unknown) => reason)
  assert.match(String(error), 'there is no image snapshot-5')
  assert.equal(await machines.list(), [1, 2])
})

test.run()
