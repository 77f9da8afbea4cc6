import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../lib/errors.ts'
import { removeCgroup } from '../host/cgroup.ts'
import { readRecord, writeRecord, writeWhole } from '../host/record.ts'
import type { TwinLayout } from '../layout.ts'
import { mountDisk, unmountDisk } from './disk.ts'
import { clearFirewall, firewallText, loadFirewall } from './firewall.ts'
import { type Machine, machinesDirectory, placesOf } from './machine.ts'
import { plugMachine, unplugMachine } from './network.ts'

export const findMachine = (layout: TwinLayout, id: number): Promise<Machine | undefined> =>
  readRecord<Machine>(placesOf(layout, id).record)

export const getMachine = async (layout: TwinLayout, id: number): Promise<Machine> => {
  const machine = await findMachine(layout, id)
  if (machine === undefined) throw new InfraError(`There is no machine ${id} in ${machinesDirectory(layout)}`)
  return machine
}

/** Keeps the machine and, beside it, the scripts its supervisor lays disk and network with at the next boot. */
export const saveMachine = async (layout: TwinLayout, machine: Machine): Promise<void> => {
  const places = placesOf(layout, machine.spec.id)
  await mkdir(places.directory, { recursive: true, mode: 0o700 })
  await writeWhole(places.firewall, firewallText(machine.spec.id, machine.rules))
  await writeWhole(places.plug, plugText(layout, machine))
  await writeWhole(places.unplug, unplugText(layout, machine.spec.id))
  await writeRecord(places.record, machine)
}

const plugText = (layout: TwinLayout, machine: Machine): string => {
  const places = placesOf(layout, machine.spec.id)
  return `${[mountDisk(places, machine), plugMachine(layout, machine), loadFirewall(layout, places.firewall)].join('\n')}\n`
}

/** Takes away all a boot laid; needs no record, so that it also clears up after a crash. */
export const unplugText = (layout: TwinLayout, id: number): string => {
  const places = placesOf(layout, id)
  return `${[unplugMachine(layout, id), clearFirewall(layout, id), unmountDisk(places), removeCgroup(places.name)].join('\n')}\n`
}

/** Ids with a directory, complete or not. */
export const storedIds = async (layout: TwinLayout): Promise<readonly number[]> =>
  (await readdir(path.resolve(machinesDirectory(layout))).catch(() => []))
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
