import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Variables } from '../../lib/ansible/inventory.ts'
import { taskOf } from '../../lib/ansible/output.ts'
import { runPlaybook } from '../../lib/ansible/run.ts'
import { type Role, serverName } from '../../lib/fleet/names.ts'
import type { FleetServer } from '../../lib/fleet/server.ts'
import { createSsh, type Ssh } from '../../lib/ssh/ssh.ts'
import { loseHosts } from '../ansible/lose-hosts.ts'
import { expectScript } from './command.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { startTwin, type Twin } from './twin.ts'

const lost = suite('a connection that is lost in a play, on real machines')

const scratch = mkdtempSync(path.join(tmpdir(), 'lost-'))
const logFile = path.join(scratch, 'ansible.log')
let twin: Twin
let fleet: Fleet
let ssh: Ssh

lost.before(async () => {
  twin = await startTwin()
  fleet = createFleet(twin)
  ssh = await createSsh(path.join(twin.state, 'id_ed25519.pub'))
  await expectScript(0, 'bootstrap-infra', ['--env-file', twin.envFile, '--yes'])
  for (const version of versions) writeVersion(version)
})
lost.after(async () => {
  await ssh?.close()
  await twin?.down()
  rmSync(scratch, { recursive: true, force: true })
})

/** Two versions of everything a role writes, so that a play which goes from one to the other has something to do in every task. */
const versions = ['first', 'second'] as const
type Version = (typeof versions)[number]
const numbers = { first: 1, second: 2 } as const

const folderOf = (version: Version): string => path.join(scratch, version)

const writeVersion = (version: Version): void => {
  const folder = folderOf(version)
  cpSync(path.resolve(import.meta.dirname, '../../ansible'), folder, { recursive: true })
  const roles = path.join(folder, 'roles')
  const processes = 10_000 + numbers[version]
  for (const [file, line] of [
    ['common/files/dns.conf', `# ${version}`],
    ['common/files/sshd.conf', `VersionAddendum ${version}`],
    ['lb/files/dns-lb', `# ${version}`],
    ['lb/files/dns-lb.conf', `LimitNPROC=${processes}`],
    ['lb/templates/dns-lb@.service.j2', `# ${version}`],
    ['lb/files/sysctl.conf', `net.ipv4.tcp_fin_timeout = ${60 + numbers[version]}`],
    ['lb/templates/nginx.conf.template', `# ${version}`],
    ['nameserver/files/hardening.conf', `LimitNPROC=${processes}`],
  ] as const)
    appendFileSync(path.join(roles, file), `${line}\n`)
  writeFileSync(path.join(folder, 'zone'), zoneOf(version))
}

const zoneOf = (version: Version): string => `$TTL 60
@ SOA ns1 hostmaster ${numbers[version]} 60 60 60 60
@ NS ns1
ns1 A 198.18.0.1
`

const variablesOf = (version: Version, { ipv4, ipv6, privateIpv4, role }: FleetServer): Variables => {
  const operators = ['198.18.0.0/16', '2001:2::/49', ...(version === 'first' ? [] : ['198.51.100.0/24'])]
  const common = { common_operator_networks: operators, common_held_packages: ['^bind9', '^nginx', version] }
  if (role === 'lb') {
    return {
      ...common,
      lb_operator_networks: operators,
      lb_public_ipv4: ipv4,
      lb_public_ipv6: ipv6 ?? '',
      lb_private_ipv4: privateIpv4,
      lb_floating_addresses: version === 'first' ? ['198.51.100.1', '2001:db8::1'] : ['198.51.100.2'],
    }
  }
  return {
    ...common,
    nameserver_identity: version,
    nameserver_zones: [{ origin: 'example.test', file: path.join(folderOf(version), 'zone') }],
    nameserver_dns_clients: ['10.0.0.0/16', ...operators],
    nameserver_public_ipv4: ipv4,
    nameserver_public_ipv6: ipv6 ?? '',
    nameserver_private_ipv4: privateIpv4,
  }
}

const configure = async (version: Version, role: Role, machines: readonly FleetServer[]) => {
  rmSync(logFile, { force: true })
  const hosts = machines.map(async (machine) => ({
    name: machine.name,
    address: machine.ipv4,
    sshOptions: await ssh.options(machine),
    variables: variablesOf(version, machine),
  }))
  const changes = await runPlaybook({
    folder: folderOf(version),
    role,
    hosts: await Promise.all(hosts),
    logFile,
    onTask: () => undefined,
  })
  return { tasks: tasksIn(readFileSync(logFile, 'utf8')), changes }
}

/** By their headlines: what is told while a play runs is of several tasks at once. */
const tasksIn = (output: string): readonly string[] => [
  ...new Set(output.split('\n').flatMap((line) => taskOf(line) ?? [])),
]

/** What the machine does, asked of the kernel and of the processes, and the files that nothing holds in memory. */
const looks = {
  nameserver: `
    nft --stateless list ruleset
    sha256sum /etc/apt/apt.conf.d/60-dns /etc/needrestart/conf.d/dns.conf
    head -1 <>/dev/tcp/127.0.0.1/22
    grep processes /proc/$(systemctl show --property=MainPID --value named)/limits
    rndc zonestatus example.test | grep serial
    rndc status | grep tcp.clients
    systemctl is-enabled nftables named; systemctl is-active nftables named`,
  lb: `
    nft --stateless list ruleset
    sha256sum /etc/apt/apt.conf.d/60-dns /etc/needrestart/conf.d/dns.conf /etc/dns-lb/nginx.conf.template /usr/local/sbin/dns-lb
    head -1 <>/dev/tcp/127.0.0.1/22
    sysctl net.ipv4.tcp_fin_timeout net.ipv4.ip_local_port_range
    ip -brief address show dev lo
    systemctl show --property=LimitNPROC,ExecStop,NeedDaemonReload nftables
    systemctl show --property=LoadState,ActiveState,NeedDaemonReload nginx 'dns-lb@*'
    systemctl is-enabled nftables floating-addresses; systemctl is-active nftables floating-addresses`,
} as const

const isCut = (play: Promise<unknown>): Promise<void> =>
  play.then(
    () => assert.unreachable('nothing was cut'),
    (error) => assert.match(error.message, /the network is gone/),
  )

const stateOf = (machine: FleetServer): Promise<string> => ssh.run(machine, ['bash', '-ec', looks[machine.role]])

const changedLines = (before: string, after: string): readonly string[] => {
  const [old, now] = [before.split('\n'), after.split('\n')]
  return [...old.filter((line) => !now.includes(line)), ...now.filter((line) => !old.includes(line))]
}

/** The first, the last, and some between them: what runs is compared with what is written whatever was cut (test/ansible/in-force). */
const spread = <T>(all: readonly T[], count: number): T[] =>
  all.filter((_, index) => index === all.length - 1 || index % Math.ceil(all.length / (count - 1)) === 0)

for (const role of ['lb', 'nameserver'] as const) {
  lost(`after the next run, a machine (${role}) is as if nothing had happened`, async () => {
    const machines = await Promise.all([1, 2].map((pair) => fleet.machine(serverName(role, pair, 'serving'))))
    const statesOf = () => Promise.all(machines.map(stateOf))
    const uncut: Record<Version, readonly string[]> = { first: [], second: [] }
    const tasks = new Set<string>()
    for (const version of versions) {
      for (const task of (await configure(version, role, machines)).tasks) tasks.add(task)
      uncut[version] = await statesOf()
    }
    assert.is.not(uncut.first[0], uncut.second[0])
    const { changes } = await configure('second', role, machines)
    assert.equal([...changes.values()], [[], []], 'a run that finds everything as it should be')

    const cuts = spread([...tasks].slice(0, -1), 4)
    for (let version: Version = 'first'; cuts.length > 0; version = version === 'first' ? 'second' : 'first') {
      const lastTasks = Object.fromEntries(machines.map(({ name }) => [name, cuts.shift() ?? '']))
      await loseHosts(folderOf(version), lastTasks, () => isCut(configure(version, role, machines)))
      await configure(version, role, machines)
      const states = await statesOf()
      const changes = states.flatMap((state, index) => changedLines(uncut[version][index] ?? '', state))
      assert.equal({ lastTasks, changes }, { lastTasks, changes: [] })
      assert.equal(states, uncut[version])
    }
  })
}

lost.run()
