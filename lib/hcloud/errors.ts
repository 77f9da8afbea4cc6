import { InfraError, type InfraErrorOptions } from '../errors.ts'
import { RequestError } from '../outside/retry.ts'
import type { Action } from './types.ts'

/**
 * The API's codes we or our callers branch on, and after them our own, for when the API did not answer as it should.
 * Source: https://docs.hetzner.cloud/reference/cloud#description/errors
 */
const hcloudErrorCodes = [
  'unauthorized',
  'token_readonly',
  'forbidden',
  'maintenance',
  'resource_limit_exceeded',
  'not_found',
  'uniqueness_error',
  'conflict',
  'deprecated_api_endpoint',
  'resource_unavailable',
  'placement_error',
  'placement_group_member_limit_reached',
  'invalid_input',
  'service_error',
  'unsupported_error',
  'locked',
  'protected',
  'rate_limit_exceeded',
  'server_error',
  'bad_gateway',
  'unavailable',
  'timeout',
  'resource_in_use',
  'must_be_unassigned',
  'ip_not_available',
  'firewall_managed_by_label_selector',
  'floating_ip_assigned',
  'connection_refused',
  'host_not_found',
  'connection_lost',
  'network_timeout',
  'malformed_answer',
  'unexpected_answer',
] as const

export type HcloudErrorCode = (typeof hcloudErrorCodes)[number]

const knownCodes: ReadonlySet<string> = new Set(hcloudErrorCodes)

export const isHcloudErrorCode = (code: string): code is HcloudErrorCode => knownCodes.has(code)

export interface HcloudErrorOptions extends InfraErrorOptions {
  readonly code: string
  readonly status?: number
  readonly details?: unknown
  readonly correlationId?: string
  readonly rateLimitReset?: number
  readonly maybeDone?: boolean
}

/** A request the API refused, or one that got no usable answer. */
export class HcloudError extends RequestError {
  /** One of `HcloudErrorCode`, or a newer code of the API; ask with `isHcloudError`. */
  readonly code: string
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined
  readonly details: unknown
  /** What Hetzner's support asks for. */
  readonly correlationId: string | undefined
  /** Unix seconds when the whole rate limit is free again. */
  readonly rateLimitReset: number | undefined

  constructor(message: string, options: HcloudErrorOptions) {
    super(message, options)
    this.code = options.code
    this.status = options.status
    this.details = options.details
    this.correlationId = options.correlationId
    this.rateLimitReset = options.rateLimitReset
  }
}

/** True for an `HcloudError` with one of `codes`, or with any code when none is given. */
export const isHcloudError = (error: unknown, ...codes: readonly HcloudErrorCode[]): error is HcloudError =>
  error instanceof HcloudError && (codes.length === 0 || codes.some((code) => code === error.code))

/** An action that ended in `error`. Its `hint` says what became of a half-made server. */
export class ActionError extends InfraError {
  readonly actionId: number
  readonly command: string
  readonly code: string
  readonly action: Action
  /** What the action was making has been removed again. */
  readonly isRemoved: boolean

  constructor(action: Action, { isRemoved = false, ...options }: InfraErrorOptions & { isRemoved?: boolean } = {}) {
    const code = action.error?.code || 'unknown_error'
    super(`${describeAction(action)} failed: ${action.error?.message || 'no reason given'} (${code})`, options)
    this.actionId = action.id
    this.command = action.command
    this.code = code
    this.action = action
    this.isRemoved = isRemoved
  }
}

/** Such as `attach_to_network (action 606028482673874, server 42, network 7)`. */
export const describeAction = ({ command, id, resources }: Action): string =>
  `${command} (${[`action ${id}`, ...resources.map((resource) => `${resource.type} ${resource.id}`)].join(', ')})`
