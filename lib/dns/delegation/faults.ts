import { canonicalAddresses } from '../../ip.ts'
import type { Delegation, ParentView, Referral } from '../delegation.ts'
import { canonicalName, isWithin } from '../wire/name.ts'
import { delegationStateOf, findSilentIn } from './state.ts'

/** What has to be at the parents; what is undefined is not looked at. */
export interface WantedDelegation {
  readonly ns: readonly string[] | undefined
  readonly glue: readonly { readonly name: string; readonly addresses: readonly string[] }[]
}

/**
 * In which way each parent server differs from what is wanted, a sentence each, those that were not heard first; none when all of
 * them show it. Pure.
 */
export const findDelegationFaults = (delegation: Delegation, wanted: WantedDelegation): readonly string[] => [
  ...findSilentIn([delegation]),
  ...findDelegationDifferences(delegation, wanted),
]

/** What those say otherwise that were heard. */
export const findDelegationDifferences = (delegation: Delegation, wanted: WantedDelegation): readonly string[] => {
  const { zone, parents } = delegation
  // where nobody refers to anybody and somebody is silent, it is not known whether the zone is delegated
  const isJudged = parents.some(({ kind }) => kind === 'referral') || delegationStateOf(delegation).kind === 'absent'
  return (isJudged ? parents : []).flatMap((parent) =>
    differencesAt(zone, parent, wanted).map((fault) => `${parent.server} (${parent.address}): ${fault}`),
  )
}

/** What one of them says otherwise, without who it is. */
export const differencesAt = (zone: string, parent: ParentView, wanted: WantedDelegation): readonly string[] => {
  if (parent.kind === 'absent') return [`${zone} is not delegated`]
  if (parent.kind !== 'referral') return []
  return [...nsFaults(parent, wanted.ns), ...wanted.glue.flatMap((host) => glueFaults(zone, parent, host))]
}

interface Difference {
  readonly missing: readonly string[]
  readonly surplus: readonly string[]
}

const differenceOf = (shown: readonly string[], wanted: readonly string[]): Difference => ({
  missing: wanted.filter((one) => !shown.includes(one)),
  surplus: shown.filter((one) => !wanted.includes(one)),
})

const describeDifference = (what: string, { missing, surplus }: Difference): readonly string[] => {
  if (missing.length === 0 && surplus.length === 0) return []
  const parts = [
    ...(surplus.length > 0 ? [`still shows ${surplus.join(' and ')}`] : []),
    ...(missing.length > 0 ? [`lacks ${missing.join(' and ')}`] : []),
  ]
  return [`${what} ${parts.join(' and ')}`]
}

const nsFaults = ({ ns }: Referral, wanted: readonly string[] | undefined): readonly string[] =>
  wanted === undefined ? [] : describeDifference('the NS set', differenceOf(ns, wanted.map(canonicalName)))

const glueFaults = (
  zone: string,
  parent: Referral,
  { name: host, addresses }: WantedDelegation['glue'][number],
): readonly string[] => {
  const name = canonicalName(host)
  if (stateOf(zone, parent, name) === 'none-needed') return []
  return describeDifference(`the glue of ${name}`, differenceOf(shownBy(parent, name), canonicalAddresses(addresses)))
}

const shownBy = ({ glue }: Referral, name: string): readonly string[] =>
  canonicalAddresses(glue.filter((record) => record.name === name).map(({ address }) => address))

/**
 * Glue is needed for names below the zone (RFC 9471 §2.1); for others a parent may leave it out, but what it shows counts.
 * A host that the zone does not use has none.
 */
const stateOf = (zone: string, parent: Referral, name: string): 'none-needed' | 'looked-at' =>
  parent.ns.includes(name) && (isWithin(name, zone) || shownBy(parent, name).length > 0) ? 'looked-at' : 'none-needed'

/** `shown`: every parent server shows exactly this · `none-needed`: they show nothing of the host, and need not. */
export type GlueState = 'shown' | 'differs' | 'none-needed'

/** How the glue of one host stands at the parents of a zone; what cannot be read differs. Pure. */
export const glueStateOf = (delegation: Delegation, host: string, addresses: readonly string[]): GlueState => {
  if (findDelegationFaults(delegation, { ns: undefined, glue: [{ name: host, addresses }] }).length > 0)
    return 'differs'
  const name = canonicalName(host)
  const isLookedAt = (parent: ParentView): boolean =>
    parent.kind === 'referral' && stateOf(delegation.zone, parent, name) === 'looked-at'
  return delegation.parents.some(isLookedAt) ? 'shown' : 'none-needed'
}

/** Whether every parent server shows exactly these addresses as glue of a host, wherever glue of it is shown or needed. */
export const showsOnly = (delegation: Delegation, host: string, addresses: readonly string[]): boolean =>
  glueStateOf(delegation, host, addresses) !== 'differs'

/** `example.test.: 4 of 4 addresses of servers of test. delegate to ns1.example.test. ns2.example.test.`. */
export const describeDelegation = (delegation: Delegation): string => {
  const { zone, parentZone, parents } = delegation
  const lists = parents.flatMap((parent) => (parent.kind === 'referral' ? [parent.ns.join(' ')] : []))
  const count = `${lists.length} of ${parents.length} addresses of servers of ${parentZone}`
  if (lists.length > 0) return `${zone}: ${count} delegate to ${[...new Set(lists)].join(' or to ')}`
  if (delegationStateOf(delegation).kind === 'absent') return `${zone}: not delegated by ${parentZone}`
  const faults = parents.flatMap((parent) => ('fault' in parent ? [parent.fault] : []))
  const who = parents.some(({ kind }) => kind === 'absent') ? 'not every' : 'no'
  return `${zone}: ${who} server of ${parentZone} says how it is delegated: ${[...new Set(faults)].join('; ')}`
}
