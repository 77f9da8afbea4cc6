import type { Answerer } from './authority-server.ts'
import type { LbState } from './dns-lb.ts'
import type { ZoneData } from './zone-data.ts'

/** What goes wrong on a machine. */
export interface MachineFaults {
  /** Nobody can connect to it by SSH. */
  isUnreachable?: boolean
  /** Nobody listens on its port 53. */
  isStopped?: boolean
  /** From where an operator seems to come; default an address that `operatorNetworks` has. */
  seesUsAt?: string
  /** Of every SSH command. */
  slowMs?: number
  /** The command that begins so fails with this text, the next time. */
  refusals?: ReadonlyMap<string, string>
  /** What becomes of its answers, by the port that was asked. */
  spoil?: (asked: Buffer, answer: Buffer, port: number) => Buffer | null
}

interface NameserverState {
  readonly identity: string
  readonly zones: readonly ZoneData[]
  /** The master files that it was given, by origin. */
  readonly texts: ReadonlyMap<string, string>
}

/** What a machine remembers: plain data, so that a whole world can be put back to where it was. */
export interface Machine {
  readonly id: number
  readonly ipv4: string
  /** Raw ed25519 key, base64url: what its sshd shows. */
  readonly hostKey: string
  readonly nextHostKey: string | undefined
  readonly nameserver: NameserverState | undefined
  readonly lb: LbState | undefined
  readonly faults: MachineFaults
}

export const spoiled =
  (answer: Answerer, port: number, { spoil }: MachineFaults): Answerer =>
  (asked, transport) => {
    const answered = answer(asked, transport)
    return answered && spoil ? spoil(asked, answered, port) : answered
  }
