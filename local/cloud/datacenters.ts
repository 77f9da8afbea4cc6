import { findByIdOrName } from './body.ts'
import { datacenters } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { invalidInput } from './errors.ts'

/**
 * Where the datacenter is that an older client asks for.
 * @returns undefined when none is asked for
 * @throws ApiError 422 for one that is not there; the API of today knows none
 */
export const locationOfDatacenter = (cloud: Cloud, wanted: number | string | null | undefined): string | undefined => {
  if (wanted === null || wanted === undefined) return undefined
  if (!cloud.hasDatacenters) throw invalidInput('datacenter', 'is no longer known, use location')
  const found = findByIdOrName(datacenters(), wanted)
  if (!found) throw invalidInput('datacenter', `datacenter '${wanted}' not found`)
  return found.location.name
}
