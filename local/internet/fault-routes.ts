import type { Hono } from 'hono'
import { faultRequest, strikeOff } from './faults.ts'
import { Refusal } from './refusal.ts'
import type { Registry } from './registry.ts'
import { readBody } from './request.ts'

/** Scripted misbehaviour is asked for beside the API, with the same token. */
export const addFaults = (app: Hono, registry: Registry): void => {
  const describe = () => {
    const { faults, parentTtl, serial } = registry.read()
    return { faults, parentTtl, serial, shown: registry.publisher.shown() }
  }
  app.use('/v1/*', async (c, next) => {
    strike(registry, c.req.method)
    await next()
  })
  app.get('/faults', (c) => c.json(describe()))
  app.post('/faults', async (c) => {
    const { parentTtl, ...faults } = await readBody(c, faultRequest)
    registry.note({ faults: { ...registry.read().faults, ...faults } })
    if (parentTtl !== undefined) await registry.accept({ parentTtl })
    return c.json(describe(), 201)
  })
  app.delete('/faults', async (c) => {
    await Promise.all([registry.accept({ faults: {} }), registry.publisher.flush()])
    return c.body(null, 204)
  })
}

/** @throws Refusal if a fault strikes this request */
const strike = (registry: Registry, method: string): void => {
  const { faults } = registry.read()
  const { fail, refuse } = faults
  if (fail !== undefined) {
    registry.note({ faults: { ...faults, fail: strikeOff(fail) } })
    throw new Refusal(fail.status, 'unavailable', 'the registrar fails, as it was told to')
  }
  if (refuse !== undefined && method !== 'GET') {
    registry.note({ faults: { ...faults, refuse: strikeOff(refuse) } })
    throw new Refusal(refuse.status, refuse.code, refuse.message)
  }
}
