import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { canonicalName, readName } from '../../lib/dns/wire/name.ts'
import { typeNumber } from '../../lib/dns/wire/record-types.ts'
import { gateCommand } from '../../lib/zones/commands.ts'
import { runTool } from '../../lib/zones/tool.ts'

/** Records as they go on the wire. */
export interface RRsetData {
  /** Canonical. */
  readonly name: string
  /** The same, uncompressed. */
  readonly owner: Buffer
  readonly type: number
  /** Seconds. */
  readonly ttl: number
  readonly rdata: readonly Buffer[]
}

/** A zone as its server holds it. */
export interface ZoneData {
  /** Canonical. */
  readonly origin: string
  /** By name, then by type. */
  readonly nodes: ReadonlyMap<string, ReadonlyMap<number, RRsetData>>
  /** Every name that exists, those included that only have something below them. */
  readonly names: ReadonlySet<string>
}

/** `www.example.test.` → `example.test.`; dots inside labels are escaped. */
const parentOf = (name: string): string => name.replace(/^(\\\d{3}|\\.|[^.\\])*\./, '') || '.'

/** The name itself and its ancestors down from below the apex of a zone, the longest first. */
export const lineage = (name: string, origin: string): readonly string[] =>
  name === origin || name === '.' ? [] : [name, ...lineage(parentOf(name), origin)]

const zoneDataOf = (origin: string, rrsets: readonly RRsetData[]): ZoneData => {
  const nodes = new Map<string, Map<number, RRsetData>>()
  for (const rrset of rrsets) nodes.set(rrset.name, (nodes.get(rrset.name) ?? new Map()).set(rrset.type, rrset))
  const names = new Set([origin, ...[...nodes.keys()].flatMap((name) => lineage(name, origin))])
  return { origin, nodes, names }
}

/** Reads a finished master file with BIND's own parser. */
export const readZoneFile = async (origin: string, text: string): Promise<ZoneData> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zone-data-'))
  try {
    const file = path.join(folder, 'zone')
    await writeFile(file, text)
    const { ok, stdout, messages } = await runTool(gateCommand(origin, file), folder)
    if (!ok) throw new Error(`${origin} cannot be loaded: ${messages.join('; ')}`)
    return zoneDataOf(canonicalName(origin), readRaw(stdout))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** As lib/zones/raw.ts, but for the octets of the data themselves. */
const readRaw = (raw: Buffer): readonly RRsetData[] => {
  const rrsets: RRsetData[] = []
  for (let at = 24; at < raw.length; at += raw.readUInt32BE(at)) rrsets.push(readRdataset(raw, at))
  return rrsets
}

const readRdataset = (raw: Buffer, offset: number): RRsetData => {
  const ownerAt = offset + 20
  const ownerEnd = ownerAt + raw.readUInt16BE(offset + 18)
  const rdata: Buffer[] = []
  let at = ownerEnd
  for (let count = raw.readUInt32BE(offset + 14); count > 0; count--) {
    const end = at + 2 + raw.readUInt16BE(at)
    rdata.push(raw.subarray(at + 2, end))
    at = end
  }
  return {
    name: canonicalName(readName(raw, ownerAt).name),
    owner: raw.subarray(ownerAt, ownerEnd),
    type: raw.readUInt16BE(offset + 6),
    ttl: raw.readUInt32BE(offset + 10),
    rdata,
  }
}

/** One line of a zone that is made here: NS, A, DS and SOA, names absolute and without escapes. */
export interface PlainRecord {
  readonly name: string
  readonly ttl: number
  readonly type: 'NS' | 'A' | 'DS' | 'SOA'
  /** A name, an address, the octets in hexadecimal, or the serial. */
  readonly data: string
}

export const plainZone = (origin: string, records: readonly PlainRecord[]): ZoneData => {
  const groups = new Map<string, PlainRecord[]>()
  for (const record of records) {
    const key = `${record.name} ${record.type}`
    groups.set(key, [...(groups.get(key) ?? []), record])
  }
  return zoneDataOf(origin, [...groups.values()].flatMap(plainRrset))
}

const plainRrset = (records: readonly PlainRecord[]): readonly RRsetData[] => {
  const [first] = records
  if (!first) return []
  const { name, type, ttl } = first
  return [{ name, owner: wireName(name), type: typeNumber(type), ttl, rdata: records.map(plainRdata) }]
}

const plainRdata = ({ name, type, data }: PlainRecord): Buffer => {
  if (type === 'NS') return wireName(data)
  if (type === 'A') return Buffer.from(data.split('.').map(Number))
  if (type === 'DS') return Buffer.from(data, 'hex')
  const numbers = Buffer.alloc(20)
  for (const [index, number] of [Number(data), 3600, 600, 86_400, 2].entries()) numbers.writeUInt32BE(number, 4 * index)
  return Buffer.concat([wireName(name), wireName(name), numbers])
}

const wireName = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter((label) => label !== '')
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.alloc(1),
  ])
