import { addressOctets } from '../../ip.ts'
import { encodeName } from '../wire/encode-name.ts'

type Writer = (word: string) => Buffer

const unsigned =
  (octets: number): Writer =>
  (word) => {
    const written = Buffer.alloc(octets)
    written.writeUIntBE(Number(word), 0, octets)
    return written
  }

const hex: Writer = (word) => Buffer.from(word, 'hex')

/** Without quotes and escapes. */
const octetsIn = (word: string): Buffer =>
  Buffer.from(
    word
      .replace(/^"(.*)"$/s, '$1')
      .replace(/\\(\d{3})|\\(.)/g, (_all, decimal: string | undefined, one: string) =>
        decimal === undefined ? one : String.fromCharCode(Number(decimal)),
      ),
    'latin1',
  )

const characterString: Writer = (word) => {
  const octets = octetsIn(word)
  return Buffer.concat([Buffer.from([octets.length]), octets])
}

const u8 = unsigned(1)
const u16 = unsigned(2)
const u32 = unsigned(4)

/** The forms that `presentRdata` writes, with names in lower case already; the last one is for all further words too. */
const layouts: Readonly<Record<string, readonly Writer[]>> = {
  A: [addressOctets],
  AAAA: [addressOctets],
  NS: [encodeName],
  CNAME: [encodeName],
  DNAME: [encodeName],
  PTR: [encodeName],
  MX: [u16, encodeName],
  SRV: [u16, u16, u16, encodeName],
  SOA: [encodeName, encodeName, u32],
  TXT: [characterString],
  SPF: [characterString],
  CAA: [u8, characterString, octetsIn],
  NAPTR: [u16, u16, characterString, characterString, characterString, encodeName],
  DS: [u16, u8, u8, hex],
  TLSA: [u8, u8, u8, hex],
  SSHFP: [u8, u8, hex],
}

const words = (text: string): readonly string[] => text.match(/"(?:[^"\\]|\\.)*"|(?:[^\s\\]|\\.)+/gs) ?? []

/**
 * The octets of a record's data as they were signed (RFC 4034 §6.2): uncompressed, names in lower case where they count as such.
 * @param text as `presentRdata` writes it.
 */
export const canonicalRdata = (type: string, text: string): Buffer => {
  const layout = layouts[type]
  const [first, , ...rest] = words(text)
  if (first === '\\#' || !layout) return Buffer.from(rest.join(''), 'hex')
  return Buffer.concat(words(text).map((word, at) => (layout[at] ?? layout.at(-1) ?? hex)(word)))
}
