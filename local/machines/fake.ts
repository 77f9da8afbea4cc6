import type { FilterRule, MachineSpec, MachineState, Machines, PrivateNic } from './backend.ts'

export interface FakeMachine {
  readonly spec: MachineSpec
  state: Exclude<MachineState, 'absent'>
  nics: readonly PrivateNic[]
  rules: readonly FilterRule[] | null
  routed: readonly string[]
  password: string | null
}

/**
 * No machines at all: remembers what it was asked for, for tests of the API alone.
 * @param machines where it remembers, so that a test can look and another cloud can find them again
 */
export const createFakeMachines = (machines: Map<number, FakeMachine> = new Map()): Machines => {
  const snapshots = new Set<string>()
  const get = (id: number): FakeMachine => {
    const machine = machines.get(id)
    if (!machine) throw new Error(`there is no machine ${id}`)
    return machine
  }
  const change = async (id: number, to: Partial<FakeMachine>): Promise<void> => void Object.assign(get(id), to)
  const nicsBut = (id: number, networkId: number): readonly PrivateNic[] =>
    get(id).nics.filter((nic) => nic.networkId !== networkId)
  return {
    kind: 'fake',
    create: async (spec) => {
      if (spec.image.startsWith('snapshot-') && !snapshots.has(spec.image))
        throw new Error(`there is no image ${spec.image}`)
      if (machines.has(spec.id)) return
      machines.set(spec.id, { spec, state: 'off', nics: [], rules: null, routed: [], password: null })
    },
    start: async (id) => change(id, { state: 'running' }),
    shutdown: async (id) => change(id, { state: 'off' }),
    stop: async (id) => {
      if (machines.has(id)) await change(id, { state: 'off' })
    },
    destroy: async (id) => void machines.delete(id),
    state: async (id) => machines.get(id)?.state ?? 'absent',
    list: async () => [...machines.keys()],
    attach: async (id, nic) => change(id, { nics: [...nicsBut(id, nic.networkId), nic] }),
    detach: async (id, networkId) => change(id, { nics: nicsBut(id, networkId) }),
    filter: async (id, rules) => change(id, { rules }),
    route: async (id, addresses) => change(id, { routed: addresses }),
    snapshot: async (id, image) => {
      get(id)
      snapshots.add(image)
      return { bytes: 1_000_000_000 }
    },
    removeSnapshot: async (image) => void snapshots.delete(image),
    setRootPassword: async (id, password) => change(id, { password }),
    close: async () => {},
  }
}
