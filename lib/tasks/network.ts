import { InfraError } from '../errors.ts'
import { networkName } from '../fleet/names.ts'
import type { Network } from '../hcloud/types.ts'
import type { World } from './world.ts'

/**
 * The network zone of the pairs.
 * @throws InfraError (exit code 2) when a location is unknown, they lie in different zones, or the private network lies in another.
 */
export const networkZoneOf = async ({ hcloud, settings }: World): Promise<string> => {
  const { project } = settings.config
  const [locations, network] = await Promise.all([hcloud.locations.list(), hcloud.networks.find(networkName(project))])
  const zones = settings.config.pairs.map(({ location }, index) => {
    const found = locations.find((one) => one.name === location)
    if (found) return found.network_zone
    throw new InfraError(`location of pair ${index + 1}: the cloud has no location ${location}`, {
      exitCode: 2,
      hint: `Set one of ${locations.map((one) => one.name).join(', ')} in infra.config.ts.`,
    })
  })
  const [zone = '', other] = new Set(zones)
  const reached = network?.subnets.map(({ network_zone }) => network_zone) ?? []
  if (reached.length > 0 && other === undefined && !reached.includes(zone)) {
    throw new InfraError(`The private network lies in ${reached.join(', ')}, and the pairs in ${zone}`, {
      exitCode: 2,
      hint: 'Nothing was changed. Set locations there in infra.config.ts. To move to another network zone, make an installation there from a checkout with another `project`, and delegate the domains to it.',
    })
  }
  if (other === undefined) return zone
  throw new InfraError(
    `The pairs lie in several network zones (${[...new Set(zones)].join(', ')}), which share no private network`,
    {
      exitCode: 2,
      hint: 'Set locations of one network zone in infra.config.ts.',
    },
  )
}

/** @throws InfraError when there is none yet. */
export const getNetwork = async ({ hcloud, settings }: World): Promise<Network> => {
  const network = await hcloud.networks.find(networkName(settings.config.project))
  if (network) return network
  throw new InfraError('The private network does not exist', { hint: 'Make what is missing with bootstrap-infra.' })
}
