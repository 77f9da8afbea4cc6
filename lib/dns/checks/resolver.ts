import type { Authority } from '../../zones/authority.ts'
import type { RRset } from '../../zones/rrset.ts'
import type { Answered } from '../wire/reply.ts'
import type { Check } from './check.ts'
import { describeRrset } from './compare.ts'
import { overBoth } from './data.ts'

/**
 * What whoever asks a resolver of the world must get: every RRset, from its cache or not. Age takes something off a TTL, and may keep a
 * serial of before; nothing else of an answer may differ.
 */
export const resolverChecks = (authorities: readonly Authority[]): readonly Check[] =>
  authorities.flatMap(({ answered }) => answered.filter(isAskedAsItIs).flatMap(resolverCheck))

const isAskedAsItIs = ({ name }: RRset): boolean => !name.startsWith('*.')

const resolverCheck = (rrset: RRset): readonly Check[] =>
  overBoth(
    { name: rrset.name, type: rrset.type, rd: true },
    {
      id: 'resolver',
      expected: () =>
        `${describeRrset(rrset)}${rrset.type === 'SOA' ? ', or an older serial' : ''}; the TTL may be less`,
      judge: (reply) => [
        ...(reply.ra ? [] : ['no recursion available (RA=0): this is no resolver, or not for us']),
        ...(reply.rcode === 'NOERROR' ? differencesOf(rrset, reply) : [`${reply.rcode} instead of NOERROR`]),
      ],
    },
  )

const differencesOf = (rrset: RRset, { answers, tc }: Answered): readonly string[] => {
  const own = answers.filter(({ name, type }) => name === rrset.name && type === rrset.type)
  const comparable = (rdata: string): string => (rrset.type === 'SOA' ? withoutSerial(rdata) : rdata)
  const came = own.map(({ rdata }) => comparable(rdata))
  const wanted = rrset.rdata.map(comparable)
  return [
    // over UDP it may be cut short
    ...(tc ? [] : wanted.filter((rdata) => !came.includes(rdata)).map((rdata) => `missing: ${rrset.type} ${rdata}`)),
    ...came.filter((rdata) => !wanted.includes(rdata)).map((rdata) => `not in the zone: ${rrset.type} ${rdata}`),
    ...own.filter(({ ttl }) => ttl > rrset.ttl).map(({ ttl }) => `TTL ${ttl}, more than ${rrset.ttl}`),
  ]
}

/** Of `mname rname serial refresh retry expire minimum`. */
const withoutSerial = (rdata: string): string =>
  rdata
    .split(' ')
    .filter((_, index) => index !== 2)
    .join(' ')
