import { HcloudError, type HcloudErrorCode } from '../hcloud/errors.ts'
import { SshError } from '../ssh/ssh.ts'

const outageCodes: ReadonlySet<string> = new Set<HcloudErrorCode>([
  'connection_refused',
  'host_not_found',
  'connection_lost',
  'network_timeout',
  'bad_gateway',
  'unavailable',
  'timeout',
  'rate_limit_exceeded',
])
const outageFailures: ReadonlySet<string> = new Set<SshError['failure']>(['refused', 'unreachable', 'timeout'])

/** The cloud or a machine cannot be reached at the moment: nothing is known of it, and nothing is wrong with what was asked. */
export const isOutage = (error: unknown): error is Error =>
  (error instanceof HcloudError && outageCodes.has(error.code)) ||
  (error instanceof SshError && outageFailures.has(error.failure))
