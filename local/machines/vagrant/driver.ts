import type { Clock } from '../../../lib/clock.ts'
import type { TwinLayout } from '../../layout.ts'
import type { VirtualMachine } from '../virtual/hypervisor.ts'
import type { VagrantPlaces } from './places.ts'
import type { VagrantProvider } from './programs.ts'
import type { SandboxOptions } from './sandbox.ts'

/** A box of Vagrant: one of ours, or one the user named. */
export interface Box {
  readonly name: string
  readonly version?: string
}

export interface DriverOptions {
  readonly layout: TwinLayout
  readonly places: VagrantPlaces
  /** The user's choice instead of a box of our own. */
  readonly box: Box | undefined
  readonly clock: Clock
}

/** What Vagrant itself cannot do, or only slowly, with the machines of one provider. */
export interface Driver {
  readonly provider: VagrantProvider
  readonly sandbox: SandboxOptions
  /** Makes ready what all machines use, such as settings and a daemon. Called before anything is done with one. */
  prepare(): Promise<void>
  /** Makes or fetches the box unless it is there. */
  prepareBox(report?: (text: string) => void): Promise<Box>
  /** The text of a machine's Vagrantfile, whose box is there then. */
  vagrantfile(machine: VirtualMachine): Promise<string>
  isRunning(id: number): Promise<boolean>
  /** Boots a machine that has been made and is off. */
  powerOn(id: number): Promise<void>
  /** Asks the system inside to power off, and does not wait. */
  askToPowerOff(id: number): Promise<void>
  cutPower(id: number): Promise<void>
  /** Removes what is left of a machine that is off after `vagrant destroy`, or without it. */
  sweep(id: number): Promise<void>
  /** Ids of machines that have anything left besides the directory with the Vagrantfile. */
  findIds(): Promise<readonly number[]>
  /** @throws InfraError with what it said on standard error */
  run(id: number, text: string): Promise<string>
}
