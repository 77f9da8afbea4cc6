import { mkdir, readdir, rm } from 'node:fs/promises'
import { type Clock, systemClock, waitFor } from '../../../lib/clock.ts'
import { InfraError } from '../../../lib/errors.ts'
import type { TwinLayout } from '../../twin/layout.ts'
import type { Hypervisor, VirtualMachine } from '../hypervisor.ts'
import { runProgram } from '../process.ts'
import { writeWhole } from '../record.ts'
import { createTurns } from '../turns.ts'
import { clearMachine, closePlaces, exists, makeMachine } from './command.ts'
import type { Box, Driver } from './driver.ts'
import { createLibvirtDriver } from './libvirt.ts'
import { createLxcDriver } from './lxc.ts'
import { type VagrantPlaces, vagrantFiles, vagrantPlaces } from './places.ts'
import type { VagrantProvider } from './programs.ts'

export type { VagrantProvider }

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
    await waitUntilBooted(driver, machine.id, clock)
  }

  const shutdown = async (id: number, timeoutMs: number): Promise<boolean> => {
    const deadline = clock.now() + timeoutMs
    let askAt = clock.now()
    while (await driver.isRunning(id)) {
      if (clock.now() >= deadline) return false
      // a system that has just begun to boot does not hear it yet
      if (clock.now() >= askAt) {
        await driver.askToPowerOff(id)
        askAt = clock.now() + 5000
      }
      await clock.sleep(100)
    }
    return true
  }

  const list = async (): Promise<readonly number[]> => {
    const directories = (await readdir(places.machines).catch(() => [])).map(Number)
    const ids = [...directories, ...(await driver.findIds())].filter(Number.isInteger)
    return [...new Set(ids)].sort((a, b) => a - b)
  }

  const destroy = async (id: number): Promise<void> => {
    if (!(await list()).includes(id)) return
    await mkdir(vagrantFiles(places, id).directory, { recursive: true, mode: 0o700 })
    // without the twin's namespace nothing runs that would have to be asked
    await driver.prepare().catch(() => {})
    await clearMachine(driver, id)
    await rm(vagrantFiles(places, id).directory, { recursive: true, force: true })
    await closePlaces(places)
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

/** From here on nobody clears away what all machines use; and a Vagrant that an earlier process left has ended. */
const begin = async (places: VagrantPlaces, id: number): Promise<void> => {
  const { directory, lock } = places
  const files = vagrantFiles(places, id)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await runProgram('flock', ['--shared', lock, 'mkdir', '-p', files.directory])
  await runProgram('flock', [files.lock, 'true'])
}

const bootTimeoutMs = 600_000

/** Commands can be run early in a boot; then much of the system is still to come. */
const bootedText = '! command -v systemctl >/dev/null || systemctl is-active --quiet basic.target'

const waitUntilBooted = (driver: Driver, id: number, clock: Clock): Promise<true> =>
  waitFor(
    `machine ${id} has booted`,
    async () => {
      try {
        await driver.run(id, bootedText)
        return { done: true }
      } catch (error) {
        return { seen: error instanceof Error ? error.message : String(error) }
      }
    },
    { clock, everyMs: 200, timeoutMs: bootTimeoutMs },
  )
