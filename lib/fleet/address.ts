import type { FloatingIp } from '../hcloud/types.ts'
import { type Labels, projectLabels } from './labels.ts'
import { addressName, type Family } from './names.ts'
import { hostAddress } from './server.ts'

/** A Floating IP of this project: an address that glue points at, and that leads to one lb or another. */
export interface FleetAddress {
  readonly id: number
  readonly name: string
  readonly pair: number
  readonly family: Family
  /** The host's own address; of IPv6 the first in the /64 that leads to the server. */
  readonly ip: string
  readonly serverId: number | undefined
  /** Nameservers of this generation and later carry it in their zones. */
  readonly generation: number
}

export const addressLabels = (
  project: string,
  { pair, family, generation }: Pick<FleetAddress, 'pair' | 'family' | 'generation'>,
): Labels => ({ ...projectLabels(project), pair: String(pair), family, generation: String(generation) })

/** @returns undefined for a Floating IP that does not bear both a name and the labels of this project. */
export const toFleetAddress = (project: string, floating: FloatingIp): FleetAddress | undefined => {
  const { labels, type: family, name, id, ip, server } = floating
  const [pair, generation] = [Number(labels.pair), Number(labels.generation)]
  if (labels.project !== project || !(pair > 0) || !(generation > 0) || name !== addressName(pair, family))
    return undefined
  return { id, name, pair, family, ip: hostAddress(ip), serverId: server ?? undefined, generation }
}
