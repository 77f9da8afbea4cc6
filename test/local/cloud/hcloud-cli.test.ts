import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { publicKey, request } from './probe.ts'
import { makeDirectory, type Run, run, startDaemon } from './process.ts'

// The command line client of Debian 12 (hcloud-cli 1.30.3), unmodified, as somebody types it.

const test = suite('local/cloud/hcloud-cli')

const token = 'a'.repeat(64)

/** Somebody at a shell, with a cloud of their own. */
const startShell = async (hasDatacenters: boolean) => {
  const { directory, remove } = makeDirectory()
  const compat = hasDatacenters ? ['--compat', 'datacenter'] : []
  const daemon = await startDaemon(directory, { options: ['--speed', 'fast', ...compat] })
  const keyFile = path.join(directory, 'id.pub')
  writeFileSync(keyFile, `${publicKey}\n`)
  const env = { HCLOUD_ENDPOINT: daemon.endpoint, HCLOUD_TOKEN: token, HOME: directory }
  const tryHcloud = (...args: readonly string[]): Promise<Run> => run('hcloud', args, env)
  const hcloud = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await tryHcloud(...args)
    assert.is(code, 0, `hcloud ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  return {
    hasDatacenters,
    endpoint: daemon.endpoint,
    keyFile,
    tryHcloud,
    hcloud,
    json: async (...args: readonly string[]) => JSON.parse(await hcloud(...args, '-o', 'json')),
    /** Names in a list, in its order. */
    names: async (...args: readonly string[]): Promise<readonly string[]> =>
      (await hcloud(...args, '-o', 'noheader', '-o', 'columns=name')).split('\n').filter(Boolean),
    close: async () => {
      await daemon.end('SIGTERM')
      remove()
    },
  }
}

type Shell = Awaited<ReturnType<typeof startShell>>

const shells = await Promise.all([startShell(false), startShell(true)])
test.after(async () => {
  await Promise.all(shells.map((shell) => shell.close()))
})

/** One step of a life, with the API of today and with the one that still had datacenters: side by side, as the client waits half a second for every action. */
const step = (title: string, live: (shell: Shell) => Promise<void>): void => {
  test(title, async () => {
    await Promise.all(shells.map(live))
  })
}

step('lays key, network, firewall and placement group', async ({ keyFile, hcloud, json, names }) => {
  await hcloud('ssh-key', 'create', '--name', 'key', '--public-key-from-file', keyFile)
  await hcloud('network', 'create', '--name', 'net', '--ip-range', '10.0.0.0/16')
  const subnet = ['--type', 'cloud', '--network-zone', 'eu-central', '--ip-range', '10.0.0.0/24']
  await hcloud('network', 'add-subnet', 'net', ...subnet)
  await hcloud('firewall', 'create', '--name', 'fw')
  const rule = [
    '--direction',
    'in',
    '--protocol',
    'udp',
    '--port',
    '53',
    '--source-ips',
    '0.0.0.0/0',
    '--source-ips',
    '::/0',
  ]
  await hcloud('firewall', 'add-rule', 'fw', ...rule)
  await hcloud('placement-group', 'create', '--name', 'pg', '--type', 'spread')
  assert.equal((await json('network', 'describe', 'net')).subnets[0].ip_range, '10.0.0.0/24')
  assert.equal((await json('firewall', 'describe', 'fw')).rules[0].port, '53')
  assert.equal(await names('ssh-key', 'list'), ['key'])
})

step('creates a server with all of them', async ({ hcloud, json }) => {
  const base = ['--name', 'ns1', '--type', 'cpx22', '--image', 'debian-12', '--location', 'nbg1', '--label', 'role=ns']
  const wired = ['--ssh-key', 'key', '--network', 'net', '--firewall', 'fw', '--placement-group', 'pg']
  assert.match(await hcloud('server', 'create', ...base, ...wired), /IPv4: 198\.18\.1\.10/)
  const server = await json('server', 'describe', 'ns1')
  assert.equal(
    [server.status, server.private_net[0].ip, server.location?.name ?? 'nbg1'],
    ['running', '10.0.0.2', 'nbg1'],
  )
  assert.match(await hcloud('server', 'describe', 'ns1'), '198.18.1.10')
  assert.match(
    await hcloud('server', 'list'),
    /ns1\s+running\s+198\.18\.1\.10\s+2001:2:0:10a::\/64\s+10\.0\.0\.2 \(net\)/,
  )
  assert.match(await hcloud('firewall', 'describe', 'fw'), 'ns1')
  assert.match(await hcloud('placement-group', 'describe', 'pg'), 'ns1')
})

step('finds it by selector, renames, relabels', async ({ hcloud, json, names }) => {
  assert.equal(await names('server', 'list', '-l', 'role=ns'), ['ns1'])
  assert.equal(await names('server', 'list', '-l', 'role!=ns'), [])
  await hcloud('server', 'update', 'ns1', '--name', 'ns1-old')
  await hcloud('server', 'add-label', 'ns1-old', 'generation=1')
  await hcloud('server', 'remove-label', 'ns1-old', 'generation')
  await hcloud('server', 'update', 'ns1-old', '--name', 'ns1')
  assert.equal((await json('server', 'describe', 'ns1')).labels, { role: 'ns' })
})

step('switches power, protection and networks', async ({ tryHcloud, hcloud, json }) => {
  for (const args of [
    ['poweroff', 'ns1'],
    ['poweron', 'ns1'],
    ['reboot', 'ns1'],
    ['reset', 'ns1'],
    ['shutdown', 'ns1'],
    ['poweron', 'ns1'],
    ['enable-protection', 'ns1', 'delete', 'rebuild'],
  ])
    await hcloud('server', ...args)
  const refused = await tryHcloud('server', 'delete', 'ns1')
  assert.equal([refused.code, /protected/.test(refused.stderr)], [1, true], refused.stderr)
  for (const args of [
    ['disable-protection', 'ns1', 'delete', 'rebuild'],
    ['detach-from-network', 'ns1', '--network', 'net'],
    ['attach-to-network', 'ns1', '--network', 'net', '--ip', '10.0.0.77'],
    ['change-alias-ips', 'ns1', '--network', 'net', '--alias-ips', '10.0.0.78'],
    ['set-rdns', 'ns1', '--hostname', 'ns1.example.test'],
    ['reset-password', 'ns1'],
  ])
    await hcloud('server', ...args)
  const { private_net, public_net } = await json('server', 'describe', 'ns1')
  assert.equal([private_net[0].ip, private_net[0].alias_ips], ['10.0.0.77', ['10.0.0.78']])
  assert.is(public_net.ipv4.dns_ptr, 'ns1.example.test')
})

step('takes a snapshot and makes a server of it', async ({ hcloud, json }) => {
  await hcloud('server', 'create-image', 'ns1', '--type', 'snapshot', '--description', 'golden')
  const [image] = await json('image', 'list', '--type', 'snapshot')
  assert.equal([image.description, image.status], ['golden', 'available'])
  await hcloud('server', 'create', '--name', 'copy', '--type', 'cpx22', '--image', String(image.id), '--ssh-key', 'key')
  await hcloud('server', 'rebuild', 'copy', '--image', 'debian-12')
  await hcloud('server', 'delete', 'copy')
  await hcloud('image', 'delete', String(image.id))
  // this client prints an empty list as null
  assert.is(await json('image', 'list', '--type', 'snapshot'), null)
})

step('moves a Floating IP', async ({ hcloud, json }) => {
  await hcloud('floating-ip', 'create', '--name', 'f', '--type', 'ipv4', '--home-location', 'nbg1')
  await hcloud('floating-ip', 'assign', 'f', 'ns1')
  assert.is((await json('floating-ip', 'describe', 'f')).server, (await json('server', 'describe', 'ns1')).id)
  assert.match(await hcloud('floating-ip', 'list'), 'ns1')
  await hcloud('floating-ip', 'unassign', 'f')
  await hcloud('floating-ip', 'delete', 'f')
})

step('keeps a Primary IP over servers', async ({ hasDatacenters, endpoint, tryHcloud, hcloud, json, names }) => {
  // this client knows of datacenters only, and does not send the assignee it is given: today's API cannot place that
  await hcloud('server', 'create', '--name', 'v6', '--type', 'cpx22', '--image', 'debian-12', '--without-ipv4')
  await hcloud('server', 'poweroff', 'v6')
  const { id } = await json('server', 'describe', 'v6')
  const create = ['primary-ip', 'create', '--name', 'p', '--type', 'ipv4', '--datacenter', 'fsn1-dc14']
  if (hasDatacenters) await hcloud(...create)
  else {
    assert.match((await tryHcloud(...create)).stderr, "invalid input in field 'datacenter'")
    await request(`${endpoint}/primary_ips`, 'POST', { name: 'p', type: 'ipv4', location: 'fsn1' }, token)
  }
  await hcloud('primary-ip', 'assign', 'p', '--server', String(id))
  assert.is((await json('server', 'describe', 'v6')).public_net.ipv4.ip, (await json('primary-ip', 'describe', 'p')).ip)
  await hcloud('primary-ip', 'unassign', 'p')
  await hcloud('server', 'delete', 'v6')
  await hcloud('primary-ip', 'update', 'p', '--name', 'q')
  await hcloud('primary-ip', 'delete', 'q')
  assert.not((await names('primary-ip', 'list')).includes('q'))
})

step('shows what can be ordered', async ({ hasDatacenters, tryHcloud, names }) => {
  assert.ok((await names('server-type', 'list')).includes('cpx22'))
  assert.ok((await names('location', 'list')).includes('nbg1'))
  assert.ok((await names('image', 'list')).includes('debian-12'))
  const datacenters = await tryHcloud('datacenter', 'list')
  assert.is(datacenters.code, hasDatacenters ? 0 : 1)
  assert.match(datacenters.stdout + datacenters.stderr, hasDatacenters ? 'fsn1-dc14' : 'deprecated_api_endpoint')
})

step('refusals are told in the words of the API', async ({ tryHcloud }) => {
  const base = ['server', 'create', '--type', 'cpx22', '--image', 'debian-12']
  const { code, stderr } = await tryHcloud(...base, '--name', 'ns1')
  assert.equal([code, /server name is already used \(uniqueness_error\)/.test(stderr)], [1, true], stderr)
  const { stderr: type } = await tryHcloud('server', 'describe', 'nobody')
  assert.match(type, 'server not found')
})

step('removes everything', async ({ hcloud, names }) => {
  const remove = { remove_from: ['--type', 'server', '--server', 'ns1'] }
  await hcloud('firewall', 'remove-from-resource', 'fw', ...remove.remove_from)
  for (const args of [
    ['server', 'delete', 'ns1'],
    ['firewall', 'delete', 'fw'],
    ['network', 'delete', 'net'],
    ['placement-group', 'delete', 'pg'],
    ['ssh-key', 'delete', 'key'],
  ])
    await hcloud(...args)
  for (const kind of ['firewall', 'network', 'placement-group', 'ssh-key'])
    assert.equal(await names(kind, 'list'), [], kind)
})

test.run()
