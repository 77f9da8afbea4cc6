import { randomBytes } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { type Clock, systemClock } from '../../lib/clock.ts'
import type { Machines } from '../machines/backend.ts'
import { addActions } from './action-routes.ts'
import { type ActionTiming, createActions } from './actions.ts'
import type { Pools } from './addresses.ts'
import { addCatalogue } from './catalogue-routes.ts'
import type { Cloud } from './cloud.ts'
import { ApiError } from './errors.ts'
import { createFaults, type Faults } from './faults.ts'
import { addFirewalls } from './firewalls.ts'
import { addFloatingIps } from './floating-ips.ts'
import { addImages } from './images.ts'
import { createRateLimit, usualRequestsPerHour } from './limits.ts'
import { addNetworks } from './networks.ts'
import { addPlacementGroups } from './placement-groups.ts'
import { addPrimaryIps } from './primary-ips.ts'
import { repair } from './repair.ts'
import { withFaults } from './request-faults.ts'
import { addServers } from './servers.ts'
import { addSshKeys } from './ssh-keys.ts'
import { createStore, type Store } from './store.ts'

export interface CloudOptions {
  readonly machines: Machines
  readonly pools: Pools
  /** Undefined: any token will do. */
  readonly token?: string
  /** Undefined: kept in memory only. */
  readonly stateFile?: string
  /** Instead: somebody else's, who looks at it. */
  readonly store?: Store
  readonly clock?: Clock
  readonly timing?: ActionTiming
  readonly hasDatacenters?: boolean
  readonly requestsPerHour?: number
}

export interface CloudApp {
  readonly app: Hono
  readonly faults: Faults
  /** Resolves when no action runs any more. */
  settled(): Promise<void>
}

/** As slow as actions without a machine behind them are at Hetzner. */
const usualTiming: ActionTiming = { minMs: 200, maxMs: 600 }

/** The emulated Hetzner Cloud API v1. Finds the machines of an earlier run again, and finishes what that one left. */
export const createCloud = async (options: CloudOptions): Promise<CloudApp> => {
  const { clock = systemClock, timing = usualTiming, machines, pools, hasDatacenters = false } = options
  const store = options.store ?? createStore(options.stateFile)
  const faults = createFaults()
  const actions = createActions(store, faults, { clock, timing })
  const cloud: Cloud = { store, actions, faults, machines, pools, clock, hasDatacenters }
  await repair(cloud)
  const app = new Hono()
  app.onError(answerError)
  app.notFound((c) => answerError(unknownRoute(), c))
  const limit = createRateLimit(options.requestsPerHour ?? usualRequestsPerHour, clock)
  app.use('*', async (c, next) => {
    c.header('X-Correlation-Id', randomBytes(8).toString('hex'))
    c.header('Date', new Date(clock.now()).toUTCString())
    await next()
  })
  addControl(app, faults, options.token)
  const api = new Hono()
  addSshKeys(api, cloud)
  addNetworks(api, cloud)
  addFirewalls(api, cloud)
  addPlacementGroups(api, cloud)
  addImages(api, cloud)
  addPrimaryIps(api, cloud)
  addFloatingIps(api, cloud)
  addActions(api, cloud)
  addServers(api, cloud)
  addCatalogue(api, cloud)
  api.onError(answerError)
  app.use('/v1/*', async (c, next) => {
    const { headers, isExceeded } = limit.take()
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
    const methods = methodsAt(api, c.req.path.replace(/^\/v1/, ''))
    // the real API looks for the route before it looks at the token
    if (methods.length === 0) throw unknownRoute()
    requireToken(c, options.token)
    if (isExceeded) {
      const limitText = `limit of ${headers['RateLimit-Limit']} requests per hour reached`
      throw new ApiError(429, 'rate_limit_exceeded', limitText)
    }
    if (!methods.includes(c.req.method)) throw new ApiError(405, 'method_not_allowed', 'method not allowed')
    await withFaults(c, { faults, clock }, next)
  })
  app.route('/v1', api)
  return { app, faults, settled: actions.settled }
}

const unknownRoute = (): ApiError => new ApiError(404, 'not_found', 'api route not found')

/** Methods that a path of the API knows; none for a path that is not there. */
const methodsAt = (api: Hono, path: string): readonly string[] =>
  ['GET', 'POST', 'PUT', 'DELETE'].filter((method) => api.router.match(method, path)[0].length > 0)

const requireToken = (c: Context, token: string | undefined): void => {
  const given = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  if (!given) throw new ApiError(401, 'unauthorized', 'token is required')
  if (token !== undefined && given !== token)
    throw new ApiError(401, 'unauthorized', 'the token you have provided is invalid')
}

/** Scripted misbehaviour is asked for beside the API, with the same token. */
const addControl = (app: Hono, faults: Faults, token: string | undefined): void => {
  app.use('/faults', async (c, next) => {
    requireToken(c, token)
    await next()
  })
  app.get('/faults', (c) => c.json({ faults: faults.list() }))
  app.post('/faults', async (c) => {
    try {
      faults.add(await c.req.json())
    } catch (error) {
      throw new ApiError(422, 'invalid_input', error instanceof Error ? error.message : String(error))
    }
    return c.json({ faults: faults.list() }, 201)
  })
  app.delete('/faults', (c) => {
    faults.clear()
    return c.body(null, 204)
  })
}

/** All three keys, always: older clients index `details` without looking. */
const answerError = (error: unknown, c: Context): Response => {
  if (error instanceof ApiError) {
    const { status, code, message, details } = error
    c.status(status as Parameters<typeof c.status>[0])
    return c.json({ error: { code, message, details } })
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  c.status(500)
  return c.json({ error: { code: 'server_error', message: 'internal error', details: null } })
}
