import { canonicalName } from '../dns/name.ts'
import { InfraError } from '../errors.ts'
import type { Plan, ZoneLoss } from '../plan/types.ts'
import { confirm, requireTerminal, typeToConfirm } from '../prompts.ts'

/** What was answered on the command line already. */
export interface Answers {
  readonly yes?: boolean | undefined
  readonly yesDelete?: boolean | undefined
  /** Zones that may go. */
  readonly acceptZone?: readonly string[] | undefined
  /** How the deletion can be avoided. */
  readonly insteadOfDeleting?: string | undefined
}

const nameOf = (zone: string): string => canonicalName(zone).replace(/\.$/, '')

/**
 * @param zoneNames those of the zone files, canonical
 * @throws InfraError (exit code 2) when a zone is given up that does not go. One that is gone already does no harm.
 */
export const verifyAccepted = (
  { losses = [] }: Plan,
  zoneNames: readonly string[],
  { acceptZone = [] }: Answers,
): void => {
  const needless = acceptZone.find(
    (zone) => zoneNames.includes(canonicalName(zone)) && !losses.some((loss) => loss.zone === nameOf(zone)),
  )
  if (needless === undefined) return
  throw new InfraError(`--accept-zone ${needless}: this zone does not go, its file is there`, {
    exitCode: 2,
    hint: 'Nothing was changed. Take its file out of the zones first, or leave the option out.',
  })
}

/**
 * Has the operator agree to a plan that was shown, and to each zone that goes by typing its name. Deletions are asked about later,
 * right before them; without a terminal they have to be answered now.
 * @throws InfraError when it is not agreed to; with exit code 2, naming the flags, when there is no terminal to ask on.
 */
export const agree = async (plan: Plan, answers: Answers): Promise<void> => {
  const going = zonesToAgreeTo(plan, answers)
  requireAnswers(plan, going, answers)
  if (!answers.yes && !(await confirm('Carry out this plan?')))
    throw new InfraError('Not agreed to', { hint: 'Nothing was changed.' })
  for (const { zone, loss } of going) {
    if (await typeToConfirm(zone, loss)) continue
    throw new InfraError(`Not agreed to: ${zone} was not typed`, {
      hint: 'Nothing was changed. Put its file back to keep the zone, or run again to be asked again.',
    })
  }
}

const zonesToAgreeTo = ({ losses = [] }: Plan, { acceptZone = [] }: Answers): readonly ZoneLoss[] => {
  const accepted = acceptZone.map(nameOf)
  return losses.filter(({ zone, isAgreed }) => !isAgreed && !accepted.includes(zone))
}

const requireAnswers = (
  plan: Plan,
  going: readonly ZoneLoss[],
  { yes, yesDelete, insteadOfDeleting }: Answers,
): void => {
  if (!yes) requireTerminal('The plan has to be agreed to', '--yes')
  if (going.length > 0) {
    const flags = going.map(({ zone }) => `--accept-zone ${zone}`).join(' ')
    requireTerminal(`${going.map(({ loss }) => loss).join('\n')}\nThis has to be agreed to`, flags)
  }
  const deletes = plan.phases.some((phase) => phase.confirm)
  if (!deletes || yesDelete) return
  const flags = ['--yes-delete', ...(insteadOfDeleting ? [insteadOfDeleting] : [])].join(' or ')
  requireTerminal('This plan deletes servers, which has to be agreed to', flags)
}
