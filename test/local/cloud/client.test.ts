import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { createHcloud, type Hcloud } from '../../../lib/hcloud/client.ts'
import { isHcloudError } from '../../../lib/hcloud/errors.ts'
import { type Probe, publicKey, startProbe } from './probe.ts'

const test = suite<{ probe: Probe; hcloud: Hcloud }>('local/cloud/client')

const token = 'a'.repeat(64)
/** The client waits in half seconds; here a moment is enough. */
const clock = { now: Date.now, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 25, signal) }

test.before.each(async (context) => {
  context.probe = await startProbe({ clock: systemClock, timing: { minMs: 5, maxMs: 15 } })
  context.hcloud = createHcloud({ endpoint: context.probe.cloud.endpoint, token, clock })
})
test.after.each(({ probe }) => probe.close())

const labels = { project: 'dns', generation: '1760000000' }
const body = (name: string) => ({ name, server_type: 'cpx22', image: 'debian-12', location: 'fsn1', labels })
const createNetwork = (hcloud: Hcloud) =>
  hcloud.networks.create({
    name: 'net',
    ip_range: '10.0.0.0/16',
    subnets: [{ type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.0.0/24' }],
    labels,
  })

test('a server: created ready, renamed, protected, deleted', async ({ hcloud }) => {
  const key = await hcloud.sshKeys.create({ name: 'key', public_key: publicKey, labels })
  const net = await createNetwork(hcloud)
  const firewall = await hcloud.firewalls.create({ name: 'fw', rules: [], labels })
  const group = await hcloud.placementGroups.create({ name: 'pg', type: 'spread', labels })
  const created = await hcloud.servers.createReady(
    {
      ...body('ns1-next'),
      ssh_keys: [key.id],
      networks: [net.id],
      firewalls: [{ firewall: firewall.id }],
      placement_group: group.id,
    },
    { timeoutMs: 10_000 },
  )
  assert.equal([created.status, created.private_net[0]?.ip], ['running', '10.0.0.2'])
  assert.equal(created.public_net.firewalls, [{ id: firewall.id, status: 'applied' }])
  assert.equal(created.placement_group?.servers, [created.id])
  await hcloud.servers.update(created.id, { name: 'ns1', labels: { ...labels, role: 'nameserver' } })
  assert.is((await hcloud.servers.find('ns1'))?.id, created.id)
  assert.is((await hcloud.servers.list({ labelSelector: 'role=nameserver' })).length, 1)
  await hcloud.servers.changeProtection(created.id, true)
  const refused = await hcloud.servers.delete(created.id).catch((error: unknown) => error)
  assert.ok(isHcloudError(refused, 'protected'))
  await hcloud.servers.changeProtection(created.id, false)
  await hcloud.servers.delete(created.id)
  await hcloud.servers.delete(created.id)
  assert.is(await hcloud.servers.find('ns1'), undefined)
})

const image = { description: 'ns-x86-1', labels: { ...labels, baked: '1' } }

test('an image: made of a server that was shut down, a server made from it, deleted', async ({ hcloud }) => {
  const { id } = await hcloud.servers.createReady(body('baker'), { timeoutMs: 10_000 })
  await hcloud.servers.shutDown(id)
  assert.is((await hcloud.servers.get(id)).status, 'off')
  const made = await hcloud.servers.createImage(id, image)
  assert.equal([made.status, made.labels, made.disk_size], ['available', image.labels, 80])
  await hcloud.servers.delete(id)
  const server = await hcloud.servers.createReady({ ...body('ns1'), image: made.id }, { timeoutMs: 10_000 })
  assert.is(server.image?.id, made.id)
  await hcloud.images.delete(made.id)
  await hcloud.images.delete(made.id)
  assert.equal(await hcloud.images.list({ labelSelector: 'baked' }), [])
})

test('an image whose making was not answered is found by its labels, and not made twice', async ({ hcloud, probe }) => {
  const { id } = await hcloud.servers.createReady(body('baker'), { timeoutMs: 10_000 })
  await probe.fault({ method: 'POST', path: `/servers/${id}/actions/create_image`, dropAfter: true })
  const made = await hcloud.servers.createImage(id, image)
  assert.is(made.status, 'available')
  assert.is((await hcloud.images.list({ labelSelector: 'baked' })).length, 1)
})

test('network, firewall, key, placement group and image: found and changed', async ({ hcloud, probe }) => {
  const net = await createNetwork(hcloud)
  const rule = { direction: 'in', protocol: 'tcp', port: '22', source_ips: ['198.18.0.0/15'] } as const
  const firewall = await hcloud.firewalls.create({ name: 'fw', rules: [rule], labels })
  const server = await hcloud.servers.createReady(
    { ...body('ns1'), networks: [net.id], firewalls: [{ firewall: firewall.id }] },
    { timeoutMs: 10_000 },
  )
  assert.is(probe.machines.get(server.id)?.rules?.length, 1)
  await hcloud.firewalls.setRules(firewall.id, [])
  assert.equal(probe.machines.get(server.id)?.rules, [])
  const group = await hcloud.placementGroups.create({ name: 'pg', type: 'spread', labels })
  const key = await hcloud.sshKeys.create({ name: 'key', public_key: publicKey, labels })
  assert.is((await hcloud.networks.find('net'))?.id, net.id)
  assert.equal(
    (await hcloud.sshKeys.list()).map(({ id }) => id),
    [key.id],
  )
  assert.is((await hcloud.placementGroups.update(group.id, { labels: {} })).id, group.id)
  await hcloud.placementGroups.delete(group.id)
  assert.equal(await hcloud.placementGroups.list(), [])
  assert.ok((await hcloud.images.list()).some(({ name }) => name === 'debian-12'))
})

test('a Floating IP follows from one server to the other', async ({ hcloud, probe }) => {
  const one = await hcloud.servers.createReady(body('lb1'), { timeoutMs: 10_000 })
  const two = await hcloud.servers.createReady(body('lb2'), { timeoutMs: 10_000 })
  const floating = await hcloud.floatingIps.create({ name: 'f', type: 'ipv4', server: one.id, labels })
  assert.equal(probe.machines.get(one.id)?.routed, [floating.ip])
  await hcloud.floatingIps.assign(floating.id, two.id)
  await hcloud.floatingIps.assign(floating.id, two.id)
  assert.equal([probe.machines.get(one.id)?.routed, probe.machines.get(two.id)?.routed], [[], [floating.ip]])
  await hcloud.floatingIps.unassign(floating.id)
  await hcloud.floatingIps.delete(floating.id)
  assert.equal(await hcloud.floatingIps.list(), [])
})

test('sixty servers are listed page after page', async ({ hcloud, probe }) => {
  const names = Array.from({ length: 60 }, (_, index) => `ns${index}`)
  for (const name of names) await probe.call('POST', '/servers', body(name))
  assert.equal(
    (await hcloud.servers.list()).map(({ name }) => name),
    names,
  )
})

test('adopts the server whose creation it got no answer to', async ({ hcloud, probe }) => {
  await probe.fault({ method: 'POST', path: '/servers', dropAfter: true })
  const server = await hcloud.servers.createReady(body('ns1'), { timeoutMs: 10_000 })
  assert.equal([server.name, server.status], ['ns1', 'running'])
  assert.is((await hcloud.servers.list()).length, 1)
})

test('removes the server of which an action failed', async ({ hcloud, probe }) => {
  await probe.fault({ action: 'start_server', error: { code: 'unknown_error', message: 'as scripted' } })
  const error = await hcloud.servers.createReady(body('ns1'), { timeoutMs: 10_000 }).catch(String)
  assert.match(String(error), 'as scripted')
  assert.equal(await hcloud.servers.list(), [])
})

test('waits for a name until its bearer is gone', async ({ hcloud, probe }) => {
  const old = await hcloud.servers.createReady(body('ns1'), { timeoutMs: 10_000 })
  await probe.call('DELETE', `/servers/${old.id}`)
  const next = await hcloud.servers.createReady(body('ns1'), { timeoutMs: 10_000 })
  assert.is.not(next.id, old.id)
})

test('reads what can be ordered', async ({ hcloud, probe }) => {
  await probe.fault({ unavailable: { serverType: 'cpx22', location: 'fsn1' } })
  const type = await hcloud.serverTypes.find('cpx22')
  assert.is(type?.locations.find(({ name }) => name === 'fsn1')?.available, false)
  assert.is((await hcloud.locations.find('nbg1'))?.network_zone, 'eu-central')
  const refused = await hcloud.servers.createReady(body('ns1'), { timeoutMs: 10_000 }).catch((error: unknown) => error)
  assert.ok(isHcloudError(refused, 'resource_unavailable'))
})

test("a wrong token is the operator's to mend", async () => {
  const guarded = await startProbe({ token })
  const stranger = createHcloud({ endpoint: guarded.cloud.endpoint, token: 'b'.repeat(64), clock })
  const refused = await stranger.servers.list().catch((error: unknown) => error)
  assert.ok(isHcloudError(refused, 'unauthorized'))
  assert.equal([refused.exitCode, refused.status, Boolean(refused.correlationId)], [2, 401, true])
  await guarded.close()
})

test.run()
