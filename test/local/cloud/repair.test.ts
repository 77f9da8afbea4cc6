import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startCloud } from '../../../local/cloud/serve.ts'
import type { Machines } from '../../../local/machines/backend.ts'
import { createFakeMachines } from '../../../local/machines/fake.ts'
import { network, pools, request, server, startProbe } from './probe.ts'

const test = suite('local/cloud/repair')

const directory = mkdtempSync(path.join(tmpdir(), 'cloud-'))
test.after(() => rmSync(directory, { recursive: true }))

/** A first cloud does as told and is left as if killed; a second one comes to its state and its machines. */
const killedAfter = async (
  name: string,
  act: (probe: Awaited<ReturnType<typeof startProbe>>) => Promise<void>,
  more: Partial<Machines> = {},
) => {
  const stateFile = path.join(directory, name)
  const first = await startProbe({ stateFile })
  await act(first)
  await first.cloud.close()
  const second = await startCloud({ machines: { ...createFakeMachines(first.machines), ...more }, pools, stateFile })
  return {
    machines: first.machines,
    get: async (what: string) => (await request(`${second.endpoint}${what}`, 'GET')).body,
    close: () => second.close(),
  }
}

test('finds everything again, and running machines running', async () => {
  const cloud = await killedAfter('kept.json', async (probe) => {
    const net = (await probe.call('POST', '/networks', network)).body.network
    await probe.call('POST', '/servers', server('ns1', { networks: [net.id] }))
    await probe.settled()
  })
  const [found] = (await cloud.get('/servers')).servers
  assert.equal([found.name, found.status, found.private_net[0].ip], ['ns1', 'running', '10.0.0.2'])
  assert.equal((await cloud.get('/networks')).networks[0].servers, [found.id])
  await cloud.close()
})

test('keeps its state in one file that only its owner reads, whole', () => {
  assert.equal(readdirSync(directory), ['kept.json'])
  assert.is(statSync(path.join(directory, 'kept.json')).mode & 0o777, 0o600)
})

test('a server whose machine went off meanwhile is off', async () => {
  const cloud = await killedAfter('off.json', async (probe) => {
    await probe.call('POST', '/servers', server('ns1'))
    await probe.settled()
    for (const machine of probe.machines.values()) machine.state = 'off'
  })
  assert.is((await cloud.get('/servers')).servers[0].status, 'off')
  await cloud.close()
})

test('actions that were cut short have failed', async () => {
  const cloud = await killedAfter('cut.json', async (probe) => {
    const net = (await probe.call('POST', '/networks', network)).body.network
    await probe.call('POST', '/servers', server('ns1', { networks: [net.id] }))
  })
  const [found] = (await cloud.get('/servers')).servers
  const { actions } = await cloud.get(`/servers/${found.id}/actions`)
  assert.equal(
    actions.map(({ command, status, error }: Record<string, { code: string }>) => [command, status, error?.code]),
    ['create_server', 'start_server', 'attach_to_network'].map((command) => [command, 'error', 'unknown_error']),
  )
  assert.equal([found.status, found.locked, found.private_net], ['off', false, []])
  await cloud.close()
})

test('a deletion that was cut short is brought to its end', async () => {
  const cloud = await killedAfter('deleting.json', async (probe) => {
    const { id } = (await probe.call('POST', '/servers', server('ns1'))).body.server
    await probe.settled()
    await probe.call('DELETE', `/servers/${id}`)
  })
  assert.equal([(await cloud.get('/servers')).servers, [...cloud.machines.keys()]], [[], []])
  assert.equal((await cloud.get('/primary_ips')).primary_ips, [])
  await cloud.close()
})

test('a server whose deletion failed is not deleted by the restart', async () => {
  const cloud = await killedAfter('refused.json', async (probe) => {
    const { id } = (await probe.call('POST', '/servers', server('ns1'))).body.server
    await probe.settled()
    await probe.fault({ action: 'delete_server', error: { code: 'unknown_error', message: 'as scripted' } })
    await probe.call('DELETE', `/servers/${id}`)
    assert.is((await probe.settled(`/servers/${id}`)).body.server.status, 'running')
  })
  assert.is((await cloud.get('/servers')).servers[0].status, 'running')
  await cloud.close()
})

test('starts although a machine cannot be removed, and says that its deletion failed', async () => {
  const begun: number[] = []
  const cloud = await killedAfter(
    'stuck.json',
    async (probe) => {
      const { id } = (await probe.call('POST', '/servers', server('ns1'))).body.server
      await probe.settled()
      begun.push((await probe.call('DELETE', `/servers/${id}`)).body.action.id)
    },
    { destroy: () => Promise.reject(new Error('disk is busy')) },
  )
  assert.is((await cloud.get('/servers')).servers[0].status, 'running')
  assert.is((await cloud.get(`/actions/${begun[0]}`)).action.status, 'error')
  await cloud.close()
})

test('a snapshot that was cut short is not listed, a machine nobody knows is removed', async () => {
  const cloud = await killedAfter('leftovers.json', async (probe) => {
    const { id } = (await probe.call('POST', '/servers', server('ns1'))).body.server
    await probe.settled()
    await probe.call('POST', `/servers/${id}/actions/create_image`)
    const [machine] = probe.machines.values()
    if (machine) probe.machines.set(4711, { ...machine })
  })
  assert.equal((await cloud.get('/images?type=snapshot')).images, [])
  assert.not(cloud.machines.has(4711))
  await cloud.close()
})

test.run()
