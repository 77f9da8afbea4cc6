import type { Driver } from './driver.ts'
import type { Effects } from './read-back.ts'

/** A variable of the environment that has to be set, and what it is, as the end of a sentence: `is the API key of …`. */
interface Variable {
  readonly variable: string
  readonly what: string
}

/**
 * All that the rest knows of a registrar with an API: config, environment and docs follow from it.
 * @typeParam Field what `create` is given beside the endpoint, each read from a variable of the environment.
 */
export interface RegistrarRow<Kind extends string = string, Field extends string = never> {
  /** As `registrar` in infra.config.ts and REGISTRAR in the environment name it. */
  readonly kind: Kind
  /** What REGISTRAR_ENDPOINT stands in for; where there is none of the registrar's own, the variable has to be set. */
  readonly endpoint: string | Variable
  readonly variables: Readonly<Record<Field, Variable>>
  /** @throws InfraError (exit code 2) when endpoint or a secret cannot be right. */
  create(settings: Readonly<Record<Field | 'endpoint', string>>, effects: Effects): Driver
}
