/**
 * The flow that a first port of a blue-green script has, on machines of its own: nameservers made one after the other from the stock image, one
 * run of a whole playbook for them, one for the proxies, which reload nginx, `dig` after each, and the old removed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { systemClock, waitFor } from '../../lib/clock.ts'
import { userDataOf } from '../../lib/fleet/user-data.ts'
import type { Server } from '../../lib/hcloud/types.ts'
import { runProgram } from '../../lib/outside/program.ts'
import { createHostKey } from '../../lib/ssh/host-key.ts'
import { quoteWord } from '../../lib/ssh/quote.ts'
import { createSsh, type Ssh, type SshHost } from '../../lib/ssh/ssh.ts'
import type { Twin } from '../scripts/twin.ts'

const playbook = path.join(import.meta.dirname, 'ported.yml')
const pairs = [1, 2] as const
const domain = 'example.test'
const queriesPerSecond = 200

interface Machine extends SshHost {
  readonly privateIpv4: string
}

export interface PortedFlow {
  /** @returns how long one deployment took, and what dnsperf lost at the proxies meanwhile. */
  deploy(): Promise<{ readonly ms: number; readonly lost: number; readonly asked: number }>
  close(): Promise<void>
}

const machineOf = (server: Server, hostKey: string): Machine => ({
  name: server.name,
  id: server.id,
  ipv4: server.public_net.ipv4?.ip ?? '',
  hostKeys: [hostKey],
  privateIpv4: server.private_net[0]?.ip ?? '',
})

const createMachine = async ({ cloud }: Twin, ssh: Ssh, name: string): Promise<Machine> => {
  const hostKey = await createHostKey()
  const [image, key, network] = await Promise.all([
    cloud.images.find('debian-12', 'x86'),
    cloud.sshKeys.find('ported'),
    cloud.networks.find('ported'),
  ])
  const server = await cloud.servers.createReady(
    {
      name,
      server_type: 'cpx22',
      image: image?.id ?? 0,
      location: 'fsn1',
      ssh_keys: [key?.id ?? 0],
      networks: [network?.id ?? 0],
      user_data: userDataOf(hostKey),
    },
    { timeoutMs: 60_000 },
  )
  const machine = machineOf(await cloud.servers.get(server.id), hostKey.raw)
  const attempt = async () =>
    ssh.run(machine, ['cloud-init', 'status', '--wait']).then(
      () => ({ done: true }),
      (error: unknown) => ({ seen: String(error) }),
    )
  await waitFor(name, attempt, { clock: systemClock, everyMs: 1000, timeoutMs: 60_000 })
  return machine
}

const zoneText = (proxies: readonly Machine[]): string =>
  [
    `$TTL 3600\n@ SOA ns1 hostmaster ${Math.floor(Date.now() / 1000)} 10800 3600 1209600 300`,
    ...pairs.map((pair) => `@ NS ns${pair}`),
    ...proxies.map(({ ipv4 }, index) => `ns${pairs[index]} A ${ipv4}`),
    '@ A 198.18.7.80\nwww CNAME @\n',
  ].join('\n')

interface Host {
  readonly machine: Machine
  readonly variables: Readonly<Record<string, unknown>>
}

const runPlaybook = async (
  folder: string,
  ssh: Ssh,
  groups: Readonly<Record<string, readonly Host[]>>,
): Promise<void> => {
  const inventory = path.join(folder, 'inventory.json')
  const hostsOf = async (hosts: readonly Host[]) =>
    Object.fromEntries(
      await Promise.all(
        hosts.map(async ({ machine, variables }) => [
          machine.name,
          {
            ansible_host: machine.ipv4,
            ansible_user: 'root',
            ansible_ssh_args: (await ssh.options(machine)).map(quoteWord).join(' '),
            ...variables,
          },
        ]),
      ),
    )
  const entries = await Promise.all(
    Object.entries(groups).map(async ([name, hosts]) => [name, { hosts: await hostsOf(hosts) }]),
  )
  await writeFile(inventory, JSON.stringify(Object.fromEntries(entries)))
  const { exitCode, stdout, stderr } = await runProgram(['ansible-playbook', '--inventory', inventory, playbook], {
    env: { PATH: process.env.PATH ?? '', HOME: folder, LC_ALL: 'C.UTF-8' },
    timeoutMs: 600_000,
  })
  if (exitCode !== 0) throw new Error(`ported flow: ansible-playbook ended with ${exitCode}\n${stdout}\n${stderr}`)
}

const dig = async (address: string): Promise<void> => {
  const argv = ['dig', `@${address}`, `ns1.${domain}`, 'A', '+short', '+tries=3']
  const { exitCode, stdout } = await runProgram(argv, { timeoutMs: 30_000 })
  if (exitCode !== 0 || stdout.trim() === '') throw new Error(`ported flow: ${address} answers nothing`)
}

/** Asks each address for as long as `work` takes. */
const withDnsperf = async (folder: string, addresses: readonly string[], work: () => Promise<void>) => {
  const file = path.join(folder, 'questions')
  await writeFile(file, `${domain} SOA\nwww.${domain} A\n`)
  const children = addresses.map((address) => {
    const load = ['-s', address, '-d', file, '-Q', String(queriesPerSecond), '-l', '600', '-t', '2', '-e']
    const child = spawn('dnsperf', load, { stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    return { child, ended: once(child, 'close').then(() => text) }
  })
  const startedAt = performance.now()
  const ms = await work()
    .then(() => performance.now() - startedAt)
    .finally(() => {
      for (const { child } of children) child.kill('SIGINT')
    })
  const texts = await Promise.all(children.map(({ ended }) => ended))
  const sum = (word: string): number =>
    texts.reduce((total, text) => total + Number(new RegExp(`Queries ${word}:\\s+(\\d+)`).exec(text)?.[1]), 0)
  return { ms, asked: sum('sent'), lost: sum('lost') }
}

/**
 * Makes proxies and first nameservers.
 * @param twin with no servers in it.
 * @param folder for its files; it has to be there until `close`.
 */
export const startPortedFlow = async (twin: Twin, folder: string): Promise<PortedFlow> => {
  const { cloud } = twin
  const ssh = await createSsh(path.join(twin.state, 'id_ed25519.pub'))
  const publicKey = await readFile(path.join(twin.state, 'id_ed25519.pub'), 'utf8')
  await cloud.sshKeys.create({ name: 'ported', public_key: publicKey.trim() })
  await cloud.networks.create({
    name: 'ported',
    ip_range: '10.0.0.0/16',
    subnets: [{ type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.0.0/24' }],
  })
  const proxies = await Promise.all(pairs.map((pair) => createMachine(twin, ssh, `lb${pair}`)))
  const zones = () => [{ origin: domain, text: zoneText(proxies) }]
  const configureNameservers = (nameservers: readonly Machine[]) =>
    runPlaybook(folder, ssh, {
      nameservers: nameservers.map((machine) => ({ machine, variables: { zones: zones() } })),
    })
  const configureProxies = (nameservers: readonly Machine[]) =>
    runPlaybook(folder, ssh, {
      proxies: proxies.map((machine, index) => ({ machine, variables: { upstream: nameservers[index]?.privateIpv4 } })),
    })
  let serving = await Promise.all(pairs.map((pair) => createMachine(twin, ssh, `ns${pair}`)))
  await configureNameservers(serving)
  await configureProxies(serving)

  const replace = async (): Promise<void> => {
    const made: Machine[] = []
    for (const pair of pairs) made.push(await createMachine(twin, ssh, `ns${pair}-next`))
    await configureNameservers(made)
    for (const { ipv4 } of made) await dig(ipv4)
    await configureProxies(made)
    for (const { ipv4 } of proxies) await dig(ipv4)
    for (const { id } of serving) await cloud.servers.delete(id)
    for (const { id, name } of made) await cloud.servers.update(id, { name: name.replace(/-next$/, '') })
    serving = made
  }
  const addresses = proxies.map(({ ipv4 }) => ipv4)
  return { deploy: () => withDnsperf(folder, addresses, replace), close: ssh.close }
}
