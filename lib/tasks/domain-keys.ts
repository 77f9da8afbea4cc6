import { dsOf, keyOfDs } from '../dns/dnssec/ds.ts'
import { octetsOf } from '../dns/dnssec/octets.ts'
import type { DomainKey, Registrar } from '../registrar/driver.ts'
import { headOctets } from '../zones/signing/zone-key.ts'
import { isUnknownDomain } from './registration.ts'

/**
 * A key as registrars take it (RFC 4034 §2.1, §5.1).
 * @param dnskey `rdata` of its DNSKEY record.
 */
export const domainKeyOf = (zone: string, dnskey: string): DomainKey => {
  const octets = octetsOf(dnskey)
  const [tag, algorithm, digestType, digest = ''] = (dsOf(zone, dnskey) ?? '').split(' ')
  return {
    flags: octets.readUInt16BE(0),
    algorithm: Number(algorithm),
    publicKey: octets.subarray(headOctets).toString('base64'),
    tag: Number(tag),
    digestType: Number(digestType),
    digest,
  }
}

/** Of these keys, and of others by their DS records, those that the registrar has on record; undefined where nobody can ask it, or it does not hold the domain. */
export const findRegistered = async (
  registrar: Registrar,
  zone: string,
  dnskeys: readonly string[],
): Promise<readonly string[] | undefined> => {
  try {
    return (await registrar.readKeys(zone))?.map((ds) => keyOfDs(zone, ds, dnskeys))
  } catch (error) {
    if (isUnknownDomain(error)) return undefined
    throw error
  }
}

interface ByHand {
  readonly registrar: Registrar
  readonly zone: string
  /** The zone of ours above it, whose zone file has its DS record. */
  readonly above: string | undefined
  readonly key: string
  readonly isAdded: boolean
}

/** What somebody has to enter where no registrar can be told it from here. */
export const describeDsByHand = ({ registrar, zone, above, key, isAdded }: ByHand): readonly string[] => {
  if (above !== undefined) {
    const record = `${zone} 3600 DS ${dsOf(zone, key)}`
    return [
      `${isAdded ? 'Add to' : 'Remove from'} the zone file of ${above}, which delegates it, and deploy: ${record}`,
    ]
  }
  return registrar
    .keyInstructions(zone, { change: isAdded ? 'add' : 'remove', key: domainKeyOf(zone, key) })
    .split('\n')
}
