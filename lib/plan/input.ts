/** What is known before an operation looks at the world. */
export interface Situation {
  /** Unix time in seconds: the generation of what begins now. */
  readonly now: number
  readonly pairs: number
  /** Host names of the nameservers, whose glue points at the lb of each pair, in the order of the pairs. */
  readonly hostnames: readonly string[]
  /** What glue points at: the lbs' own addresses, or Floating IPs that are led from one lb to another. */
  readonly addresses: 'server' | 'floating'
  /** A program can tell the registrar of the config; else a person is told how, and waited for. */
  readonly hasRegistrar: boolean
  readonly guards: Guards
}

/** From where on so much of a zone goes that it is asked about: both have to be exceeded. */
export interface Guards {
  /** The share of its RRsets that go, from 0 to 1. */
  readonly lostShare: number
  /** How many RRsets go. */
  readonly lostRrsets: number
}

/** What planners are told besides the observation: each takes of it what it needs, and adds what it is asked for. */
export interface PlanInput extends Situation {
  /** Content hash of the zone files at hand; empty when they cannot be read. */
  readonly zones: string
  /** Names of their zones, canonical; none when they cannot be read. */
  readonly zoneNames: readonly string[]
}
