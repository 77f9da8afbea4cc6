import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runPlaybook } from '../../../lib/ansible/run.ts'
import { systemClock } from '../../../lib/clock.ts'
import type { Endpoint } from '../../../lib/dns/wire/reply.ts'
import { type ServerFacts, serverLabels } from '../../../lib/fleet/labels.ts'
import { parseServerName } from '../../../lib/fleet/names.ts'
import { createHcloud } from '../../../lib/hcloud/client.ts'
import { createEvents } from '../../../lib/report/events.ts'
import { createSsh } from '../../../lib/ssh/ssh.ts'
import { noWitness } from '../../../lib/tasks/run-witness.ts'
import type { RunWorld } from '../../../lib/tasks/world.ts'
import { startCloud } from '../../../local/cloud/serve.ts'
import { createFakeMachines } from '../../../local/machines/fake.ts'

export interface FakeWorld {
  readonly world: RunWorld
  readonly interrupt: AbortController
  readonly lockLost: AbortController
  /** Absolute. */
  readonly zonesFolder: string
  /** Creates a server of ours, as an earlier run would have. */
  addServer(name: string, generation: number, facts?: Partial<ServerFacts>): Promise<void>
  names(): Promise<readonly string[]>
  /** Has the cloud misbehave; see local/cloud/faults. */
  addFault(fault: object): void
  close(): Promise<void>
}

interface FakeWorldOptions {
  /** A range of loopback, where servers get their addresses: what is sent there stays on this computer. They have no IPv6 then. */
  readonly loopback?: string
  /** Where the walk to a delegation begins: nowhere, unless they are named. */
  readonly rootServers?: readonly Endpoint[]
  /** Texts of files, by their paths in the folder of the zones, which is not there without any. */
  readonly zones?: Readonly<Record<string, string>>
}

/** A world on the emulated cloud without machines: for handlers that speak to the API alone. */
export const createFakeWorld = async ({
  loopback,
  rootServers = [],
  zones = {},
}: FakeWorldOptions = {}): Promise<FakeWorld> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'world-'))
  const cloud = await startCloud({
    machines: createFakeMachines(),
    pools: { ipv4: loopback ?? '198.18.1.0/24', ipv6: '2001:2:0:100::/56' },
    timing: { minMs: 1, maxMs: 5 },
  })
  const hcloud = createHcloud({ endpoint: cloud.endpoint, token: 't' })
  const ssh = await createSsh(path.join(directory, 'id.pub'))
  const interrupt = new AbortController()
  const lockLost = new AbortController()
  const config = {
    project: 'example',
    pairs: [{ location: 'fsn1', hostname: 'ns1.example.test', formerHostnames: [], serverTypes: ['cpx22'] }],
    image: 'debian-12',
    networkRange: '10.0.0.0/16',
    operatorNetworks: ['198.18.0.0/15'],
    sshKey: 'id.pub',
    zonesFolder: 'ansible/zones',
    witness: { queriesPerSecond: 1 },
    addresses: 'server' as const,
    registrar: 'manual' as const,
    images: { maxAgeDays: 7 },
    rotation: { slackSeconds: 1, idleSeconds: 1 },
    guards: { lostShare: 0.3, lostRrsets: 5 },
  }
  const environment = {
    endpoint: cloud.endpoint,
    token: 't',
    sshPublicKeyFile: 'id.pub',
    signingIdentity: 'id',
    sshPublicKey: 'ssh-ed25519 AAAA',
    registrar: { kind: 'manual' } as const,
    rootServers,
  }
  const zonesFolder = path.join(directory, config.zonesFolder)
  for (const [name, text] of Object.entries(zones)) {
    const file = path.join(zonesFolder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const world: RunWorld = {
    settings: { config, environment, root: directory, sources: directory },
    hcloud,
    ssh,
    playbook: runPlaybook,
    clock: systemClock,
    generation: 200,
    events: createEvents(path.join(directory, 'run'), { json: false, now: systemClock.now }),
    signal: interrupt.signal,
    lockLost: lockLost.signal,
    witness: noWitness,
  }
  return {
    world,
    interrupt,
    lockLost,
    zonesFolder,
    addServer: async (name, generation, more = {}) => {
      const named = parseServerName(name)
      if (!named) throw new Error(`not a server name: ${name}`)
      const facts = {
        ...named,
        generation,
        zones: '',
        content: '',
        commit: '',
        previous: '',
        hostKeys: [],
        isFirstContact: false,
        kept: false,
        announced: false,
        abandoned: undefined,
        keys: '',
        ttlSeconds: undefined,
        heldUntil: undefined,
        otherKeys: undefined,
        ds: new Map(),
        before: undefined,
        drain: undefined,
        ...more,
      }
      const body = {
        name,
        server_type: 'cpx22',
        image: 'debian-12',
        location: 'fsn1',
        labels: serverLabels('example', facts),
        ...(loopback ? { public_net: { enable_ipv4: true, enable_ipv6: false } } : {}),
      }
      await hcloud.servers.createReady(body, { timeoutMs: 10_000 })
    },
    addFault: (fault) => cloud.faults.add(fault),
    names: async () => (await hcloud.servers.list()).map((server) => server.name).sort(),
    close: async () => {
      await ssh.close()
      await cloud.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
