import type { RRset } from './rrset.ts'

/** The finished artefact of one zone: the same bytes go to every nameserver and the same RRsets to every check. */
export interface Zone {
  /** `example.test.` */
  readonly origin: string
  readonly serial: number
  /** The complete master file, one record a line. */
  readonly text: string
  readonly rrsets: readonly RRset[]
}
