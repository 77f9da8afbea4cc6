import { addressName, families } from '../fleet/names.ts'
import type { Step } from './types.ts'

/** The Floating IPs of a pair, led to an lb as soon as that is there. */
export const addressCreations = (pair: number, lb: string, generation: number): readonly Step[] =>
  families.map((family) => ({
    kind: 'create-address',
    address: addressName(pair, family),
    family,
    lb,
    generation,
  }))
