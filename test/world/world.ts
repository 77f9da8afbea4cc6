import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Config, InfraConfig } from '../../lib/config/schema.ts'
import { query } from '../../lib/dns/query.ts'
import { lockName, parseServerName } from '../../lib/fleet/names.ts'
import { createHcloud } from '../../lib/hcloud/client.ts'
import type { PlacementGroup, Server } from '../../lib/hcloud/types.ts'
import { createCheckout, createConfig, createPublicKey, writeZones, zoneName } from './checkout.ts'
import type { LeapingClock } from './clock.ts'
import { type Clone, createClone, type FastRun, type RunRequest } from './clone.ts'
import type { Internet } from './internet.ts'
import type { Machine, MachineFaults } from './machine.ts'
import type { OperationName } from './operations.ts'
import { type Faults, type Outside, type Saved, startOutside } from './outside.ts'
import { createScriptedPlaybook } from './playbook.ts'
import { createScriptedSsh } from './ssh.ts'

export interface FastWorldOptions {
  readonly pairs: number
  /** Texts by the name of the file; default one small zone. */
  readonly zones?: Readonly<Record<string, string>>
  readonly config?: Partial<InfraConfig>
}

/** Machines, cloud and internet that are played, under operations that are not. */
export interface FastWorld {
  /** In the first clone. */
  run(name: OperationName, request?: RunRequest): Promise<FastRun>
  /** Checkouts of the same commit on two computers. */
  readonly clones: readonly [Clone, Clone]
  readonly clock: LeapingClock
  readonly internet: Internet
  readonly faults: Faults
  /** Both clones have one pair more in config and zones from now on. */
  addPair(): Promise<void>
  /** The same without the last. */
  dropPair(): Promise<void>
  /** In both clones a pair is described otherwise from now on, and zones have its name. @param pair from 1 */
  changePair(pair: number, changes: Partial<Config['pairs'][number]>): Promise<void>
  /** A newer nginx is to be had from now on. */
  release(version: string): void
  machine(name: string): Machine
  /** Sets what goes wrong on a machine. */
  spoil(name: string, faults: MachineFaults): void
  servers(): Promise<readonly Server[]>
  /** Somebody deletes a server in the cloud console. */
  lose(name: string): Promise<void>
  /** Who answers through port 53 of each lb in service: its NSID, or what came instead. */
  whoAnswers(): Promise<Readonly<Record<string, string>>>
  lock(): Promise<PlacementGroup | undefined>
  /** Nothing goes wrong any more. */
  mend(): Promise<void>
  save(): Promise<Saved>
  load(saved: Saved): Promise<void>
  close(): Promise<void>
}

const names = ['a', 'b'] as const

/**
 * @throws Error where port 53 of 127.0.0.0/8 may not be used: as root it may
 */
export const createFastWorld = async ({ pairs, zones, config: changes }: FastWorldOptions): Promise<FastWorld> => {
  const clones = new Map<string, Clone>()
  const outside = await startOutside((name) => clones.get(name)?.isDead() === true)
  const folder = await mkdtemp(path.join(tmpdir(), 'fast-world-'))
  const { clock, site, internet, front, faults } = outside
  const config = createConfig(pairs, changes)
  const sshPublicKey = createPublicKey()
  let release = 'nginx 1'
  const playbook = createScriptedPlaybook({ site, release: () => release, takeFailure: takeFrom(faults) })
  const makeClone = async (name: string): Promise<Clone> => {
    const settings = await createCheckout({
      root: path.join(folder, name),
      config,
      zones,
      sshPublicKey,
      endpoint: front.endpointOf(name),
      rootServer: internet.root,
    })
    const clone = createClone({ settings, clock, ssh: createScriptedSsh({ site, clock }), playbook })
    clones.set(name, clone)
    return clone
  }
  const both = [await makeClone(names[0]), await makeClone(names[1])] as const
  internet.reset(new Map([[zoneName, { nameservers: [], hosts: new Map() }]]))
  const havePairs = async (count: number): Promise<void> => {
    Object.assign(config, createConfig(count, changes))
    for (const { root } of both) await writeZones({ root, config, zones })
  }
  const hcloud = createHcloud({ endpoint: `${front.endpointOf('observer')}/v1`, token: 'any-will-do' })
  return {
    run: both[0].run,
    clones: both,
    clock,
    internet,
    faults,
    addPair: () => havePairs(config.pairs.length + 1),
    dropPair: () => havePairs(config.pairs.length - 1),
    changePair: async (pair, changed) => {
      Object.assign(config.pairs[pair - 1] ?? {}, changed)
      for (const { root } of both) await writeZones({ root, config, zones })
    },
    release: (version) => {
      release = version
    },
    machine: (name) => machineNamed(outside, name),
    spoil: (name, given) => void site.change(machineNamed(outside, name).id, { faults: given }),
    servers: () => hcloud.servers.list(),
    lose: async (name) => {
      const { id, protection } = (await hcloud.servers.find(name)) ?? raise(`there is no server ${name}`)
      if (protection.delete) await hcloud.servers.changeProtection(id, false)
      await hcloud.servers.delete(id)
    },
    whoAnswers: async () => askEach((await hcloud.servers.list()).filter(isLbInService)),
    lock: () => hcloud.placementGroups.find(lockName(config.project)),
    mend: async () => {
      Object.assign(faults, { refuse: undefined, playbook: undefined })
      internet.mend()
      await site.mend()
    },
    save: outside.save,
    load: async (saved) => {
      await outside.load(saved)
      for (const { root } of both) await rm(path.join(root, 'runs'), { recursive: true, force: true })
    },
    close: async () => {
      await outside.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const raise = (text: string): never => {
  throw new Error(text)
}

const takeFrom =
  (faults: Faults) =>
  (role: 'nameserver' | 'lb'): string | undefined => {
    if (faults.playbook !== role) return undefined
    faults.playbook = undefined
    return 'failed, as it was told to'
  }

const machineNamed = ({ site, findServer }: Outside, name: string): Machine => {
  const found = site.find(findServer(name) ?? 0)
  if (!found) throw new Error(`there is no machine ${name}`)
  return found
}

const isLbInService = ({ name }: Server): boolean => {
  const named = parseServerName(name)
  return named?.role === 'lb' && named.phase !== 'next'
}

const askEach = async (lbs: readonly Server[]): Promise<Readonly<Record<string, string>>> => {
  const question = { name: zoneName, type: 'SOA', transport: 'udp' } as const
  const answers = lbs.map(async ({ name, public_net }) => {
    const reply = await query({ address: public_net.ipv4?.ip ?? '', port: 53 }, question, { timeoutMs: 500 })
    return [name, reply.kind === 'answered' ? (reply.nsid ?? 'nobody') : reply.detail] as const
  })
  return Object.fromEntries(await Promise.all(answers))
}
