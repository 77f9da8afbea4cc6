export type QueryValue = string | number | boolean | readonly (string | number)[] | undefined

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the endpoint, such as `/servers/42`. */
  readonly path: string
  /** An array becomes a repeated key; undefined is left out. */
  readonly query?: Readonly<Record<string, QueryValue>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** What an error says was being done; the default is method and path. */
  readonly purpose?: string
  readonly signal?: AbortSignal
}

/** One request, whatever it takes. Resolves with the parsed JSON, or undefined for an empty body. */
export type Send = (call: Call) => Promise<unknown>
