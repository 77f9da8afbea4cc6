import { canonicalName } from '../../dns/wire/name.ts'
import type { Scene } from './scene.ts'

/** Where a host name has to lead: as our zones say, or as the cloud does for one of ours that lies elsewhere. Undefined for a stranger's. */
export const addressesOfHost = ({ leading = [], hosts }: Scene, name: string): readonly string[] | undefined => {
  const inZones = leading
    .flatMap(({ rrsets }) => rrsets)
    .filter((rrset) => rrset.name === name && (rrset.type === 'A' || rrset.type === 'AAAA'))
    .flatMap(({ rdata }) => rdata)
  if (inZones.length > 0) return inZones
  const host = hosts.find(({ hostname }) => canonicalName(hostname) === name)
  return host && [host.ipv4, ...(host.ipv6 === null ? [] : [host.ipv6])]
}
