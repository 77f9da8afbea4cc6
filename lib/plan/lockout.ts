import { stepsOf } from './phases.ts'
import type { Plan } from './types.ts'

/** Whether machines, or the cloud in front of them, are told by it whom to let in. */
export const isTellingWhomToLetIn = (plan: Plan): boolean =>
  stepsOf(plan).some(({ kind }) => kind === 'configure' || kind === 'ensure-firewall')

/**
 * Adds to a plan that it locks its operator out, named before everything else in the notes. Pure.
 * @param outside addresses that machines see this computer at, and that are in no network of `networks`.
 */
export const withLockout = (plan: Plan, outside: readonly string[], networks: readonly string[]): Plan => {
  const [address] = outside
  if (address === undefined) return plan
  const loss = `The machines see this computer at ${outside.join(' and ')}, which is in none of operatorNetworks (${networks.join(', ')}). What this plan configures lets it in no more, for SSH or for the checks of this plan, which then fails. Unless that is meant, add the network you work from in infra.config.ts.`
  return { ...plan, notes: [loss, ...plan.notes], lockout: { address, loss } }
}
