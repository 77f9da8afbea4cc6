import type { Clock } from '../../lib/clock.ts'
import type { Fault } from '../host/fault.ts'
import type { Program } from '../host/programs.ts'
import type { TwinLayout } from '../layout.ts'
import type { Machines } from './backend.ts'

interface OpenOptions {
  readonly layout: TwinLayout
  /** One of the row's, for a backend that has several. */
  readonly provider: string | undefined
  /** Instead of ours: a box of Vagrant, `NAME` or `NAME@VERSION`, or an image of Multipass, a name, URL or file. */
  readonly box: string | undefined
  readonly clock: Clock
}

interface PrepareOptions {
  /** Makes the image anew although there is one. */
  readonly rebuild: boolean
  readonly report: (text: string) => void
}

export interface OpenBackend {
  readonly machines: Machines
  /**
   * Makes what machines are made of, which takes minutes the first time; the twin's network has to be there. Returns its name.
   * @throws InfraError (2) if a new image is asked for where there is none of ours
   */
  prepare(options: PrepareOptions): Promise<string>
}

/** All that the rest knows of a backend: what doctor, help, daemon and clean-up say and do follows from it. */
export interface BackendRow<Kind extends string = string, Provider extends string = string> {
  readonly kind: Kind
  /** What it can be used with, the best first; none where there is no choice. */
  readonly providers: readonly Provider[]
  /** For `local-up --help`. */
  readonly summary: string
  readonly takesBox: boolean
  /** It is content with the root of a space; others have daemons that look for the real one. */
  readonly worksInSpace: boolean
  /** Of the state directory of a twin, for what it keeps beside what all backends keep. */
  readonly folder: string | undefined
  /** What it needs on this computer. */
  programs(provider: string | undefined): readonly Program[]
  /** What else keeps it from working here. Changes nothing. */
  findFault(): Promise<Fault | undefined>
  /** Its code is loaded only now: help and completion need none of it. */
  open(options: OpenOptions): Promise<OpenBackend>
}
