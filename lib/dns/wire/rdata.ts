import { canonicalName, readName } from './name.ts'
import { typeNumber } from './record-types.ts'

interface Field {
  readonly text: string
  readonly end: number
}
type Reader = (message: Buffer, at: number, end: number) => Field

const unsigned =
  (octets: number): Reader =>
  (message, at) => ({ text: String(message.readUIntBE(at, octets)), end: at + octets })

const escapeText = (text: string): string =>
  text.replace(/["\\]|[^ -~]/g, (octet) =>
    octet === '"' || octet === '\\' ? `\\${octet}` : `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`,
  )

// Names are lower-cased inside the types of RFC 4034 §6.2, since a server may compress them to another's spelling.
const name: Reader = (message, at) => {
  const { name: text, end } = readName(message, at)
  return { text: canonicalName(text), end }
}

const ipv4: Reader = (message, at) => ({
  text: `${message[at]}.${message[at + 1]}.${message[at + 2]}.${message[at + 3]}`,
  end: at + 4,
})

/** RFC 5952 §4.2: the longest run of at least two zeros is left out, the first of equal ones. */
const ipv6: Reader = (message, at) => {
  const groups: number[] = []
  let [start, length, run] = [0, 1, 0]
  for (let i = 0; i < 8; i++) {
    const group = message.readUInt16BE(at + 2 * i)
    groups.push(group)
    run = group === 0 ? run + 1 : 0
    if (run > length) [start, length] = [i + 1 - run, run]
  }
  const write = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':')
  const text = length > 1 ? `${write(groups.slice(0, start))}::${write(groups.slice(start + length))}` : write(groups)
  return { text, end: at + 16 }
}

const characterString: Reader = (message, at) => {
  const end = at + 1 + message.readUInt8(at)
  return { text: `"${escapeText(message.toString('latin1', at + 1, end))}"`, end }
}

const tag: Reader = (message, at) => {
  const end = at + 1 + message.readUInt8(at)
  return { text: escapeText(message.toString('latin1', at + 1, end)).replaceAll(' ', '\\032'), end }
}

const restAsText: Reader = (message, at, end) => ({ text: `"${escapeText(message.toString('latin1', at, end))}"`, end })
const restAsHex: Reader = (message, at, end) => ({ text: message.toString('hex', at, end).toUpperCase(), end })

const u8 = unsigned(1)
const u16 = unsigned(2)
const u32 = unsigned(4)

/** A reader written last and marked `repeated` takes what is left, one string after the other. */
const layouts: Readonly<Record<string, { readonly fields: readonly Reader[]; readonly repeated?: boolean }>> = {
  A: { fields: [ipv4] },
  AAAA: { fields: [ipv6] },
  NS: { fields: [name] },
  CNAME: { fields: [name] },
  DNAME: { fields: [name] },
  PTR: { fields: [name] },
  MX: { fields: [u16, name] },
  SRV: { fields: [u16, u16, u16, name] },
  SOA: { fields: [name, name, u32, u32, u32, u32, u32] },
  TXT: { fields: [characterString], repeated: true },
  SPF: { fields: [characterString], repeated: true },
  CAA: { fields: [u8, tag, restAsText] },
  NAPTR: { fields: [u16, u16, characterString, characterString, characterString, name] },
  DS: { fields: [u16, u8, u8, restAsHex] },
  TLSA: { fields: [u8, u8, u8, restAsHex] },
  SSHFP: { fields: [u8, u8, restAsHex] },
}
const layoutByNumber = new Map(Object.entries(layouts).map(([type, layout]) => [typeNumber(type), layout]))

/** RFC 3597 §5: the presentation of data whose inner form is unknown, e.g. `\# 4 0A000001`. */
const generic = (message: Buffer, start: number, end: number): string =>
  end === start ? '\\# 0' : `\\# ${end - start} ${message.toString('hex', start, end).toUpperCase()}`

const readFields = (message: Buffer, start: number, end: number, type: number): Field | undefined => {
  const layout = layoutByNumber.get(type)
  if (layout === undefined) return undefined
  const { fields, repeated = false } = layout
  const texts: string[] = []
  let at = start
  for (let i = 0; i < fields.length || (repeated && at < end); i++) {
    const read = fields[i] ?? fields[fields.length - 1]
    const field = read ? read(message, at, end) : { text: '', end }
    texts.push(field.text)
    at = field.end
  }
  return { text: texts.join(' '), end: at }
}

/**
 * The data of one record as comparable text: equal texts mean equal data, letter case of embedded names aside. Types that
 * this module does not know are written octet by octet (RFC 3597), which compares just as exactly.
 * @param message the whole message: names inside the data may be compressed.
 * @throws Error when the data does not have the form of its type.
 */
export const presentRdata = (message: Buffer, start: number, end: number, type: number): string => {
  if (end > message.length) throw new Error(`record data at octet ${start} leaves the message`)
  const read = readFields(message, start, end, type)
  if (read === undefined) return generic(message, start, end)
  if (read.end !== end)
    throw new Error(`record data at octet ${start} has ${end - start} octets, ${read.end - start} used`)
  return read.text
}
