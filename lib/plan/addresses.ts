import { addressName, families, serverName } from '../fleet/names.ts'
import type { PlanPhase, Step } from './types.ts'

/** The Floating IPs of a pair, led to an lb as soon as that is there. */
export const addressCreations = (pair: number, lb: string, generation: number): readonly Step[] =>
  families.map((family) => ({
    kind: 'create-address',
    address: addressName(pair, family),
    family,
    lb,
    generation,
  }))

/** Leads a Floating IP to an lb of its pair, and proves it there. */
export const movePhase = (
  title: string,
  address: string,
  { lb, pair }: { readonly lb: string; readonly pair: number },
): PlanPhase => ({
  key: 'move',
  title,
  movesTraffic: true,
  tracks: [
    [
      { kind: 'move-address', address, lb },
      { kind: 'verify-address', address, nameserver: serverName('nameserver', pair, 'serving') },
    ],
  ],
})
