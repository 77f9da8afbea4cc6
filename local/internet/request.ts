import type { Context } from 'hono'
import type { z } from 'zod'
import { invalidInput, Refusal } from './refusal.ts'

/** A name in the path, as names are kept here: in lower case, without the final dot. */
export const nameIn = (c: Context, part: 'domain' | 'host'): string =>
  (c.req.param(part) ?? '').toLowerCase().replace(/\.$/, '')

/** @throws Refusal naming everything that is wrong with it */
export const readBody = async <S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> => {
  const body: unknown = await c.req.json().catch(() => undefined)
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw invalidInput(faults.join('; '))
}

export const answerError = (error: unknown, c: Context): Response => {
  const isRefusal = error instanceof Refusal
  if (!isRefusal) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  const { status, code, message } = isRefusal ? error : new Refusal(500, 'server_error', 'internal error')
  c.status(status as Parameters<typeof c.status>[0])
  return c.json({ error: { code, message } })
}
