import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import type { Clock } from '../../lib/clock.ts'
import { ApiError } from './errors.ts'
import type { Faults, RequestFault } from './faults.ts'

/** Applies the next scripted fault that fits the request, if there is one. */
export const withFaults = async (
  c: Context,
  { faults, clock }: { readonly faults: Faults; readonly clock: Clock },
  next: () => Promise<void>,
): Promise<void> => {
  const fault = faults.takeRequest(c.req.method, c.req.path.replace(/^\/v1/, ''))
  if (!fault) return next()
  if (fault.delayMs !== undefined) await clock.sleep(fault.delayMs)
  if (fault.hang) await new Promise(() => undefined)
  const isRefused = fault.status !== undefined && !fault.afterEffect
  if (!isRefused) await next()
  if (fault.dropAfter) dropConnection(c)
  if (fault.status === undefined) return
  const error = refusal(c, fault, clock)
  if (isRefused) throw error
  c.res = new Response(JSON.stringify({ error: { code: error.code, message: error.message, details: null } }), {
    status: error.status,
    headers: { 'content-type': 'application/json' },
  })
}

const refusal = (c: Context, { status = 500, code, message, resetSeconds }: RequestFault, clock: Clock): ApiError => {
  if (resetSeconds !== undefined) c.header('RateLimit-Reset', String(Math.ceil(clock.now() / 1000) + resetSeconds))
  const usual = status === 429 ? 'rate_limit_exceeded' : status === 409 ? 'conflict' : 'server_error'
  return new ApiError(status, code ?? usual, message ?? 'scripted fault')
}

/** The Node request is only there when the app is served over a socket. */
const dropConnection = (c: Context): void => {
  const { incoming } = c.env as { incoming?: IncomingMessage }
  incoming?.socket.destroy()
}
