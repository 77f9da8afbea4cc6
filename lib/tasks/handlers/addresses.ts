import type { Config } from '../../config/schema.ts'
import { InfraError } from '../../errors.ts'
import { addressLabels } from '../../fleet/address.ts'
import { type Family, parseServerName } from '../../fleet/names.ts'
import { getAddress, listAddresses } from '../addresses.ts'
import type { Report } from '../record.ts'
import { getServer } from '../servers.ts'
import type { RunWorld } from '../world.ts'

export interface CreateAddress {
  readonly address: string
  readonly family: Family
  readonly lb: string
  readonly generation: number
}

/** @throws InfraError when the config has no such pair: its address could be found under no label afterwards. */
const placeOf = ({ pairs }: Config, { address, lb }: CreateAddress): { pair: number; location: string } => {
  const pair = parseServerName(lb)?.pair
  const found = pair === undefined ? undefined : pairs[pair - 1]
  if (pair !== undefined && found) return { pair, location: found.location }
  throw new InfraError(`The Floating IP ${address} was not made: infra.config.ts has no pair for ${lb}`, {
    hint: 'Add the pair to the config again.',
  })
}

/** Makes a Floating IP in the location of its pair, protected, and leads it to an lb. */
export const createAddress = async (world: RunWorld, step: CreateAddress): Promise<void> => {
  const { config } = world.settings
  const { pair, location } = placeOf(config, step)
  const lb = await getServer(world, step.lb)
  const found = (await listAddresses(world)).find(({ name }) => name === step.address)
  const { id } =
    found ??
    (await world.hcloud.floatingIps.create({
      name: step.address,
      type: step.family,
      home_location: location,
      labels: addressLabels(config.project, { pair, family: step.family, generation: step.generation }),
    }))
  await world.hcloud.floatingIps.changeProtection(id, true)
  if (found?.serverId === undefined) await world.hcloud.floatingIps.assign(id, lb.id)
}

/** Leads the address to another lb; its clients are there from one packet to the next. */
export const moveAddress = async (
  world: RunWorld,
  step: { readonly address: string; readonly lb: string },
  report: Report,
): Promise<void> => {
  const [address, lb] = await Promise.all([getAddress(world, step.address), getServer(world, step.lb)])
  report(address.ip)
  world.witness.markStep(`move ${step.address}`)
  if (address.serverId !== lb.id) await world.hcloud.floatingIps.assign(address.id, lb.id)
}

/** Deletes a Floating IP by id; of one that is not there is done. */
export const removeAddress = async (world: RunWorld, step: { readonly address: string }): Promise<void> => {
  const found = (await listAddresses(world)).find(({ name }) => name === step.address)
  if (!found) return
  const { floatingIps } = world.hcloud
  await floatingIps.changeProtection(found.id, false)
  await floatingIps.unassign(found.id)
  await floatingIps.delete(found.id)
}
