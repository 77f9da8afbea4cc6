import type { Guards } from './input.ts'
import { ownerIn } from './records.ts'
import type { Danger } from './types.ts'
import type { Covering, RRsetChange, ZoneChange } from './zone-change.ts'

/** As it is shown, asked about and refused. Pure. */
export const describeDanger = ({ zone, fact, effect }: Danger): string => `${zone} ${fact}; ${effect}.`

type Found = Pick<Danger, 'kind' | 'fact' | 'effect'>

type Rule = (change: ZoneChange, guards: Guards) => readonly Found[]

/**
 * What of a change is dangerous for clients, beside that a zone goes: each has to be agreed to. Pure.
 * @param guards from where on so much is lost that it may be a mistake.
 */
export const dangersOf = (change: ZoneChange, guards: Guards): readonly Found[] =>
  change.kind === 'changes' ? rules.flatMap((rule) => rule(change, guards)) : []

/** A text of a sentence has so many names at most: all are in the difference. */
const mostNames = 3

const listOf = (texts: readonly string[]): string => {
  const more = texts.length - mostNames
  return `${texts.slice(0, mostNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

const shrinking: Rule = ({ had, rrsets }, { lostShare, lostRrsets }) => {
  const lost = rrsets.filter(({ after }) => after === undefined).length
  if (lost <= lostRrsets || lost / had <= lostShare) return []
  const threshold = `more than ${lostRrsets} and more than ${percent(lostShare)} are asked about`
  return [
    {
      kind: 'shrinks',
      fact: `loses ${lost} of its ${had} RRsets, ${percent(lost / had)} (${threshold})`,
      effect: 'who asks for these is told that there are none',
    },
  ]
}

const dataOf = (records: RRsetChange['before']): string => (records ? listOf(records.rdata) : 'none')

/** The RRset of a type at the zone's own name, where its data change. */
const findApexChange = ({ zone, rrsets }: ZoneChange, type: string): RRsetChange | undefined =>
  rrsets.find(
    (rrset) =>
      rrset.type === type && rrset.name === `${zone}.` && rrset.before?.rdata.join() !== rrset.after?.rdata.join(),
  )

/** Caches believe the zone itself more than its parent (RFC 2181 §5.4.1). */
const nameservers: Rule = (change) => {
  const { before, after } = findApexChange(change, 'NS') ?? {}
  if (!before) return []
  return [
    {
      kind: 'nameservers',
      fact: `has other nameservers (NS): ${dataOf(before)} → ${dataOf(after)}`,
      effect: `resolvers ask those that it names then, within the ${before.ttl} s for which they keep the old ones`,
    },
  ]
}

const mail: Rule = (change) => {
  const found = findApexChange(change, 'MX')
  if (!found) return []
  const fact = `has other mail servers (MX): ${dataOf(found.before)} → ${dataOf(found.after)}`
  return [{ kind: 'mail', fact, effect: mailEffect(found) }]
}

/** RFC 5321 §5.1, RFC 7505. */
const mailEffect = ({ after }: RRsetChange): string => {
  if (!after) return 'mail goes to its own address, and nowhere if it has none'
  return after.rdata.join() === '0 .' ? 'mail for it is refused' : 'mail for it is delivered to the new ones'
}

const uncached: Rule = ({ zone, rrsets }) => {
  const found = rrsets.filter(({ before, after }) => before && before.ttl > 0 && after?.ttl === 0)
  if (found.length === 0) return []
  const names = found.map((rrset) => `${ownerIn(rrset, zone)} ${rrset.type} (was ${rrset.before?.ttl} s)`)
  return [
    {
      kind: 'uncached',
      fact: `has a TTL of 0 for ${listOf(names)}`,
      effect: 'no cache keeps these: each question of a client is one to the nameservers',
    },
  ]
}

const delegations: Rule = ({ zone, rrsets }) => {
  const found = rrsets.filter(({ name, type, before }) => type === 'NS' && name !== `${zone}.` && !before)
  if (found.length === 0) return []
  const texts = found.map((cut) => {
    const hidden = rrsets.filter(
      ({ name, after }) => !after && (name === cut.name || name.endsWith(`.${cut.name}`)),
    ).length
    return `${ownerIn(cut, zone)} to ${dataOf(cut.after)}${hidden > 0 ? ` (had ${hidden} RRsets there)` : ''}`
  })
  return [
    {
      kind: 'delegates',
      fact: `delegates ${listOf(texts)}`,
      effect: 'who asks for that name or below it is referred there, and gets what they answer',
    },
  ]
}

const wildcards: Rule = ({ zone, covered }) => covered.flatMap((covering) => coveringDangers(covering, zone))

const coveringDangers = (covering: Covering, zone: string): readonly Found[] => {
  const { wildcard, types, isNew, instead, names } = covering
  const owner = ownerIn({ name: wildcard }, zone)
  const arrival: Found = {
    kind: 'wildcard',
    fact: `has a new wildcard ${owner} (${types.join(', ')})`,
    effect: `names below ${wildcard.slice('*.'.length, -1)} that are not there are answered by it, not ${
      instead === undefined ? 'denied (NXDOMAIN)' : `by ${ownerIn({ name: instead }, zone)}`
    }`,
  }
  const takeover: Found = {
    kind: 'wildcard',
    fact: `loses ${listOf(names.map((name) => ownerIn({ name }, zone)))} where the wildcard ${owner} covers names`,
    effect: `who asks for that is answered by ${owner}, not denied (NXDOMAIN)`,
  }
  return [...(isNew ? [arrival] : []), ...(names.length > 0 ? [takeover] : [])]
}

const rules: readonly Rule[] = [shrinking, nameservers, mail, uncached, delegations, wildcards]
