/** What the records of one owner and type share, and their data: in the one form in which they are compared. */
interface Records {
  /** Seconds. */
  readonly ttl: number
  readonly rdata: readonly string[]
}

/** An RRset that comes (no `before`), goes (no `after`), or has other data or another TTL. */
export interface RRsetChange {
  /** Canonical. */
  readonly name: string
  readonly type: string
  readonly before?: Records
  readonly after?: Records
}

/** Names that a wildcard begins to answer for. */
export interface Covering {
  /** Canonical: `*.dev.example.test.` */
  readonly wildcard: string
  /** The types that it answers with. */
  readonly types: readonly string[]
  /** It was not there: names without records begin to be answered. */
  readonly isNew: boolean
  /** The wildcard that answered for these names until now; undefined where they were denied (NXDOMAIN). */
  readonly instead?: string
  /** Names with records that go: it answers for them from then on. Canonical. */
  readonly names: readonly string[]
}

/** How a zone differs from one generation to another. */
export interface ZoneChange {
  /** `example.test` */
  readonly zone: string
  readonly kind: 'comes' | 'goes' | 'changes'
  /** How many RRsets it had. */
  readonly had: number
  /** Those that differ, in canonical order of names (RFC 4034 §6.1). The serial is that of no generation: 0, as in a zone file. */
  readonly rrsets: readonly RRsetChange[]
  readonly covered: readonly Covering[]
}

/** What clients get from one generation, beside what they would get from another. */
export interface ObservedChange {
  /** The generation that serves. */
  readonly from: number
  /** A generation that has been made, or the zone files at hand. */
  readonly to: number | 'files'
  readonly zones: readonly ZoneChange[]
  /** Names of the zones that come or stay, canonical. */
  readonly coming: readonly string[]
}

/** Why such a comparison could not be made. */
export interface UnknownChange extends Pick<ObservedChange, 'from' | 'to'> {
  /** The end of a sentence: `ns1: no SSH connection`. */
  readonly fault: string
}
