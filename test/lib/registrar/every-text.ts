import { inspect } from 'node:util'

/** Everything that a log or a crash could show of a value. */
export const everyTextOf = (value: unknown): string => {
  const own = inspect(value, { depth: 20, showHidden: true, getters: true })
  const json = JSON.stringify(value, Object.getOwnPropertyNames(Object(value)))
  const rest = value instanceof Error ? [value.stack, value.cause ? everyTextOf(value.cause) : ''] : []
  return [own, json, String(value), ...rest].join('\n')
}
