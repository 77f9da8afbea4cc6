import { familyOf, networkOf } from '../../ip.ts'
import type { Finding } from '../probe.ts'
import { createFinding } from './finding.ts'

export interface Place {
  /** `ns1.example.test.` */
  readonly host: string
  readonly location: string
  readonly addresses: readonly string[]
}

/** What the world routes by itself: shorter prefixes are not announced (RFC 7454 §6.1.3). */
const routedBits = { 4: 24, 6: 48 } as const

/** Whether one failure can take all nameservers: they stand in more than one location, or at least in more than one routed network. Pure. */
export const judgeSpread = (places: readonly Place[]): Finding => {
  const locations = new Set(places.map(({ location }) => location))
  const networks = new Set(
    places.flatMap(
      ({ addresses }) => addresses.map((address) => networkOf(address, routedBits[familyOf(address)])).sort()[0] ?? [],
    ),
  )
  const isSpread = locations.size > 1 || networks.size > 1
  return createFinding({
    check: 'spread',
    server: 'all nameservers',
    address: '',
    transport: 'udp',
    status: isSpread ? 'ok' : 'failed',
    asked: 'where the nameservers stand (not a question on the wire)',
    expected: 'at least two nameservers, in different locations or networks',
    got:
      places.length < 2
        ? `${places.length} nameserver`
        : `${[...locations].join(' and ')}${networks.size > 0 ? `, ${[...networks].join(' and ')}` : ''}`,
  })
}
