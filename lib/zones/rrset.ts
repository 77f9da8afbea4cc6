/** Records of one owner and type: the unit that a server answers (RFC 2181 §5). */
export interface RRset {
  /** Canonical: lower case, absolute, with the trailing dot. */
  readonly name: string
  /** `MX`, or `TYPE65280` for a type without a mnemonic here. */
  readonly type: string
  readonly ttl: number
  /** Sorted; each in the form into which an answer's record is turned too (lib/dns/wire/rdata.ts). */
  readonly rdata: readonly string[]
  /** Sum of the data's octets on the wire, uncompressed: tells whether an answer fits into a datagram. */
  readonly octets: number
}
