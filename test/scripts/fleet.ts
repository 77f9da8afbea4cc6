import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import * as assert from 'uvu/assert'
import { query } from '../../lib/dns/query.ts'
import { getLbStatus, type LbStatus } from '../../lib/dns-lb.ts'
import { type FleetServer, toFleetServer } from '../../lib/fleet/server.ts'
import { createSsh, type Ssh } from '../../lib/ssh/ssh.ts'
import { addressesOf } from '../../lib/tasks/servers.ts'
import type { Twin } from './twin.ts'

/** What a test sees of the machines of a twin, and does to them. */
export interface Fleet {
  /** IPv4 and IPv6 of every lb whose name begins with `prefix`. */
  lbAddresses(prefix?: string): Promise<readonly string[]>
  generationOf(name: string): Promise<string>
  machine(name: string): Promise<FleetServer>
  namesOfServers(): Promise<readonly string[]>
  /** Serial and NSID of every zone at every address over both transports: one line each, so that whole worlds can be compared. */
  whoAnswers(): Promise<readonly string[]>
  everyAnswerIsOf(generation: string): Promise<void>
  assertNotLocked(): Promise<void>
  /** The servers of the pairs, and no other. */
  assertNothingBeside(): Promise<void>
  /** Nameservers of a later generation alone, which answer everywhere, and nothing left of the deployment. */
  assertReplaced(before: string): Promise<void>
  onMachine(name: string, command: string): Promise<string>
  /** Copies a file or folder into /root of the machine. */
  copyTo(name: string, source: string): Promise<void>
  lbStatus(name: string): Promise<LbStatus>
}

/** @param options.pairs of lb and nameserver; the committed two unless told */
export const createFleet = (twin: Twin, { pairs = 2 }: { readonly pairs?: number } = {}): Fleet => {
  const lbAddresses: Fleet['lbAddresses'] = async (prefix = 'lb') =>
    (await twin.cloud.servers.list({ labelSelector: 'role=lb' }))
      .flatMap((server) => toFleetServer('example', server) ?? [])
      .filter(({ name }) => name.startsWith(prefix))
      .flatMap(addressesOf)

  const machine: Fleet['machine'] = async (name) => {
    const server = await twin.cloud.servers.find(name)
    const ours = server && toFleetServer('example', server)
    if (!ours) throw new Error(`${name} is not there`)
    return ours
  }

  const whoAnswers: Fleet['whoAnswers'] = async () => {
    const lines: string[] = []
    for (const address of await lbAddresses()) {
      for (const name of ['example.test', 'example2.test']) {
        for (const transport of ['udp', 'tcp'] as const) {
          const reply = await query({ address, port: 53 }, { name, type: 'SOA', transport }, { timeoutMs: 3000 })
          const said = reply.kind === 'answered' ? `${reply.rcode} ${reply.serial} ${reply.nsid}` : reply.kind
          lines.push(`${address} ${name} ${transport} ${said}`)
        }
      }
    }
    return lines
  }

  const withSsh = async <T>(work: (ssh: Ssh) => Promise<T>): Promise<T> => {
    const ssh = await createSsh(path.join(twin.state, 'id_ed25519.pub'))
    return work(ssh).finally(ssh.close)
  }

  const generationOf: Fleet['generationOf'] = async (name) =>
    (await twin.cloud.servers.find(name))?.labels.generation ?? 'none'

  const namesOfServers: Fleet['namesOfServers'] = async () =>
    (await twin.cloud.servers.list()).map((server) => server.name).sort()

  const everyAnswerIsOf: Fleet['everyAnswerIsOf'] = async (generation) => {
    const lines = await whoAnswers()
    assert.ok(lines.length >= 8 * pairs)
    for (const line of lines) assert.match(line, new RegExp(`NOERROR ${generation} ns\\d\\.${generation}$`))
  }

  const assertNotLocked: Fleet['assertNotLocked'] = async () => {
    assert.is(await twin.cloud.placementGroups.find('example-lock'), undefined, 'the lock is left')
  }

  const assertNothingBeside: Fleet['assertNothingBeside'] = async () => {
    const numbers = Array.from({ length: pairs }, (_, index) => index + 1)
    assert.equal(
      await namesOfServers(),
      ['lb', 'ns'].flatMap((role) => numbers.map((number) => `${role}${number}`)),
    )
  }

  return {
    lbAddresses,
    machine,
    whoAnswers,
    generationOf,
    namesOfServers,
    everyAnswerIsOf,
    assertNotLocked,
    assertNothingBeside,
    assertReplaced: async (before) => {
      const after = await generationOf('ns1')
      assert.is.not(after, before)
      await everyAnswerIsOf(after)
      await assertNothingBeside()
      await assertNotLocked()
    },
    onMachine: (name, command) => withSsh(async (ssh) => ssh.run(await machine(name), ['sh', '-ec', command])),
    copyTo: (name, source) =>
      withSsh(async (ssh) => {
        const host = await machine(name)
        const options = await ssh.options(host)
        await promisify(execFile)('scp', ['-q', '-r', ...options, source, `root@${host.ipv4}:/root/`])
      }),
    lbStatus: (name) => withSsh(async (ssh) => getLbStatus(ssh, await machine(name))),
  }
}
