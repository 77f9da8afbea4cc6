import type { Cloud } from './cloud.ts'
import { ApiError } from './errors.ts'
import type { ActionRecord, ServerRecord } from './state.ts'

/** An action on a server, to be begun. */
export interface Doing {
  readonly command: string
  readonly work: () => Promise<void>
  readonly undo?: () => void
  readonly also?: readonly ActionRecord['resources'][number][]
}

/** @throws ApiError 423 while another action runs on the server. */
export const beginOn = (
  { actions }: Cloud,
  server: ServerRecord,
  { command, work, undo, also = [] }: Doing,
): ActionRecord => {
  actions.requireUnlocked(server.id)
  return actions.run(command, [{ id: server.id, type: 'server' }, ...also], work, undo)
}

export const becomes =
  (server: ServerRecord, status: ServerRecord['status'], work: () => Promise<void>) => async (): Promise<void> => {
    await work()
    server.status = status
  }

export const hasInterface = ({ primary_ips, private_net }: ServerRecord): boolean =>
  primary_ips.ipv4 !== null || primary_ips.ipv6 !== null || private_net.length > 0

/** @throws ApiError 422 for a server nobody could reach. */
export const requireInterface = (server: ServerRecord): void => {
  if (!hasInterface(server))
    throw new ApiError(422, 'invalid_input', 'no public or private network interfaces found, cannot start server')
}
