import type { RRset } from '../../zones/rrset.ts'

const headerOctets = 12
const questionTailOctets = 4
const recordOctets = 10
const pointerOctets = 2
// Root name, type, size, rcode and flags, length; then an NSID option of up to 64 octets.
const optOctets = 11 + 4 + 64

const nameOctets = (name: string): number => name.length + 1
const overhead = (name: string): number => headerOctets + nameOctets(name) + questionTailOctets

/** A message that carries these RRsets, to a question for this name, is never longer, whatever the server compresses. */
export const largestMessage = (name: string, rrsets: readonly RRset[]): number =>
  rrsets.reduce(
    (sum, rrset) => sum + rrset.rdata.length * (nameOctets(rrset.name) + recordOctets) + rrset.octets,
    overhead(name) + optOctets,
  )

/** An answer with this RRset is never longer. */
export const largestAnswer = (rrset: RRset): number => largestMessage(rrset.name, [rrset])

/** An answer with this RRset is never shorter, as text strings cannot be compressed; for TXT only. */
export const smallestTextAnswer = ({ name, rdata, octets }: RRset): number =>
  overhead(name) + rdata.length * (pointerOctets + recordOctets) + octets
