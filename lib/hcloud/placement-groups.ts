import type { Call } from './call.ts'
import { createReader, createWriter, type Reader, type Writer } from './collection.ts'
import { actionTimeoutMs, type Connection } from './connection.ts'
import { createNamed } from './create-or-adopt.ts'
import { actionsIfAny, field } from './field.ts'
import type { CreatePlacementGroupBody, PlacementGroup } from './types.ts'

export interface PlacementGroups extends Reader<PlacementGroup>, Writer<PlacementGroup> {
  create(body: CreatePlacementGroupBody): Promise<PlacementGroup>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#placement-groups */
export const createPlacementGroups = (connection: Connection): PlacementGroups => {
  const spelling = { many: 'placement_groups', one: 'placement_group' }
  const reader = createReader<PlacementGroup>(connection, spelling)
  return {
    ...reader,
    ...createWriter<PlacementGroup>(connection, spelling),
    create: (body) => createNamed(body, reader.find, () => create(connection, body)),
  }
}

const create = async ({ send, waitFor }: Connection, body: CreatePlacementGroupBody): Promise<PlacementGroup> => {
  const call: Call = { method: 'POST', path: '/placement_groups', body }
  const answer = await send(call)
  const created = field<PlacementGroup>(call, answer, 'placement_group')
  await waitFor(actionsIfAny(answer), { timeoutMs: actionTimeoutMs })
  return created
}
