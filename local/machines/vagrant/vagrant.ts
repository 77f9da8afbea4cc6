import { mkdir, readdir, rm } from 'node:fs/promises'
import { type Clock, systemClock } from '../../../lib/clock.ts'
import { InfraError } from '../../../lib/errors.ts'
import { exists } from '../../host/exists.ts'
import { writeWhole } from '../../host/record.ts'
import { runOrFail } from '../../host/run.ts'
import { createTurns } from '../../host/turns.ts'
import type { TwinLayout } from '../../layout.ts'
import { orderedIds } from '../machine.ts'
import { askUntilOff } from '../power.ts'
import { waitUntilBooted } from '../virtual/booted.ts'
import type { Hypervisor, VirtualMachine } from '../virtual/hypervisor.ts'
import { clearMachine, closePlaces, makeMachine } from './command.ts'
import type { Box } from './driver.ts'
import { createLibvirtDriver } from './libvirt.ts'
import { createLxcDriver } from './lxc.ts'
import { type VagrantPlaces, vagrantFiles, vagrantPlaces } from './places.ts'
import type { VagrantProvider } from './programs.ts'

export interface VagrantOptions {
  readonly layout: TwinLayout
  readonly provider: VagrantProvider
  /** `NAME` or `NAME@VERSION` of a box instead of one made of our own image; for libvirt with QEMU's guest agent in it. */
  readonly box?: string
  readonly clock?: Clock
}

/**
 * Machines that Vagrant makes and removes, each with a Vagrantfile of its own so that one never waits for another. Between its
 * birth and its end a machine is booted and stopped with the provider's own tools: Vagrant takes seconds for that.
 * The twin's namespace must be there, with the bridges of `lansOf` in it, before a machine is started.
 */
export const createVagrant = ({ layout, provider, box, clock = systemClock }: VagrantOptions): Hypervisor => {
  const inTurn = createTurns()
  const places = vagrantPlaces(layout, provider)
  const driver = drivers[provider]({ layout, places, clock, box: box === undefined ? undefined : boxOf(box) })

  const start = async (machine: VirtualMachine): Promise<void> => {
    const files = vagrantFiles(places, machine.id)
    await begin(places, machine.id)
    await driver.prepare()
    if (!(await exists(files.made))) {
      await clearMachine(driver, machine.id)
      await writeWhole(files.vagrantfile, await driver.vagrantfile(machine))
      await makeMachine(driver, machine.id)
    } else if (!(await driver.isRunning(machine.id))) {
      await driver.powerOn(machine.id)
    }
    await waitUntilBooted(machine.id, { run: driver.run, clock, everyMs: 200 })
  }

  const shutdown = (id: number, timeoutMs: number): Promise<boolean> =>
    askUntilOff(
      {
        isRunning: () => driver.isRunning(id),
        ask: () => driver.askToPowerOff(id),
        askAgainMs: 5000,
        everyMs: 100,
      },
      { clock, timeoutMs },
    )

  const list = async (): Promise<readonly number[]> => {
    const directories = (await readdir(places.machines).catch(() => [])).map(Number)
    return orderedIds([...directories, ...(await driver.findIds())].filter(Number.isInteger))
  }

  const destroy = async (id: number): Promise<void> => {
    if (!(await list()).includes(id)) return
    await mkdir(vagrantFiles(places, id).directory, { recursive: true, mode: 0o700 })
    // without the twin's namespace nothing runs that would have to be asked
    await driver.prepare().catch(() => {})
    await clearMachine(driver, id)
    await rm(vagrantFiles(places, id).directory, { recursive: true, force: true })
  }

  return {
    kind: 'vagrant',
    prepare: async (report) => {
      await mkdir(places.directory, { recursive: true, mode: 0o700 })
      await driver.prepare()
      return (await driver.prepareBox(report)).name
    },
    start: (machine) => inTurn(machine.id, () => start(machine)),
    shutdown: (id, { timeoutMs }) => inTurn(id, () => shutdown(id, timeoutMs)),
    stop: (id) => inTurn(id, () => driver.cutPower(id)),
    destroy: (id) => inTurn(id, () => destroy(id)),
    state: async (id) => {
      if (await driver.isRunning(id)) return 'running'
      return (await exists(vagrantFiles(places, id).made)) ? 'off' : 'absent'
    },
    list,
    run: (id, text) => driver.run(id, text),
    close: () => closePlaces(places),
  }
}

/** @throws InfraError (2) for anything but a name of a box */
const boxOf = (box: string): Box => {
  const [, name = '', version] = /^([\w.-]+(?:\/[\w.-]+)?)(?:@([\w.-]+))?$/.exec(box) ?? []
  if (name === '') {
    throw new InfraError(`"${box}" cannot be a box of Vagrant`, {
      hint: 'Give NAME or NAME@VERSION, such as debian/bookworm64.',
      exitCode: 2,
    })
  }
  return version === undefined ? { name } : { name, version }
}

const drivers = { lxc: createLxcDriver, libvirt: createLibvirtDriver } satisfies Record<VagrantProvider, unknown>

/** Resolves when a Vagrant has ended that an earlier process left. */
const begin = async (places: VagrantPlaces, id: number): Promise<void> => {
  const files = vagrantFiles(places, id)
  await mkdir(files.directory, { recursive: true, mode: 0o700 })
  await runOrFail(['flock', files.lock, 'true'])
}
