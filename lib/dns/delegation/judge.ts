import { createFinding } from '../checks/finding.ts'
import type { Delegation, ParentView } from '../delegation.ts'
import type { Finding } from '../probe.ts'
import { digCommand } from '../wire/question.ts'
import { type DsReading, findDsDrift } from './ds.ts'
import { differencesAt, type WantedDelegation } from './faults.ts'

/**
 * What each address of each server of the parent says of a delegation, as findings: `parent-ns`, and `glue` for each host. One that
 * cannot be reached over a family, but is heard over the other, has had its say. Pure.
 */
export const judgeDelegation = (
  delegation: Delegation,
  wanted: WantedDelegation & { readonly ns: readonly string[] },
): readonly Finding[] => {
  const { zone, parentZone, parents } = delegation
  if (parents.length === 0) {
    const nobody = {
      server: parentZone,
      address: 'no address',
      kind: 'fault',
      fault: 'none of its servers was found',
    } as const
    return [unheard(zone, nobody)]
  }
  return parents.flatMap((parent): readonly Finding[] => {
    if (parent.kind === 'unreachable' && parents.some((other) => isHeardElsewhere(parent, other))) return []
    if (parent.kind === 'fault' || parent.kind === 'unreachable') return [unheard(zone, parent)]
    return [
      judgedFinding(
        { check: 'parent-ns', zone, parent, expected: `NS ${[...wanted.ns].sort().join(' ')}` },
        differencesAt(zone, parent, { ns: wanted.ns, glue: [] }),
      ),
      // where nobody delegates there is no glue either
      ...(parent.kind === 'absent' ? [] : wanted.glue).map((host) =>
        judgedFinding(
          { check: 'glue', zone, parent, expected: `${host.name} ${[...host.addresses].sort().join(' ')}` },
          differencesAt(zone, parent, { ns: undefined, glue: [host] }),
        ),
      ),
    ]
  })
}

const isHeardElsewhere = (silent: ParentView, { server, kind }: ParentView): boolean =>
  server === silent.server && (kind === 'referral' || kind === 'absent')

interface Judged {
  readonly check: 'parent-ns' | 'glue'
  readonly zone: string
  readonly parent: Pick<ParentView, 'server' | 'address'>
  readonly expected: string
}

const placeAt = ({ server, address }: Judged['parent'], zone: string, type: string) =>
  ({
    server,
    address,
    transport: 'udp',
    asked: `${zone} ${type}`,
    command: digCommand({ address, port: 53 }, { name: zone, type, transport: 'udp' }),
  }) as const

const judgedFinding = ({ check, zone, parent, expected }: Judged, faults: readonly string[]): Finding =>
  createFinding({
    ...placeAt(parent, zone, 'NS'),
    check,
    status: faults.length > 0 ? 'failed' : 'ok',
    expected,
    got: faults.length > 0 ? faults.join('; ') : 'as expected',
  })

const unheard = (zone: string, parent: Extract<ParentView, { readonly fault: string }>): Finding =>
  createFinding({
    ...placeAt(parent, zone, 'NS'),
    check: 'parent-ns',
    status: 'unknown',
    expected: 'a referral to the nameservers of the zone',
    got: parent.fault,
  })

/**
 * Whether validating resolvers take a zone for what it is. Pure.
 * @param published `rdata` of its DNSKEY records; none where it is not signed.
 */
export const judgeDs = (reading: DsReading, published: readonly string[] = []): Finding => {
  const { zone, parentZone, state } = reading
  const [fault] = findDsDrift(reading, published)
  return createFinding({
    check: 'ds',
    server: parentZone,
    address: '',
    transport: 'udp',
    asked: `${zone} DS, of every server of ${parentZone}`,
    status: fault !== undefined ? 'failed' : state.kind === 'unknown' ? 'unknown' : 'ok',
    expected:
      published.length > 0 ? 'none, or such as point at a key of the zone' : 'none, since the zone is not signed',
    got: fault ?? (state.kind === 'unknown' ? state.silent.join('; ') : 'as expected'),
    command: `dig +norecurse '${zone}' DS`,
  })
}
