import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock, waitFor } from '../../../lib/clock.ts'
import type { MachineSpec, Machines } from '../../../local/machines/backend.ts'
import { createNspawnMachines } from '../../../local/machines/nspawn.ts'
import { runProgram } from '../../../local/machines/process.ts'
import { claimSlot } from '../../../local/twin/claim.ts'
import { verifyComputer } from '../../../local/twin/doctor.ts'
import { downSteps } from '../../../local/twin/down.ts'
import { layoutOf, type TwinLayout } from '../../../local/twin/layout.ts'
import { findLeftovers } from '../../../local/twin/leftovers.ts'
import { runSteps } from '../../../local/twin/steps.ts'

// Real machines, one after the other test; each test finds them as the one before left them.
const test = suite('local/machines/nspawn')

let stateDir = ''
let layout: TwinLayout
let machines: Machines

const clean = async (): Promise<void> => {
  if (stateDir === '') return
  await runSteps(await downSteps({ stateDir }), { say: () => {} })
  await rm(stateDir, { recursive: true, force: true })
}
test.after(clean)
process.once('SIGTERM', () => void clean().finally(() => process.exit(1)))

const at = (name: string): string => path.join(stateDir, name)
const makeKey = (name: string): Promise<string> =>
  runProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', at(name)])
const publicKey = async (name: string): Promise<string> => (await readFile(at(`${name}.pub`), 'utf8')).trim()

const ipv4Of = (id: number): string => `198.18.${layout.slot}.${id}`
const ipv6Of = (id: number): string => layout.ipv6Pool.replace('00::/56', `${id.toString(16).padStart(2, '0')}::1`)

const specOf = async (id: number, image: string): Promise<MachineSpec> => ({
  id,
  name: `host${id}`,
  image,
  publicIpv4: ipv4Of(id),
  publicIpv6: ipv6Of(id),
  mac: `96:00:00:00:00:${id}`,
  authorizedKeys: [await publicKey('client')],
  userData: await userDataOf(id),
})

const userDataOf = async (id: number): Promise<string> => {
  const secret = (await readFile(at(`host${id}`), 'utf8')).trim().replaceAll('\n', '\n    ')
  return `#cloud-config
ssh_keys:
  ed25519_private: |
    ${secret}
  ed25519_public: ${await publicKey(`host${id}`)}
runcmd:
  - [ sh, -c, "echo done > /root/ran" ]
`
}

/** Runs a command in a machine; the connection is refused unless the machine shows the host key of its user data. */
const ssh = async (id: number, command: string, address = ipv4Of(id)): Promise<string> => {
  const known = `KnownHostsCommand=/bin/echo %H ${await publicKey(`host${id}`)}`
  const options = [
    known,
    'UserKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'ConnectTimeout=2',
  ]
  const flags = options.flatMap((option) => ['-o', option])
  return (await runProgram('ssh', ['-q', '-i', at('client'), ...flags, `root@${address}`, command])).trim()
}

const untilTrue = (what: string, holds: () => Promise<boolean>): Promise<boolean> =>
  waitFor(what, async () => ((await holds()) ? { done: true } : { seen: 'not so' }), {
    clock: systemClock,
    everyMs: 100,
    timeoutMs: 30_000,
  })

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )

const untilSsh = (id: number): Promise<boolean> =>
  untilTrue(`machine ${id} answers`, () => succeeds(ssh(id, 'cloud-init status --wait')))

const connects = (host: string, port: number): Promise<boolean> =>
  succeeds(runProgram('bash', ['-c', `timeout 1 bash -c '</dev/tcp/${host}/${port}' 2>/dev/null`]))

const nic = (id: number) => ({
  networkId: 3,
  networkRange: '10.0.0.0/16',
  address: `10.0.1.${id}`,
  aliases: [],
  mac: `86:00:00:00:00:${id}`,
})

const anywhere = ['0.0.0.0/0', '::/0']

test('boots two machines side by side, which show the host keys of their user data from the first connection on', async () => {
  await verifyComputer()
  stateDir = await mkdtemp(path.join(tmpdir(), 'nspawn-test-'))
  layout = layoutOf(stateDir, await claimSlot(stateDir))
  machines = createNspawnMachines({ layout })
  await Promise.all(['client', 'host11', 'host12', 'host13'].map(makeKey))
  await Promise.all(
    [11, 12].map(async (id) => {
      await machines.create(await specOf(id, 'debian-12'))
      assert.is(await machines.state(id), 'off')
      await machines.start(id)
    }),
  )
  await Promise.all([11, 12].map(untilSsh))
  assert.equal(await machines.list(), [11, 12])
  assert.is(await machines.state(11), 'running')
  assert.is(await machines.state(99), 'absent')
})

test('does what the user data says, and has nothing failed', async () => {
  assert.is(await ssh(11, 'systemctl is-system-running --wait; hostname; cat /root/ran'), 'running\nhost11\ndone')
  assert.is(await ssh(11, 'ls /var/lib/cloud/instance/boot-finished'), '/var/lib/cloud/instance/boot-finished')
})

test('is reached over IPv6, and leads nowhere outside', async () => {
  assert.is(await ssh(12, 'hostname', ipv6Of(12)), 'host12')
  assert.not(await succeeds(ssh(12, 'ping -c 1 -W 1 192.0.2.1')))
  assert.is(await ssh(12, `ping -q -c 1 -W 1 ${ipv4Of(11)} >/dev/null && echo yes`), 'yes')
})

test('keeps files when it is shut down or cut off', async () => {
  await ssh(11, 'echo kept > /root/file; sync')
  await machines.shutdown(11)
  assert.is(await machines.state(11), 'off')
  await machines.shutdown(11)
  await machines.start(11)
  await untilSsh(11)
  await machines.stop(11)
  assert.is(await machines.state(11), 'off')
  await machines.start(11)
  await machines.start(11)
  await untilSsh(11)
  assert.is(await ssh(11, 'cat /root/file'), 'kept')
})

test('comes back from a reboot asked for inside, without what only memory and kernel held', async () => {
  await ssh(11, 'touch /run/marker; nft add table inet marker')
  await succeeds(ssh(11, 'systemctl reboot'))
  await untilTrue('the machine is another boot', () => succeeds(ssh(11, 'test ! -e /run/marker')))
  assert.is(await ssh(11, 'cat /root/file; nft list tables'), 'kept')
})

test('attaches private interfaces to machines that run, and detaches them', async () => {
  await Promise.all([11, 12].map((id) => machines.attach(id, nic(id))))
  await machines.attach(12, nic(12))
  assert.is(await ssh(11, 'cat /sys/class/net/enp7s0/address'), '86:00:00:00:00:11')
  assert.is(await ssh(11, 'ping -q -c 1 -W 1 10.0.1.12 >/dev/null && echo yes'), 'yes')
  await machines.detach(12, 3)
  assert.not(await succeeds(ssh(11, 'ping -c 1 -W 1 10.0.1.12')))
  assert.not(await succeeds(ssh(12, 'ls /sys/class/net/enp7s0')))
  await machines.attach(12, nic(12))
})

test('filters the public interface only, statefully, for both families', async () => {
  await ssh(12, 'systemd-run --quiet --unit=web python3 -m http.server --bind :: 8080')
  await untilTrue('the web server listens', () => connects(ipv4Of(12), 8080))
  const tcp = { direction: 'in', protocol: 'tcp', peers: anywhere } as const
  await machines.filter(12, [
    { ...tcp, port: '22' },
    { ...tcp, port: null, peers: ['192.0.2.0/24', '192.0.2.7/32'] },
    { direction: 'in', protocol: 'icmp', port: null, peers: anywhere },
    { direction: 'in', protocol: 'udp', port: '1024-5000', peers: anywhere },
  ])
  assert.equal([await connects(ipv4Of(12), 8080), await connects(ipv6Of(12), 8080)], [false, false])
  assert.is(await ssh(12, 'hostname', ipv6Of(12)), 'host12')
  assert.is(await ssh(11, 'curl -s -o /dev/null -w %{http_code} http://10.0.1.12:8080/'), '200')
  assert.is(await ssh(12, `ping -q -c 1 -W 1 ${ipv4Of(11)} >/dev/null && echo yes`), 'yes')
  await machines.filter(12, [])
  assert.not(await connects(ipv4Of(12), 22))
  await machines.filter(12, null)
  assert.equal([await connects(ipv4Of(12), 8080), await connects(ipv6Of(12), 8080)], [true, true])
})

test('moves routed addresses from one machine to another', async () => {
  const floating = ipv4Of(200)
  await Promise.all([11, 12].map((id) => ssh(id, `ip addr add ${floating}/32 dev eth0`)))
  await machines.route(11, [floating])
  assert.is(await ssh(11, 'hostname', floating), 'host11')
  await machines.route(12, [floating])
  await machines.route(11, [])
  assert.is(await ssh(12, 'hostname', floating), 'host12')
})

test('makes a machine from a snapshot of a running one', async () => {
  assert.ok((await machines.snapshot(11, 'saved')).bytes > 1e8)
  await machines.create(await specOf(13, 'saved'))
  await machines.removeSnapshot('saved')
  await machines.start(13)
  await untilSsh(13)
  assert.is(await ssh(13, 'cat /root/file; hostname'), 'kept\nhost13')
})

test('sets the password of root, whether it runs or not', async () => {
  const hash = (id: number): Promise<string> => ssh(id, 'grep ^root: /etc/shadow')
  const before = await hash(13)
  await machines.setRootPassword(13, 'correct horse')
  assert.is.not(await hash(13), before)
  await machines.stop(13)
  await machines.setRootPassword(13, 'battery staple')
  assert.is(await machines.state(13), 'off')
})

test('is known to a backend that did not make it, also without its supervisor', async () => {
  const other = createNspawnMachines({ layout })
  assert.equal([await other.state(11), await other.state(13)], ['running', 'off'])
  const supervisor = Number(await readFile(path.join(stateDir, 'machines/12/supervisor.pid'), 'utf8'))
  process.kill(supervisor, 'SIGKILL')
  assert.is(await other.state(12), 'running')
  await other.stop(12)
  assert.is(await other.state(12), 'off')
})

test('leaves nothing of a destroyed machine', async () => {
  await Promise.all([11, 12, 13].map((id) => machines.destroy(id)))
  await machines.destroy(99)
  assert.equal(await machines.list(), [])
  const left = await findLeftovers(layout)
  const ofTheTwin = ['network namespace', 'network link', 'file']
  assert.equal(
    left.filter((line) => !ofTheTwin.some((kind) => line.startsWith(kind))),
    [],
  )
  assert.ok(left.includes(`network namespace ${layout.namespace}`) && !left.some((line) => /-[mn]\d/.test(line)))
})

test.run()
