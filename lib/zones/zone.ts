import type { RRset } from './rrset.ts'

/** The finished artefact of one zone: the same bytes go to every nameserver and the same RRsets to every check. */
export interface Zone {
  /** `example.test.` */
  readonly origin: string
  readonly serial: number
  /** The complete master file, one record a line. */
  readonly text: string
  /** Without what signing puts in: that is other octets each time, and proven instead of compared. */
  readonly rrsets: readonly RRset[]
  /** Not there for a zone that is not signed. */
  readonly signing?: ZoneSigning
}

/** What is to be known of the signatures of a zone. */
export interface ZoneSigning {
  /** Its DNSKEY records. */
  readonly published: RRset
  /** The tags of the keys that its signatures are by, rising. */
  readonly signers: readonly number[]
  /** The Unix time at which the first of its signatures ends; undefined for one that is signed only when it is deployed. */
  readonly expires: number | undefined
}
