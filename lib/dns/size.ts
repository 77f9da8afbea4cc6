import type { RRset } from '../zones/rrset.ts'

const headerOctets = 12
const questionTailOctets = 4
const recordOctets = 10
const pointerOctets = 2
// Root name, type, size, rcode and flags, length; then an NSID option of up to 64 octets.
const optOctets = 11 + 4 + 64

const nameOctets = (name: string): number => name.length + 1
const overhead = (name: string): number => headerOctets + nameOctets(name) + questionTailOctets

/** An answer with this RRset is never longer, whatever the server compresses. */
export const largestAnswer = ({ name, rdata, octets }: RRset): number =>
  overhead(name) + rdata.length * (nameOctets(name) + recordOctets) + octets + optOctets

/** An answer with this RRset is never shorter, as text strings cannot be compressed; for TXT only. */
export const smallestTextAnswer = ({ name, rdata, octets }: RRset): number =>
  overhead(name) + rdata.length * (pointerOctets + recordOctets) + octets
