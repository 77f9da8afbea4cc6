import { typeName } from '../wire/record-types.ts'

/** The types in the bitmap of an NSEC or NSEC3 record (RFC 4034 §4.1.2). */
export const readTypeBitmap = (octets: Buffer): ReadonlySet<string> => {
  const types = new Set<string>()
  for (let at = 0; at + 2 <= octets.length; at += 2 + (octets[at + 1] ?? 0)) {
    const window = octets[at] ?? 0
    const bits = octets.subarray(at + 2, at + 2 + (octets[at + 1] ?? 0))
    for (const [index, octet] of bits.entries())
      for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >> bit)) types.add(typeName(window * 256 + index * 8 + bit))
  }
  return types
}
