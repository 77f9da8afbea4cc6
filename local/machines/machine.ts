import path from 'node:path'
import type { TwinLayout } from '../layout.ts'
import type { FilterRule, MachineSpec, PrivateNic } from './backend.ts'

/** All that is known of a machine; kept as `machine.json` in its directory, from which disk and network can be laid again. */
export interface Machine {
  readonly spec: MachineSpec
  /** Directory of the image below the machine's own disk. */
  readonly base: string
  readonly nics: readonly PluggedNic[]
  readonly rules: readonly FilterRule[] | null
  readonly routed: readonly string[]
}

export interface PluggedNic extends PrivateNic {
  /** Its name inside the machine, as at Hetzner: `enp7s0` for the first, `enp8s0` for the second. */
  readonly device: string
}

/** Where a machine lives on this computer. */
export interface MachinePlaces {
  readonly directory: string
  /** What differs from the image, the scratch directory overlayfs needs beside it, and where both appear as one. */
  readonly upper: string
  readonly work: string
  readonly root: string
  readonly record: string
  /** Shell scripts that lay disk and network before a boot and take them away after it. */
  readonly plug: string
  readonly unplug: string
  readonly firewall: string
  readonly supervisorPid: string
  readonly nspawnPid: string
  readonly console: string
  /** Name of its network namespace, of its cgroups, and of the container. */
  readonly name: string
}

export const machinesDirectory = (layout: TwinLayout): string => path.join(layout.stateDir, 'machines')

export const snapshotsDirectory = (layout: TwinLayout): string => path.join(layout.stateDir, 'snapshots')

/** Held while namespaces are laid or taken away, by whoever does it: several machines share one namespace. */
export const networkLock = (layout: TwinLayout): string => path.join(layout.stateDir, 'network.lock')

/** What all names of a twin's machines begin with; a number follows. */
export const machinePrefix = (layout: TwinLayout): string => `${layout.namespace}-m`

export const machineName = (layout: TwinLayout, id: number): string => `${machinePrefix(layout)}${id}`

/** Ids of a twin's machines among names of containers, namespaces, files and the like, which may have an ending. */
export const idsAmong = (layout: TwinLayout, names: readonly string[]): readonly number[] => {
  const prefix = machinePrefix(layout)
  return names
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => /^\d+(?=$|\.)/.exec(name.slice(prefix.length))?.map(Number) ?? [])
}

/** In order, each once. */
export const orderedIds = (ids: readonly number[]): readonly number[] => [...new Set(ids)].sort((a, b) => a - b)

export const placesOf = (layout: TwinLayout, id: number): MachinePlaces => {
  const directory = path.join(machinesDirectory(layout), String(id))
  const at = (name: string): string => path.join(directory, name)
  return {
    directory,
    upper: at('upper'),
    work: at('work'),
    root: at('root'),
    record: at('machine.json'),
    plug: at('plug.sh'),
    unplug: at('unplug.sh'),
    firewall: at('firewall.nft'),
    supervisorPid: at('supervisor.pid'),
    nspawnPid: at('nspawn.pid'),
    console: at('console.log'),
    name: machineName(layout, id),
  }
}

/** The first name no other private NIC of the machine has. */
export const freeDevice = (nics: readonly PluggedNic[]): string => {
  const taken = new Set(nics.map((nic) => nic.device))
  let bus = 7
  while (taken.has(`enp${bus}s0`)) bus += 1
  return `enp${bus}s0`
}
