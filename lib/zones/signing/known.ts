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
        const key = keys.find(({ origin }) => origin === zone.origin)
        return key ? { ...zone, signing: { published: rrsetOf(key), signers: [key.tag], expires: undefined } } : zone
      })

/** Its DNSKEY record, as `rdata` of an RRset. */
export const dnskeyOf = ({ rdata }: Pick<ZoneKey, 'rdata'>): string =>
  presentRdata(rdata, 0, rdata.length, typeNumber('DNSKEY'))

const rrsetOf = ({ origin, ttlSeconds, rdata }: ZoneKey): RRset => ({
  name: origin,
  type: 'DNSKEY',
  ttl: ttlSeconds,
  rdata: [dnskeyOf({ rdata })],
  octets: rdata.length,
})
