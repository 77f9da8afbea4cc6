import { InfraError } from '../errors.ts'
import { ActionError, type HcloudError, isHcloudError } from '../hcloud/errors.ts'
import type { CreateServerBody } from '../hcloud/types.ts'
import type { Offers } from './offers.ts'
import type { Report } from './record.ts'
import type { World } from './world.ts'

/** The cloud says itself when it fails; until then, a big image of one's own or a slow computer under the local twin takes minutes. */
const createTimeoutMs = 600_000

export interface ServerOrder extends Offers {
  readonly body: Omit<CreateServerBody, 'server_type' | 'image'>
  /** What to do when none of the types can be had. */
  readonly hint: string
}

/**
 * Creates a server; tries the types in order while the cloud has no room.
 * @throws InfraError when none can be had, with the reason for each.
 */
export const orderServer = async (world: World, order: ServerOrder, report: Report): Promise<void> => {
  const { body, offers, hint } = order
  const refusals = [...order.faults]
  for (const { type, image } of offers) {
    report(`${type.name} in ${body.location} from ${image.name}`)
    const wanted = { ...body, server_type: type.name, image: image.id }
    try {
      await world.hcloud.servers.createReady(wanted, { timeoutMs: createTimeoutMs })
      return
    } catch (error) {
      if (!isOutOfStock(error)) throw error
      refusals.push(error.message)
    }
  }
  throw new InfraError(`${body.name} could not be created in ${body.location}:\n  ${refusals.join('\n  ')}`, { hint })
}

/** Told when it is ordered, or by the action that fails later; the half-made server is gone by then. */
const isOutOfStock = (error: unknown): error is HcloudError | ActionError =>
  isHcloudError(error, ...outOfStock) ||
  (error instanceof ActionError && error.isRemoved && outOfStock.some((code) => code === error.code))

const outOfStock = ['resource_unavailable', 'placement_error'] as const
