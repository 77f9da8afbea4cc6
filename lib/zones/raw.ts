import { canonicalName, readName } from '../dns/wire/name.ts'
import { presentRdata } from '../dns/wire/rdata.ts'
import { typeName } from '../dns/wire/record-types.ts'
import { InfraError } from '../errors.ts'
import type { RRset } from './rrset.ts'

// BIND 9, lib/dns/include/dns/masterdump.h and lib/dns/masterdump.c (dump_rdataset_raw), all integers big-endian.
const rawFormat = 2
const rawVersion = 1
const headerOctets = 24
const rdatasetOctets = 20

const verifyHeader = (raw: Buffer): void => {
  const known = raw.length >= headerOctets && raw.readUInt32BE(0) === rawFormat && raw.readUInt32BE(4) === rawVersion
  if (known) return
  throw new InfraError('named-compilezone wrote a raw format that is not version 1', {
    hint: 'Use the named-compilezone of BIND 9.18 or newer (package bind9-utils).',
    exitCode: 2,
  })
}

/**
 * Reads what `named-compilezone -F raw=1` writes: per RRset its total length, class, type, covered type, TTL, number of
 * records, owner, and each record's data as on the wire, uncompressed. Answers are compared with exactly these octets, so no
 * parser of ours stands between a zone file and what its server must say.
 * @throws InfraError for a format of another version.
 */
export const readRawZone = (raw: Buffer): RRset[] => {
  verifyHeader(raw)
  const rrsets: RRset[] = []
  for (let at = headerOctets; at < raw.length; at += raw.readUInt32BE(at)) rrsets.push(readRdataset(raw, at))
  return rrsets
}

const readRdataset = (raw: Buffer, offset: number): RRset => {
  const type = raw.readUInt16BE(offset + 6)
  const nameOctets = raw.readUInt16BE(offset + rdatasetOctets - 2)
  const { name } = readName(raw, offset + rdatasetOctets)
  const rdata: string[] = []
  let octets = 0
  let at = offset + rdatasetOctets + nameOctets
  for (let count = raw.readUInt32BE(offset + 14); count > 0; count--) {
    const end = at + 2 + raw.readUInt16BE(at)
    rdata.push(presentRdata(raw, at + 2, end, type))
    octets += end - at - 2
    at = end
  }
  return {
    name: canonicalName(name),
    type: typeName(type),
    ttl: raw.readUInt32BE(offset + 10),
    rdata: rdata.sort(),
    octets,
  }
}
