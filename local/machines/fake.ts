import type { MachineSpec, MachineState, Machines } from './backend.ts'

export interface FakeMachine {
  readonly spec: MachineSpec
  state: Exclude<MachineState, 'absent'>
}

/** No machines at all: remembers what it was asked for, for tests of the API alone. */
export const createFakeMachines = (machines: Map<number, FakeMachine> = new Map()): Machines => {
  const snapshots = new Set<string>()
  const get = (id: number): FakeMachine => {
    const machine = machines.get(id)
    if (!machine) throw new Error(`there is no machine ${id}`)
    return machine
  }
  const turn = (id: number, state: FakeMachine['state']): void => {
    get(id).state = state
  }
  return {
    kind: 'fake',
    create: async (spec) => {
      if (!machines.has(spec.id)) machines.set(spec.id, { spec, state: 'off' })
    },
    start: async (id) => turn(id, 'running'),
    shutdown: async (id) => turn(id, 'off'),
    stop: async (id) => {
      if (machines.has(id)) turn(id, 'off')
    },
    destroy: async (id) => void machines.delete(id),
    state: async (id) => machines.get(id)?.state ?? 'absent',
    list: async () => [...machines.keys()],
    attach: async (id) => void get(id),
    detach: async (id) => void get(id),
    filter: async (id) => void get(id),
    route: async (id) => void get(id),
    snapshot: async (id, image) => {
      get(id)
      snapshots.add(image)
      return { bytes: 1_000_000_000 }
    },
    removeSnapshot: async (image) => void snapshots.delete(image),
    setRootPassword: async (id) => void get(id),
  }
}
