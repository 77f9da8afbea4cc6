import { mkdir, rm } from 'node:fs/promises'
import { InfraError } from '../../../lib/errors.ts'
import { readRecord, writeRecord, writeWhole } from '../../host/record.ts'
import { createTurns } from '../../host/turns.ts'
import type { TwinLayout } from '../../layout.ts'
import { ipv6PrefixOf, linkLocalOf } from '../addresses.ts'
import type { FilterRule, MachineSpec, Machines, PrivateNic } from '../backend.ts'
import { clearFirewall, firewallText, loadFirewall, type PublicSide } from '../firewall.ts'
import { lansOf, raiseLans } from '../lans.ts'
import { machineName, orderedIds, placesOf } from '../machine.ts'
import { routeAddresses, unrouteAddresses } from '../network.ts'
import { underLock } from '../power.ts'
import { storedIds } from '../store.ts'
import { bootGuestFirst, privateMacOf, wireGuest } from './guest.ts'
import type { Hypervisor } from './hypervisor.ts'

/** All that is known of a virtual machine; kept as `machine.json` in its directory. */
interface VirtualRecord {
  readonly spec: MachineSpec
  readonly nic?: PrivateNic
  readonly rules: readonly FilterRule[] | null
  readonly routed: readonly string[]
  /** Whether its first boot was finished. */
  readonly isReady: boolean
}

export interface VirtualOptions {
  readonly layout: TwinLayout
  readonly hypervisor: Hypervisor
}

/**
 * Machines of a hypervisor. Their addresses are set inside, by a boot unit of ours; the twin's namespace routes and filters
 * what goes to them and comes from them. Other than in containers, a start takes until the machine can be used.
 */
export const createVirtualMachines = ({ layout, hypervisor }: VirtualOptions): Machines => {
  const inTurn = createTurns()
  const { publicBridge } = lansOf(layout)

  const find = (id: number): Promise<VirtualRecord | undefined> => readRecord(placesOf(layout, id).record)

  const get = async (id: number): Promise<VirtualRecord> => {
    const record = await find(id)
    if (record === undefined) throw new InfraError(`There is no machine ${id} in ${layout.stateDir}`)
    return record
  }

  const save = async (record: VirtualRecord): Promise<void> => {
    const places = placesOf(layout, record.spec.id)
    await mkdir(places.directory, { recursive: true, mode: 0o700 })
    await writeRecord(places.record, record)
  }

  const runs = async (id: number): Promise<boolean> => (await hypervisor.state(id)) === 'running'

  /** Lays the firewall; until the first boot is over nobody shall meet the host keys of the box. */
  const filterText = async (record: VirtualRecord): Promise<string> => {
    const { id } = record.spec
    const { firewall } = placesOf(layout, id)
    await writeWhole(firewall, firewallText(id, record.isReady ? record.rules : [], publicSideOf(record)))
    return loadFirewall(layout, firewall)
  }

  const plug = async (record: VirtualRecord): Promise<void> =>
    underLock(
      layout,
      [
        raiseLans(layout, hypervisor.kind),
        await filterText(record),
        routeOwn(layout, record.spec),
        routeAddresses(layout, record, record.routed, publicBridge),
      ].join('\n'),
    )

  const create: Machines['create'] = async (spec) => {
    if ((await find(spec.id)) !== undefined) return
    if (spec.image !== 'debian-12') throw noSnapshots(hypervisor)
    await save({ spec, rules: null, routed: [], isReady: false })
  }

  const start = async (id: number): Promise<void> => {
    const record = await get(id)
    await plug(record)
    if (record.isReady && (await runs(id))) return
    await hypervisor.start({
      id,
      name: machineName(layout, id),
      publicMac: record.spec.mac,
      privateMac: privateMacOf(record.spec),
    })
    await hypervisor.run(id, wireGuest(record.spec, record.nic))
    if (record.isReady) return
    await hypervisor.run(id, bootGuestFirst(layout, record.spec))
    await save({ ...record, isReady: true })
    await plug({ ...record, isReady: true })
  }

  const shutdown = async (id: number, timeoutMs: number): Promise<void> => {
    if (!(await hypervisor.shutdown(id, { timeoutMs }))) await hypervisor.stop(id)
  }

  const destroy = async (id: number): Promise<void> => {
    await hypervisor.destroy(id)
    const record = await find(id)
    const ways = record === undefined ? '' : unrouteAll(layout, record)
    await underLock(
      layout,
      `[ -e /run/netns/${layout.namespace} ] || exit 0\n${clearFirewall(layout, id)}\n${ways}`,
    ).catch((error: unknown) => {
      // the state directory itself may be gone
      if (record !== undefined) throw error
    })
    await rm(placesOf(layout, id).directory, { recursive: true, force: true })
  }

  const rewire = async (record: VirtualRecord): Promise<void> => {
    await save(record)
    const { id } = record.spec
    if (await runs(id)) await hypervisor.run(id, wireGuest(record.spec, record.nic))
  }

  const attach: Machines['attach'] = async (id, nic) => {
    const record = await get(id)
    if (record.nic !== undefined && record.nic.networkId !== nic.networkId) {
      throw new InfraError(`Machine ${id} is in a private network already, and has one card for them`, {
        hint: 'Machines of the nspawn backend can be in several.',
      })
    }
    await rewire({ ...record, nic })
  }

  const detach: Machines['detach'] = async (id, networkId) => {
    const { nic, ...record } = await get(id)
    if (nic?.networkId === networkId) await rewire(record)
  }

  const filter: Machines['filter'] = async (id, rules) => {
    const record = { ...(await get(id)), rules }
    await save(record)
    await underLock(layout, await filterText(record))
  }

  const route: Machines['route'] = async (id, addresses) => {
    const before = await get(id)
    const record = { ...before, routed: addresses }
    const gone = before.routed.filter((address) => !addresses.includes(address))
    await save(record)
    const ways = [
      raiseLans(layout, hypervisor.kind),
      unrouteAddresses(layout, record, gone, publicBridge),
      routeAddresses(layout, record, addresses, publicBridge),
    ]
    await underLock(layout, [...ways, await filterText(record)].join('\n'))
  }

  return {
    kind: hypervisor.kind,
    create: (spec) => inTurn(spec.id, () => create(spec)),
    start: (id) => inTurn(id, () => start(id)),
    shutdown: (id, { timeoutMs = 20_000 } = {}) => inTurn(id, () => shutdown(id, timeoutMs)),
    stop: (id) => inTurn(id, () => hypervisor.stop(id)),
    destroy: (id) => inTurn(id, () => destroy(id)),
    state: async (id) => {
      if (await runs(id)) return 'running'
      return (await find(id)) === undefined ? 'absent' : 'off'
    },
    list: async () => orderedIds([...(await storedIds(layout)), ...(await hypervisor.list())]),
    attach: (id, nic) => inTurn(id, () => attach(id, nic)),
    detach: (id, networkId) => inTurn(id, () => detach(id, networkId)),
    filter: (id, rules) => inTurn(id, () => filter(id, rules)),
    route: (id, addresses) => inTurn(id, () => route(id, addresses)),
    snapshot: () => Promise.reject(noSnapshots(hypervisor)),
    removeSnapshot: async () => {},
    setRootPassword: async (id, password) => {
      await hypervisor.run(id, `chpasswd <<'END'\nroot:${password}\nEND`)
    },
    close: () => hypervisor.close(),
  }
}

const noSnapshots = ({ kind }: Hypervisor): InfraError =>
  new InfraError(`The ${kind} backend takes no snapshots`, { hint: 'Use --backend nspawn for them.' })

/** Everything that is led to the machine and comes from it, by address: virtual machines share one link of the twin. */
const publicSideOf = ({ spec, routed }: Pick<VirtualRecord, 'spec' | 'routed'>): PublicSide => {
  const own = [spec.publicIpv4, spec.publicIpv6 === null ? null : ipv6PrefixOf(spec.publicIpv6)]
  const addresses = [...own, ...routed].filter((address) => address !== null)
  const matches = (side: 'saddr' | 'daddr'): readonly string[] =>
    addresses.map((address) => `${address.includes(':') ? 'ip6' : 'ip'} ${side} ${address}`)
  return { to: matches('daddr'), from: matches('saddr') }
}

const ownWays = (spec: MachineSpec, link: string): readonly string[] => [
  ...(spec.publicIpv4 === null ? [] : [`${spec.publicIpv4}/32 dev ${link}`]),
  ...(spec.publicIpv6 === null ? [] : [`${ipv6PrefixOf(spec.publicIpv6)} via ${linkLocalOf(spec.mac)} dev ${link}`]),
]

/** What the twin knows of an earlier machine at these addresses is forgotten. */
const routeOwn = (layout: TwinLayout, spec: MachineSpec): string => {
  const { publicBridge } = lansOf(layout)
  const neighbours = [spec.publicIpv4, spec.publicIpv6 === null ? null : linkLocalOf(spec.mac)].filter(
    (address) => address !== null,
  )
  return [
    ...ownWays(spec, publicBridge).map((way) => `ip -n ${layout.namespace} route replace ${way}`),
    ...neighbours.map((address) => `ip -n ${layout.namespace} neigh flush to ${address} dev ${publicBridge}`),
  ].join('\n')
}

const unrouteAll = (layout: TwinLayout, record: VirtualRecord): string => {
  const { publicBridge } = lansOf(layout)
  const own = ownWays(record.spec, publicBridge).map(
    (way) => `ip -n ${layout.namespace} route del ${way} 2>/dev/null || true`,
  )
  return [unrouteAddresses(layout, record, record.routed, publicBridge), ...own].join('\n')
}
