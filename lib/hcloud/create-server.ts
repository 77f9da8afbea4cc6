import { waitFor } from '../clock.ts'
import type { Call } from './call.ts'
import { type Connection, sendFor } from './connection.ts'
import { createOrAdopt } from './create-or-adopt.ts'
import { deleteServer } from './delete-server.ts'
import { ActionError, HcloudError, isHcloudError } from './errors.ts'
import { field } from './field.ts'
import { listServerActions } from './locked.ts'
import { listAll } from './paging.ts'
import type { Action, CreateServerBody, Server } from './types.ts'

interface CreatedServer {
  readonly server: Server
  /** All that was begun, in the API's order: `create_server` first. */
  readonly actions: readonly Action[]
}

/** `POST /servers`, nothing more: the server exists and costs money from here on, whatever becomes of the actions. */
const createServer = async ({ send }: Connection, body: CreateServerBody): Promise<CreatedServer> => {
  const kind = [body.server_type, body.location].filter(Boolean).join(' in ')
  const call: Call = { method: 'POST', path: '/servers', body, purpose: `create server ${body.name} (${kind})` }
  const answer = await send(call)
  const actions = [field<Action>(call, answer, 'action'), ...field<readonly Action[]>(call, answer, 'next_actions')]
  return { server: field<Server>(call, answer, 'server'), actions }
}

/** A name is free only when the deletion of its last bearer has ended, and that is not always seen at once. */
const nameFreeTimeoutMs = 60_000

/**
 * Creates a server and waits until the cloud has done all that `body` asks for: running (or off, without
 * `start_after_create`), attached to its networks, behind its firewalls. The system inside may still be booting.
 * @throws HcloudError when the API refused it; with `maybeDone` when its answer was lost and no server of ours is found.
 * @throws ActionError when it failed half-way; the server has been removed then, or the `hint` says that it was not.
 * @throws InfraError `timeoutMs` after the server came to exist; it stays.
 */
export const createServerReady = async (
  connection: Connection,
  body: CreateServerBody,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<Server> => {
  const { server, actions } = await createOnceNameIsFree(connection, body)
  const deadline = connection.clock.now() + timeoutMs
  await connection.waitFor(actions, { timeoutMs }).catch(async (error: unknown) => {
    throw error instanceof ActionError ? await removeHalfMade(connection, server, error) : error
  })
  return waitForReady(connection, server.id, { body, timeoutMs: deadline - connection.clock.now() })
}

const createOnceNameIsFree = (connection: Connection, body: CreateServerBody): Promise<CreatedServer> =>
  waitFor(`the name ${body.name} to be free`, () => tryCreate(connection, body), {
    clock: connection.clock,
    everyMs: 2000,
    timeoutMs: nameFreeTimeoutMs,
    ...(connection.signal ? { signal: connection.signal } : {}),
    ...(connection.onWait ? { onSeen: connection.onWait } : {}),
  })

const tryCreate = async (connection: Connection, body: CreateServerBody) => {
  const find = async (): Promise<Server | undefined> =>
    (await listAll<Server>(connection.send, '/servers', 'servers', { name: body.name }))[0]
  const adopt = async (server: Server): Promise<CreatedServer> => ({
    server,
    actions: await listServerActions(connection, server.id),
  })
  try {
    const create = () => createServer(connection, body)
    return { done: await createOrAdopt({ create, find, labels: body.labels, adopt }) }
  } catch (error) {
    if (!isHcloudError(error, 'uniqueness_error')) throw error
    const bearer = await find()
    if (bearer && bearer.status !== 'deleting') throw nameTaken(bearer, error)
    return {
      seen: bearer ? `server ${bearer.id} of that name is being deleted` : 'the API holds the name, of no server',
    }
  }
}

const nameTaken = ({ id, name }: Server, { status = 409 }: HcloudError): HcloudError =>
  new HcloudError(`${name} was not created: server ${id} has that name already`, {
    code: 'uniqueness_error',
    status,
    hint: `Find out what server ${id} is for; rename or delete it, then run this again.`,
  })

const removeHalfMade = (connection: Connection, { id, name }: Server, error: ActionError): Promise<ActionError> =>
  deleteServer(connection, id).then(
    () =>
      new ActionError(error.action, {
        isRemoved: true,
        hint: `The half-made server ${name} (${id}) was removed. Run the same command again.`,
      }),
    (reason: unknown) =>
      new ActionError(error.action, {
        hint: `The half-made server ${name} (${id}) is still there, delete it by hand: ${String(reason)}`,
      }),
  )

interface Expectation {
  readonly body: CreateServerBody
  readonly timeoutMs: number
}

/** `initializing` can last a little longer than the actions. */
const waitForReady = (connection: Connection, id: number, { body, timeoutMs }: Expectation): Promise<Server> =>
  waitFor(
    `server ${body.name} (${id}) to be ready`,
    async () => {
      const server = await sendFor<Server>(connection, { method: 'GET', path: `/servers/${id}` }, 'server')
      const lacking = lacks(server, body)
      return lacking === undefined ? { done: server } : { seen: lacking }
    },
    { clock: connection.clock, everyMs: 500, timeoutMs, ...(connection.signal ? { signal: connection.signal } : {}) },
  )

const lacks = ({ status, private_net, public_net }: Server, body: CreateServerBody): string | undefined => {
  const wanted = body.start_after_create === false ? 'off' : 'running'
  if (status !== wanted) return `status ${status}`
  const detached = (body.networks ?? []).find((network) => !private_net.some((each) => each.network === network))
  if (detached !== undefined) return `not attached to network ${detached}`
  const pending = public_net.firewalls.find((firewall) => firewall.status !== 'applied')
  return pending && `firewall ${pending.id} ${pending.status}`
}
