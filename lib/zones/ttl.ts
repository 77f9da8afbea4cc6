import type { Zone } from './zone.ts'

/** How long caches may hold any record of these zones, their keys too, in seconds. Denials are held no longer than the SOA record (RFC 2308 §5). */
export const longestTtlOf = (zones: readonly Pick<Zone, 'rrsets' | 'signing'>[]): number =>
  zones.reduce(
    (longest, { rrsets, signing }) =>
      rrsets.reduce((one, { ttl }) => Math.max(one, ttl), Math.max(longest, signing?.published.ttl ?? 0)),
    0,
  )
