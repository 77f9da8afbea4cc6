import type { InfraErrorOptions } from '../errors.ts'
import { RequestError } from '../outside/retry.ts'

/**
 * Why a registrar did not do as asked. `credentials` it does not know us · `permission` it knows us, but not for this ·
 * `unknown-domain` the domain is not in the account · `rate-limit` too many requests · `refused` for a reason of its own ·
 * `unavailable` it has a fault (5xx) · `no-answer` none came · `malformed` an answer that is not as documented.
 */
export type RefusalKind =
  | 'credentials'
  | 'permission'
  | 'unknown-domain'
  | 'rate-limit'
  | 'refused'
  | 'unavailable'
  | 'no-answer'
  | 'malformed'

export interface RegistrarErrorOptions extends InfraErrorOptions {
  readonly kind: RefusalKind
  readonly maybeDone?: boolean
  readonly retryAfterSeconds?: number | undefined
}

/** A request to a registrar that was refused, or got no usable answer. It holds no secret and, on purpose, no cause. */
export class RegistrarError extends RequestError {
  readonly kind: RefusalKind
  /** When it may be asked again, if it said so. */
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, { kind, retryAfterSeconds, ...options }: RegistrarErrorOptions) {
    super(message, options)
    this.kind = kind
    this.retryAfterSeconds = retryAfterSeconds
  }
}
