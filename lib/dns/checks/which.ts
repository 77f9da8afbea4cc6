import type { Zone } from '../../zones/zone.ts'
import { canonicalName, parentOf } from '../wire/name.ts'
import type { Check } from './check.ts'

/**
 * The origin of the zone that a check is about, of these; undefined for one of the server as a whole. DS records are the parent's
 * (RFC 4035 §3.1.4.1). Upwards by labels, since there may be a thousand zones.
 */
export const zoneOfChecks = (zones: readonly Zone[]): ((check: Check) => string | undefined) => {
  const origins = new Set(zones.map(({ origin }) => origin))
  return ({ questions: [{ name, type }] }) => {
    const asked = canonicalName(name)
    for (let at = type === 'DS' ? parentOf(asked) : asked; ; at = parentOf(at)) {
      if (origins.has(at)) return at
      if (at === '.') return undefined
    }
  }
}
