import { type Authority, isCoveredByWildcard } from '../../zones/authority.ts'
import type { Check } from './check.ts'
import { denialFaults, describeRrset, negativeSoa } from './compare.ts'
import { overBoth } from './data.ts'
import { inventName } from './invented.ts'

const commonTypes = ['PTR', 'HINFO', 'LOC', 'NAPTR', 'AAAA', 'A']

/** Names and types that are not there are denied, with the SOA that says for how long the denial holds. */
export const absentChecks = (authority: Authority, serial: number): Check[] => {
  const missing = findMissingName(authority, `absent-${serial}`)
  return [
    ...(missing === undefined ? [] : denialChecks(authority, missing, 'A', 'NXDOMAIN')),
    ...existingNames(authority).flatMap((name) => {
      const type = findMissingType(authority, name)
      return type === undefined ? [] : denialChecks(authority, name, type, 'NOERROR')
    }),
    ...authority.emptyNonTerminals.flatMap((name) => denialChecks(authority, name, 'A', 'NOERROR')),
  ]
}

const denialChecks = (
  authority: Authority,
  ...[name, type, rcode]: [string, string, 'NXDOMAIN' | 'NOERROR']
): Check[] => {
  const what = rcode === 'NXDOMAIN' ? 'NXDOMAIN' : 'no data (NOERROR without an answer)'
  return overBoth(
    { name, type },
    {
      id: 'absent',
      expected: () =>
        `${what}, authoritative, with ${describeRrset(negativeSoa(authority.soa))} in the authority section`,
      judge: (reply) => denialFaults(reply, authority.soa, rcode),
    },
  )
}

/** Names with records that a type can be missing at: an alias answers for every type. */
const plainNames = ({ answered, cuts }: Authority): string[] => {
  const special = new Set([...answered.filter(({ type }) => type === 'CNAME'), ...cuts].map(({ name }) => name))
  return [...new Set(answered.map(({ name }) => name))].filter((name) => !special.has(name) && !name.startsWith('*.'))
}

/** The apex and one name below it. */
const existingNames = (authority: Authority): string[] => {
  const { origin } = authority.zone
  return [
    origin,
    ...plainNames(authority)
      .filter((name) => name !== origin)
      .slice(0, 1),
  ]
}

const findMissingType = ({ answered }: Authority, name: string): string | undefined => {
  const present = new Set(answered.filter((rrset) => rrset.name === name).map(({ type }) => type))
  return commonTypes.find((type) => !present.has(type))
}

/** A name that neither exists nor is made by a wildcard or a DNAME; undefined if the zone answers for every name. */
const findMissingName = (authority: Authority, label: string): string | undefined => {
  const dnames = new Set(authority.answered.filter(({ type }) => type === 'DNAME').map(({ name }) => name))
  return plainNames(authority)
    .filter((name) => !dnames.has(name))
    .map((name) => inventName(name, label, (taken) => authority.names.has(taken)))
    .find((name) => name !== undefined && !isCoveredByWildcard(authority, name))
}
