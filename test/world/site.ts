import type { Socket } from 'node:net'
import type { Colour } from '../../lib/plan/types.ts'
import { rawHostKey } from '../../lib/ssh/known-hosts.ts'
import type { Machines } from '../../local/machines/backend.ts'
import { createFakeMachines, type FakeMachine } from '../../local/machines/fake.ts'
import { type Answerer, createAuthority } from './authority-server.ts'
import { type LbEffects, type LbState, previews } from './dns-lb.ts'
import { type Door, openDnsDoor, openTcpDoor } from './door.ts'
import { type Machine, spoiled } from './machine.ts'

/** All machines of a world, with what they listen at. */
export interface Site {
  readonly backend: Machines
  findByAddress(ipv4: string): Machine | undefined
  find(id: number): Machine | undefined
  /** Replaces what a machine remembers; opens and closes what it listens at accordingly. */
  change(id: number, to: Partial<Machine>): Promise<void>
  lbEffects(id: number): LbEffects
  /** Nothing goes wrong on any machine any more. */
  mend(): Promise<void>
  /** When somebody last asked or connected, by `performance.now()`. */
  lastAsked(): number
  save(): SavedSite
  load(saved: SavedSite): Promise<void>
  close(): Promise<void>
}

export interface SavedSite {
  readonly machines: readonly Machine[]
  readonly fakes: readonly (readonly [number, FakeMachine])[]
}

interface Connection {
  readonly id: number
  readonly colour: Colour
  readonly end: () => void
}

export const createSite = (): Site => {
  const fakes = new Map<number, FakeMachine>()
  const machines = new Map<number, Machine>()
  const doors = new Map<number, Map<number, Door>>()
  const connections = new Set<Connection>()
  const settling = new Map<number, Promise<void>>()
  let lastAsked = 0

  const isRunning = (id: number): boolean => fakes.get(id)?.state === 'running'
  const nameserverAt = (upstream: string | null): Machine | undefined =>
    [...machines.values()].find(
      ({ id, nameserver }) =>
        nameserver && isRunning(id) && fakes.get(id)?.nics.some(({ address }) => address === upstream),
    )

  /** A nameserver as it is asked directly or by an lb. */
  const authorityOf = (machine: Machine | undefined): Answerer | undefined => {
    const { nameserver, faults } = machine ?? {}
    if (!nameserver || faults?.isStopped) return undefined
    const answer = createAuthority({ zones: () => nameserver.zones, identity: nameserver.identity })
    return spoiled(answer, 53, faults ?? {})
  }

  const answererAt = (id: number, port: number, kept?: Colour): Answerer | undefined => {
    lastAsked = performance.now()
    const machine = machines.get(id)
    const { lb, faults = {} } = machine ?? {}
    if (!lb) return authorityOf(machine)
    const colour = kept ?? colourAt(lb, port)
    const answer = colour && lb.colours[colour].running && authorityOf(nameserverAt(lb.colours[colour].upstream))
    return answer ? spoiled(answer, port, faults) : undefined
  }

  /** A connection stays with the instance that it began with. */
  const connect = (id: number, port: number, end: () => void): Answerer | undefined => {
    const lb = machines.get(id)?.lb
    const colour = lb && colourAt(lb, port)
    if (!answererAt(id, port)) return undefined
    if (colour) connections.add({ id, colour, end })
    return (asked, transport) => answererAt(id, port, colour)?.(asked, transport) ?? null
  }

  const portsOf = (machine: Machine): readonly number[] => {
    if (!isRunning(machine.id)) return []
    const ssh = machine.faults.isUnreachable ? [] : [22]
    const dns = machine.lb ? lbPorts(machine.lb) : machine.nameserver ? [53] : []
    return [...ssh, ...dns.filter((port) => port !== 53 || !machine.faults.isStopped)]
  }

  const openDoor = ({ id, ipv4: address }: Machine, port: number): Promise<Door> =>
    port === 22
      ? openTcpDoor({ address, port, serve: greet })
      : openDnsDoor({
          address,
          port,
          answerer: (transport, end) => (transport === 'tcp' ? connect(id, port, end) : answererAt(id, port)),
        })

  /** One after the other: what is being opened must not be opened twice. */
  const settle = (id: number): Promise<void> => {
    const settled = (settling.get(id) ?? Promise.resolve()).then(() => settleNow(id))
    settling.set(id, settled)
    return settled
  }

  const settleNow = async (id: number): Promise<void> => {
    const machine = machines.get(id)
    const wanted = machine ? portsOf(machine) : []
    const open = doors.get(id) ?? new Map<number, Door>()
    doors.set(id, open)
    const closing = [...open].filter(([port]) => !wanted.includes(port))
    for (const [port] of closing) open.delete(port)
    await Promise.all(closing.map(([, door]) => door.close()))
    if (!machine) return
    await Promise.all(
      wanted.filter((port) => !open.has(port)).map(async (port) => open.set(port, await openDoor(machine, port))),
    )
  }

  const change: Site['change'] = async (id, to) => {
    const machine = machines.get(id)
    if (!machine) throw new Error(`there is no machine ${id}`)
    machines.set(id, { ...machine, ...to })
    await settle(id)
  }

  const fake = createFakeMachines(fakes)
  const thenSettle =
    <Args extends readonly [number, ...unknown[]]>(verb: (...args: Args) => Promise<void>) =>
    async (...args: Args): Promise<void> => {
      await verb(...args)
      await settle(args[0])
    }
  const backend: Machines = {
    ...fake,
    create: async (spec) => {
      await fake.create(spec)
      if (!machines.has(spec.id)) machines.set(spec.id, newMachine(spec))
    },
    start: thenSettle(fake.start),
    stop: thenSettle(fake.stop),
    shutdown: thenSettle(fake.shutdown),
    destroy: thenSettle(async (id) => {
      await fake.destroy(id)
      machines.delete(id)
    }),
  }

  const clear = async (): Promise<void> => {
    const ids = [...machines.keys()]
    machines.clear()
    fakes.clear()
    connections.clear()
    await Promise.all(ids.map(settle))
  }

  return {
    backend,
    find: (id) => machines.get(id),
    findByAddress: (ipv4) => [...machines.values()].find((machine) => machine.ipv4 === ipv4),
    change,
    lastAsked: () => lastAsked,
    mend: async () => void (await Promise.all([...machines.keys()].map((id) => change(id, { faults: {} })))),
    lbEffects: (id) => ({
      answers: (upstream) => nameserverAt(upstream) !== undefined,
      stopped: (colour) => {
        for (const connection of connections) {
          if (connection.id !== id || connection.colour !== colour) continue
          connections.delete(connection)
          connection.end()
        }
      },
    }),
    save: () => ({
      machines: [...machines.values()].map(copyOf),
      fakes: [...fakes].map(([id, one]) => [id, { ...one }]),
    }),
    load: async (saved) => {
      await clear()
      for (const machine of saved.machines) machines.set(machine.id, copyOf(machine))
      for (const [id, one] of saved.fakes) fakes.set(id, { ...one })
      await Promise.all(saved.machines.map(({ id }) => settle(id)))
    },
    close: clear,
  }
}

const lbPorts = ({ active, colours }: LbState): readonly number[] => [
  ...(active ? [53] : []),
  ...(['blue', 'green'] as const).flatMap((colour) => (colours[colour].running ? [previews[colour]] : [])),
]

const colourAt = ({ active }: { readonly active: Colour | null }, port: number): Colour | undefined =>
  port === 53 ? (active ?? undefined) : port === previews.blue ? 'blue' : 'green'

/** What is open on port 22 for whoever looks; commands go another way. */
const greet = (socket: Socket): void => void socket.end('SSH-2.0-OpenSSH_9.2p1\r\n')

const newMachine = ({ id, publicIpv4, userData }: FakeMachine['spec']): Machine => ({
  id,
  ipv4: publicIpv4 ?? '',
  hostKey: rawHostKey(/"ed25519_public": "([^"]+)"/.exec(userData)?.[1] ?? ''),
  nextHostKey: undefined,
  nameserver: undefined,
  lb: undefined,
  faults: {},
})

/** Zones are never changed, so they are shared; what dns-lb remembers is changed in place. */
const copyOf = (machine: Machine): Machine => ({
  ...machine,
  faults: {},
  lb: machine.lb && structuredClone(machine.lb),
})
