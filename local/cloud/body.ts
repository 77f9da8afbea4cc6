import type { Context } from 'hono'
import { z } from 'zod'
import { ApiError } from './errors.ts'
import { labelFaults } from './labels.ts'
import type { Labels } from './state.ts'

/** Ids and names are taken as number, text or number in text: clients differ. */
export const idOrName = z.union([z.int(), z.string().min(1)])
const isTextByKey = (given: unknown): boolean =>
  typeof given === 'object' &&
  given !== null &&
  !Array.isArray(given) &&
  Object.values(given).every((value) => typeof value === 'string')

/** Wrong ones are refused with the body, before anything of it is done. */
export const labels = z
  // as it came: a record would leave `__proto__` out instead of refusing it
  .custom<Labels>(isTextByKey, 'must be an object of texts')
  .nullish()
  .superRefine((given, context) => {
    for (const message of labelFaults(given ?? {})) context.addIssue({ code: 'custom', message })
  })
export const resourceName = z.string().min(1).max(128)

/** What can be changed of nearly everything. */
export const nameAndLabels = { name: resourceName.optional(), labels }

/** RFC 1123 host name. */
export const hostName = z
  .string()
  .regex(/^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/)

/**
 * The request's body by `schema`; unknown fields are ignored, as the API does.
 * @throws ApiError 400 for what is not JSON, 422 naming every field that is wrong.
 */
export const readBody = async <S extends z.ZodType>(context: Context, schema: S): Promise<z.output<S>> => {
  const text = await context.req.text()
  const result = schema.safeParse(parseJson(text))
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path, message }) => ({
    name: path.join('.') || 'body',
    messages: [message],
  }))
  const names = fields.map(({ name }) => `'${name}'`).join(', ')
  const message = `invalid input in field${fields.length === 1 ? '' : 's'} ${names}${fields.length === 1 ? `: ${fields[0]?.messages[0]}` : ''}`
  throw new ApiError(422, 'invalid_input', message, { fields })
}

const parseJson = (text: string): unknown => {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    throw new ApiError(400, 'json_error', 'invalid JSON in request body')
  }
}

/** The object that an id or a name stands for; ids first, as the API does. */
export const findByIdOrName = <T extends { readonly id: number; readonly name: string | null }>(
  items: readonly T[],
  wanted: number | string,
): T | undefined => items.find((one) => one.id === Number(wanted)) ?? items.find((one) => one.name === wanted)

export const idParam = (context: Context): number => Number(context.req.param('id'))
