import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { network, type Probe, refusal, server, startProbe } from './probe.ts'

const test = suite<{ probe: Probe }>('local/cloud/firewalls')

test.before.each(async (context) => {
  context.probe = await startProbe()
})
test.after.each(({ probe }) => probe.close())

const rule = (port: string) => ({
  direction: 'in',
  protocol: 'udp',
  port,
  source_ips: ['0.0.0.0/0', '2001:DB8:0::/32'],
})
const enforced = (port: string) => ({ direction: 'in', protocol: 'udp', port, peers: ['0.0.0.0/0', '2001:db8::/32'] })

const createFirewall = async (probe: Probe, name: string, more: object = {}) =>
  (await probe.call('POST', '/firewalls', { name, ...more })).body.firewall

const createServer = async (probe: Probe, name: string, more: object = {}): Promise<number> =>
  (await probe.call('POST', '/servers', server(name, more))).body.server.id

const byServer = (...ids: readonly number[]) => ids.map((id) => ({ type: 'server', server: { id } }))
const bySelector = (selector: string) => [{ type: 'label_selector', label_selector: { selector } }]

test('a server is filtered from its first moment', async ({ probe }) => {
  const firewall = await createFirewall(probe, 'fw', { rules: [rule('53')] })
  const { body } = await probe.call('POST', '/servers', server('ns1', { firewalls: [{ firewall: firewall.id }] }))
  assert.equal(body.server.public_net.firewalls, [{ id: firewall.id, status: 'pending' }])
  assert.equal(probe.machines.get(body.server.id), {
    ...probe.machines.get(body.server.id),
    state: 'off',
    rules: [enforced('53')],
  })
  const settled = (await probe.settled(`/servers/${body.server.id}`)).body.server
  assert.equal(settled.public_net.firewalls, [{ id: firewall.id, status: 'applied' }])
  assert.equal((await probe.call('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to, byServer(settled.id))
})

test('without a firewall everything passes, without rules nothing', async ({ probe }) => {
  const open = await createServer(probe, 'open')
  const firewall = await createFirewall(probe, 'fw')
  const shut = await createServer(probe, 'shut', { firewalls: [{ firewall: firewall.id }] })
  await probe.settled()
  assert.equal([probe.machines.get(open)?.rules, probe.machines.get(shut)?.rules], [null, []])
})

test('new rules reach every machine that has them', async ({ probe }) => {
  const [one, two] = [await createServer(probe, 'one'), await createServer(probe, 'two', { labels: { role: 'lb' } })]
  const other = await createServer(probe, 'other')
  await probe.settled()
  const firewall = await createFirewall(probe, 'fw', { apply_to: [...byServer(one), ...bySelector('role=lb')] })
  const { status, body } = await probe.call('POST', `/firewalls/${firewall.id}/actions/set_rules`, {
    rules: [rule('53')],
  })
  assert.equal(
    [status, body.actions.map(({ command }: { command: string }) => command)],
    [201, ['set_firewall_rules', 'apply_firewall', 'apply_firewall']],
  )
  await probe.settled()
  assert.equal(
    [one, two, other].map((id) => probe.machines.get(id)?.rules),
    [[enforced('53')], [enforced('53')], null],
  )
})

test('rules of several firewalls add up, and go with them', async ({ probe }) => {
  const [dns, ssh] = [
    await createFirewall(probe, 'dns', { rules: [rule('53')] }),
    await createFirewall(probe, 'ssh', { rules: [rule('22')] }),
  ]
  const id = await createServer(probe, 'ns1', { firewalls: [{ firewall: dns.id }, { firewall: ssh.id }] })
  await probe.settled()
  assert.equal(probe.machines.get(id)?.rules, [enforced('53'), enforced('22')])
  const removal = { remove_from: byServer(id) }
  await probe.call('POST', `/firewalls/${ssh.id}/actions/remove_from_resources`, removal)
  await probe.settled()
  assert.equal(probe.machines.get(id)?.rules, [enforced('53')])
  await probe.call('POST', `/firewalls/${dns.id}/actions/remove_from_resources`, removal)
  await probe.settled()
  assert.is(probe.machines.get(id)?.rules, null)
})

test('a selector catches servers as their labels change, and created ones', async ({ probe }) => {
  const firewall = await createFirewall(probe, 'fw', { rules: [rule('53')], apply_to: bySelector('role in (ns,lb)') })
  const created = await createServer(probe, 'created', { labels: { role: 'ns' } })
  const later = await createServer(probe, 'later')
  await probe.settled()
  assert.equal([probe.machines.get(created)?.rules, probe.machines.get(later)?.rules], [[enforced('53')], null])
  await probe.call('PUT', `/servers/${later}`, { labels: { role: 'lb' } })
  await probe.call('PUT', `/servers/${created}`, { labels: {} })
  assert.equal([probe.machines.get(created)?.rules, probe.machines.get(later)?.rules], [null, [enforced('53')]])
  const [applied] = (await probe.call('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to
  assert.equal(applied, { ...bySelector('role in (ns,lb)')[0], applied_to_resources: byServer(later) })
})

test('a server that a selector covers is not removed by itself', async ({ probe }) => {
  const id = await createServer(probe, 'ns1', { labels: { role: 'ns' } })
  const firewall = await createFirewall(probe, 'fw', { apply_to: bySelector('role') })
  const path = `/firewalls/${firewall.id}/actions/remove_from_resources`
  const refused = await probe.call('POST', path, { remove_from: byServer(id) })
  assert.is(refusal(refused), '422 firewall_managed_by_label_selector')
  assert.is((await probe.call('POST', path, { remove_from: bySelector('role') })).status, 201)
})

test('of several resources all are applied or none', async ({ probe }) => {
  const [one, two] = [await createServer(probe, 'one'), await createServer(probe, 'two')]
  const firewall = await createFirewall(probe, 'fw', { apply_to: byServer(two) })
  const path = `/firewalls/${firewall.id}/actions/apply_to_resources`
  for (const [apply_to, expected] of [
    [byServer(one, two), '422 firewall_already_applied'],
    [byServer(one, 4711), '404 firewall_resource_not_found'],
    [bySelector('a b'), '422 invalid_input'],
    [bySelector(''), '422 invalid_input'],
    [[{ type: 'label_selector' }], '422 invalid_input'],
  ] as const)
    assert.is(refusal(await probe.call('POST', path, { apply_to })), expected)
  assert.equal((await probe.call('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to, byServer(two))
})

test('a firewall in use is not deleted', async ({ probe }) => {
  const id = await createServer(probe, 'ns1')
  const direct = await createFirewall(probe, 'direct', { apply_to: byServer(id) })
  const selecting = await createFirewall(probe, 'selecting', { apply_to: bySelector('nobody') })
  for (const { id } of [direct, selecting]) {
    const refused = await probe.call('DELETE', `/firewalls/${id}`)
    assert.equal(
      [refusal(refused), refused.body.error.message],
      ['422 resource_in_use', `firewall with ID ${id} is still in use`],
    )
  }
  await probe.settled()
  await probe.call('DELETE', `/servers/${id}`)
  await probe.settled()
  assert.is((await probe.call('DELETE', `/firewalls/${direct.id}`)).status, 204)
})

const hosts = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `10.0.0.${index}/32`)

test('a firewall has fifty rules, and five hundred with every network of each', async ({ probe }) => {
  const create = (name: string, rules: readonly object[]) => probe.call('POST', '/firewalls', { name, rules })
  const wide = { ...rule('53'), source_ips: hosts(100) }
  assert.is((await create('most', Array(5).fill(wide))).status, 201)
  assert.is((await create('fifty', Array(50).fill(rule('53')))).status, 201)
  const { id } = await createFirewall(probe, 'fw')
  for (const rules of [Array(51).fill(rule('53')), [...Array(5).fill(wide), rule('53')]]) {
    assert.is(refusal(await create('more', rules)), '422 invalid_input')
    const set = await probe.call('POST', `/firewalls/${id}/actions/set_rules`, { rules })
    assert.is(refusal(set), '422 invalid_input')
  }
  assert.equal((await probe.call('GET', `/firewalls/${id}`)).body.firewall.rules, [])
})

test('a server without public interface has no firewall', async ({ probe }) => {
  const net = await probe.call('POST', '/networks', network)
  const inside = { public_net: { enable_ipv4: false, enable_ipv6: false }, networks: [net.body.network.id] }
  const id = await createServer(probe, 'inside', { ...inside, labels: { role: 'ns' } })
  await probe.settled()
  const firewall = await createFirewall(probe, 'fw', { apply_to: bySelector('role=ns') })
  const path = `/firewalls/${firewall.id}/actions/apply_to_resources`
  for (const [method, body] of [
    [path, { apply_to: byServer(id) }],
    ['/firewalls', { name: 'other', apply_to: byServer(id) }],
    ['/servers', server('second', { ...inside, firewalls: [{ firewall: firewall.id }] })],
  ] as const)
    assert.is(refusal(await probe.call('POST', method, body)), '422 private_net_only_server', method)
  const { applied_to } = (await probe.call('GET', `/firewalls/${firewall.id}`)).body.firewall
  assert.equal(applied_to[0].applied_to_resources, [])
  assert.equal((await probe.call('GET', `/servers/${id}`)).body.server.public_net.firewalls, [])
})

test('a server has five firewalls at most, however they came to it', async ({ probe }) => {
  const ids: number[] = []
  for (let index = 0; index < 6; index += 1) ids.push((await createFirewall(probe, `fw-${index}`)).id)
  const firewalls = ids.map((firewall) => ({ firewall }))
  assert.is(refusal(await probe.call('POST', '/servers', server('six', { firewalls }))), '422 invalid_input')
  const id = await createServer(probe, 'five', { firewalls: firewalls.slice(0, 5), labels: { role: 'ns' } })
  await probe.settled()
  for (const apply_to of [byServer(id), bySelector('role')]) {
    const path = `/firewalls/${ids[5]}/actions/apply_to_resources`
    assert.is(refusal(await probe.call('POST', path, { apply_to })), '422 invalid_input')
    assert.is(refusal(await probe.call('POST', '/firewalls', { name: 'seven', apply_to })), '422 invalid_input')
  }
  await probe.call('POST', `/firewalls/${ids[5]}/actions/apply_to_resources`, { apply_to: bySelector('late') })
  await probe.call('PUT', `/servers/${id}`, { labels: { late: '' } })
  const { server: found } = (await probe.settled(`/servers/${id}`)).body
  assert.equal(
    found.public_net.firewalls.map((one: { id: number }) => one.id),
    ids.slice(0, 5),
  )
})

test('nothing is applied twice by one request', async ({ probe }) => {
  const id = await createServer(probe, 'ns1')
  const firewall = await createFirewall(probe, 'fw')
  for (const apply_to of [byServer(id, id), [...bySelector('a'), ...bySelector('a')]]) {
    assert.is(refusal(await probe.call('POST', '/firewalls', { name: 'new', apply_to })), '422 server_already_added')
    const applied = await probe.call('POST', `/firewalls/${firewall.id}/actions/apply_to_resources`, { apply_to })
    assert.is(refusal(applied), '422 firewall_already_applied')
  }
  assert.equal((await probe.call('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to, [])
})

test('what it is applied to has to be there: no firewall is made for less', async ({ probe }) => {
  for (const [apply_to, expected] of [
    [byServer(4711), '422 firewall_resource_not_found'],
    [[{ type: 'server' }], '422 invalid_input'],
    [[{ type: 'label_selector' }], '422 invalid_input'],
    [bySelector(' '), '422 invalid_input'],
    [bySelector(','), '422 invalid_input'],
  ] as const)
    assert.is(refusal(await probe.call('POST', '/firewalls', { name: 'fw', apply_to })), expected)
  assert.equal((await probe.call('GET', '/firewalls')).body.firewalls, [])
})

test('a selector that fits no server has an action to wait for', async ({ probe }) => {
  const { id } = await createFirewall(probe, 'fw')
  for (const [name, field, command] of [
    ['apply_to_resources', 'apply_to', 'apply_firewall'],
    ['remove_from_resources', 'remove_from', 'remove_firewall'],
  ] as const) {
    const body = { [field]: bySelector('nobody') }
    const { actions } = (await probe.call('POST', `/firewalls/${id}/actions/${name}`, body)).body
    assert.equal(
      actions.map((one: { command: string; resources: unknown }) => [one.command, one.resources]),
      [[command, [{ id, type: 'firewall' }]]],
    )
  }
})

test('refuses rules that make no sense', async ({ probe }) => {
  for (const wrong of [
    { ...rule('53'), port: null },
    { ...rule('53'), protocol: 'icmp' },
    { ...rule('53'), port: '53;drop' },
    { ...rule('53'), port: '70000' },
    { ...rule('53'), port: '90-80' },
    { ...rule('53'), source_ips: [] },
    { ...rule('53'), source_ips: ['10.0.0.1'] },
    { ...rule('53'), source_ips: ['10.0.0.1/24'] },
    { ...rule('53'), source_ips: ['2001:db8::1/64'] },
    { ...rule('53'), source_ips: ['localhost/8'] },
    { ...rule('53'), direction: 'out' },
    { ...rule('53'), destination_ips: ['10.0.0.0/8'] },
    { ...rule('53'), direction: 'out', destination_ips: ['10.0.0.0/8'] },
    { ...rule('53'), source_ips: hosts(101) },
    { ...rule('53'), source_ips: ['10.0.0.0/8/8'] },
    { ...rule('53'), source_ips: ['fe80::1%eth0/128'] },
    { ...rule('53'), source_ips: ['10.0.00.0/24'] },
    { ...rule('53'), description: 'x'.repeat(256) },
  ])
    assert.is(
      refusal(await probe.call('POST', '/firewalls', { name: 'fw', rules: [wrong] })),
      '422 invalid_input',
      JSON.stringify(wrong),
    )
})

test('answers rules in full, networks in their canonical spelling', async ({ probe }) => {
  const out = { direction: 'out', protocol: 'icmp', destination_ips: ['2001:0DB8::1/128'], description: 'ping' }
  const { rules } = await createFirewall(probe, 'fw', { rules: [{ ...rule('1024-5000') }, out] })
  assert.equal(rules, [
    {
      direction: 'in',
      protocol: 'udp',
      port: '1024-5000',
      source_ips: ['0.0.0.0/0', '2001:db8::/32'],
      destination_ips: [],
      description: null,
    },
    {
      direction: 'out',
      protocol: 'icmp',
      port: null,
      source_ips: [],
      destination_ips: ['2001:db8::1/128'],
      description: 'ping',
    },
  ])
})

test('what is applied to a selector that fits nothing yet is known after a crash, and so is its end', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'cloud-'))
  const stateFile = path.join(directory, 'state.json')
  const selectorsAfterCrash = async (): Promise<unknown> => {
    const again = await startProbe({ stateFile })
    const { firewalls } = (await again.call('GET', '/firewalls')).body
    await again.close()
    return firewalls[0].applied_to.map((one: { label_selector: unknown }) => one.label_selector)
  }
  const probe = await startProbe({ stateFile })
  try {
    const { id } = await createFirewall(probe, 'fw')
    await probe.settled()
    const apply_to = bySelector('role=lb')
    await probe.call('POST', `/firewalls/${id}/actions/apply_to_resources`, { apply_to })
    assert.equal(await selectorsAfterCrash(), [{ selector: 'role=lb' }])
    await probe.call('POST', `/firewalls/${id}/actions/remove_from_resources`, { remove_from: apply_to })
    assert.equal(await selectorsAfterCrash(), [])
  } finally {
    await probe.close()
    rmSync(directory, { recursive: true })
  }
})

test.run()
