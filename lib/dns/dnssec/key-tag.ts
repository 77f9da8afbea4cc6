/**
 * The number by which signatures and DS records name a key (RFC 4034 appendix B). Two keys may have the same.
 * @param rdata of the DNSKEY record, as on the wire.
 */
export const keyTagOf = (rdata: Buffer): number => {
  let sum = 0
  for (const [at, octet] of rdata.entries()) sum += at % 2 === 0 ? octet << 8 : octet
  return (sum + (sum >> 16)) & 0xffff
}
