import type { MachineState } from '../backend.ts'

/**
 * What makes and runs virtual machines: each with two network cards on the bridges of `lansOf`, reachable for commands as root.
 * It knows nothing of addresses; `virtual.ts` does the rest of what the emulated cloud asks for. Like `Machines`, it keeps
 * nothing in memory, every verb is idempotent, and different machines may be asked for at once.
 */
export interface Hypervisor {
  readonly kind: 'vagrant' | 'multipass'
  /** Makes or fetches what machines are made of, so that the first of them need not. Returns its name. */
  prepare(report: (text: string) => void): Promise<string>
  /** Makes the machine if it is absent, also after a crash half-way, boots it if it is off, and resolves when `run` works. */
  start(machine: VirtualMachine): Promise<void>
  /** Asks the system inside to power off; false if it has not after `timeoutMs`. */
  shutdown(id: number, options: { readonly timeoutMs: number }): Promise<boolean>
  /** Cuts the power. */
  stop(id: number): Promise<void>
  /** Removes machine and disk, complete or not. */
  destroy(id: number): Promise<void>
  state(id: number): Promise<MachineState>
  /** Every machine of this twin that the hypervisor knows or that has files left, also if our own records are lost. */
  list(): Promise<readonly number[]>
  /**
   * Runs shell text as root inside and returns its standard output.
   * @throws InfraError with what it said on standard error
   */
  run(id: number, text: string): Promise<string>
  /** After the last machine: ends and removes what all of them used. */
  close(): Promise<void>
}

export interface VirtualMachine {
  readonly id: number
  /** Its name for the hypervisor, unique on this computer. */
  readonly name: string
  readonly publicMac: string
  readonly privateMac: string
}
