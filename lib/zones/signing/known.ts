import { createHash } from 'node:crypto'
import { presentRdata } from '../../dns/wire/rdata.ts'
import { typeNumber } from '../../dns/wire/record-types.ts'
import type { RRset } from '../rrset.ts'
import type { Zone } from '../zone.ts'
import type { ZoneKey } from './zone-key.ts'

/** Says of zones that are not signed yet which keys will sign them: so that they can be compared with what is, for which no private key is needed. */
export const withKeys = (zones: readonly Zone[], keys: readonly ZoneKey[]): readonly Zone[] =>
  keys.length === 0
    ? zones
    : zones.map((zone) => {
        const own = keys.filter(({ origin }) => origin === zone.origin)
        if (own.length === 0) return zone
        return { ...zone, signing: { published: rrsetOf(own), signers: tagsOf(own), expires: undefined } }
      })

/** Its DNSKEY record, as `rdata` of an RRset. */
export const dnskeyOf = ({ rdata }: Pick<ZoneKey, 'rdata'>): string =>
  presentRdata(rdata, 0, rdata.length, typeNumber('DNSKEY'))

/** How long caches hold the key set: it has one TTL, however many keys there are. */
export const keyTtlOf = (keys: readonly ZoneKey[]): number => Math.max(...keys.map(({ ttlSeconds }) => ttlSeconds))

const tagsOf = (keys: readonly ZoneKey[]): readonly number[] => keys.map(({ tag }) => tag).sort((a, b) => a - b)

/** Its records in canonical order (RFC 4034 §6.3). */
const rrsetOf = (keys: readonly ZoneKey[]): RRset => ({
  name: keys[0]?.origin ?? '',
  type: 'DNSKEY',
  ttl: keyTtlOf(keys),
  rdata: keys.map(dnskeyOf).sort(),
  octets: keys.reduce((sum, { rdata }) => sum + rdata.length, 0),
})

const nameLength = 12

/** How a label names the DS record of a key. @param dnskey `rdata` of its DNSKEY record. */
export const dsNameOf = (origin: string, dnskey: string): string =>
  createHash('sha256').update(`${origin} ${dnskey}`).digest('hex').slice(0, nameLength)
