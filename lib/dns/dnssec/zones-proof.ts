import { findZone } from '../../zones/authority.ts'
import type { Zone } from '../../zones/zone.ts'
import { canonicalName } from '../wire/name.ts'
import type { Question } from '../wire/question.ts'
import type { Answered } from '../wire/reply.ts'
import { type SignedZone, unprovenIn } from './judge.ts'

/** @param zones all that its servers have, of which another may be below it. @returns undefined when it is not signed. */
export const signedZoneOf = (zone: Zone, zones: readonly Zone[]): SignedZone | undefined =>
  zone.signing && {
    origin: zone.origin,
    published: zone.signing.published.rdata,
    isOurs: (name) => findZone(zones, name) === zone,
  }

/** What a validating resolver would not take from an answer of a server with these zones, as sentences; none for a zone that is not signed. */
export type Unproven = (question: Pick<Question, 'name' | 'type'>, reply: Answered, now: number) => readonly string[]

/** @param zones all that the server has. @returns undefined when none of them is signed. */
export const proofOf = (zones: readonly Zone[]): Unproven | undefined => {
  if (zones.every(({ signing }) => signing === undefined)) return undefined
  return ({ name, type }, reply, now) => {
    const asked = canonicalName(name)
    const zone = findZone(zones, asked)
    const signed = zone && signedZoneOf(zone, zones)
    return signed ? unprovenIn(reply, { name: asked, type }, signed, now) : []
  }
}

/** Whether a name is in a zone that is signed. */
export const isInSigned = (zones: readonly Zone[], name: string): boolean =>
  findZone(zones, canonicalName(name))?.signing !== undefined
