import { canonicalName } from '../dns/wire/name.ts'
import { InfraError } from '../errors.ts'
import { describeDanger } from '../plan/dangers.ts'
import { switchedTo } from '../plan/phases.ts'
import { type Answers, isAnswered, type Questions, questionsOf } from '../plan/questions.ts'
import type { Lockout, Plan, PlanPhase } from '../plan/types.ts'
import { canAsk, confirm, typeToConfirm } from '../prompts.ts'

/** However it is spelled on the command line. */
const zoneNameOf = (zone: string): string => canonicalName(zone).replace(/\.$/, '')

/**
 * @param zoneNames those of the zone files, canonical
 * @throws InfraError (exit code 2) when dangers of a zone are agreed to that has none, which may be a mistake. One that is gone
 * already does no harm, nor what cannot be known, nor a plan that is but the rest of one.
 */
export const verifyAccepted = (plan: Plan, zoneNames: readonly string[], { acceptZone = [] }: Answers): void => {
  const { dangers = [], change = [] } = plan
  if (switchedTo(plan).length === 0 || change.some((one) => 'unknown' in one)) return
  const needless = acceptZone.find(
    (zone) => zoneNames.includes(canonicalName(zone)) && !dangers.some((danger) => danger.zone === zoneNameOf(zone)),
  )
  if (needless === undefined) return
  throw new InfraError(`--accept-zone ${needless}: this zone does not go, and nothing else of it has to be agreed to`, {
    exitCode: 2,
    hint: 'Nothing was changed. Look at what changes with --dry-run, or leave the option out.',
  })
}

/**
 * Has the operator agree to a plan that was shown, to being locked out, and to what is dangerous for clients, by typing the name of
 * the zone. Deletions are asked about later, right before them; without a terminal those that no wait stands before have to be
 * answered now.
 * @throws InfraError when it is not agreed to; with exit code 2, naming the flags, when there is no terminal to ask on.
 */
export const agree = async (plan: Plan, answers: Answers): Promise<void> => {
  const questions = questionsOf(plan, { ...answers, acceptZone: (answers.acceptZone ?? []).map(zoneNameOf) })
  if (!canAsk()) requireNone(questions, answers)
  if (questions.plan && !(await confirm('Carry out this plan?')))
    throw new InfraError('Not agreed to', { hint: 'Nothing was changed.' })
  if (questions.lockout && !(await typeToConfirm(questions.lockout.address, questions.lockout.loss)))
    throw new InfraError('Not agreed to: the address was not typed', {
      hint: 'Nothing was changed. Add the network you work from to operatorNetworks in infra.config.ts, and run again.',
    })
  for (const { zone, dangers } of questions.zones) {
    if (await typeToConfirm(zone, dangers.map(describeDanger).join('\n'))) continue
    throw new InfraError(`Not agreed to: ${zone} was not typed`, {
      hint: 'Nothing was changed. Put its zone file right, or run again to be asked again.',
    })
  }
}

/** All at once, so that the next run is not refused for the next of them. */
const requireNone = (questions: Questions, { insteadOfDeleting }: Answers): void => {
  const open = [
    ...(questions.plan ? [{ fact: 'The plan has to be agreed to', flags: '--yes' }] : []),
    ...(questions.lockout ? [lockoutOf(questions.lockout)] : []),
    ...(questions.zones.length > 0 ? [dangersLeft(questions)] : []),
    ...(questions.deletion
      ? [
          {
            fact: 'This plan deletes servers, which has to be agreed to',
            flags: ['--yes-delete', ...(insteadOfDeleting ? [insteadOfDeleting] : [])].join(' or '),
          },
        ]
      : []),
  ]
  if (open.length === 0) return
  throw new InfraError(`${open.map(({ fact }) => fact).join('\n')}, and there is no terminal to ask on`, {
    exitCode: 2,
    hint: `Nothing was changed. Take ${open.map(({ flags }) => flags).join(', and ')} to answer beforehand.`,
  })
}

const lockoutOf = ({ loss }: Lockout) => ({ fact: `${loss}\nThis has to be agreed to`, flags: '--accept-lockout' })

const dangersLeft = ({ zones }: Questions) => ({
  fact: `${zones.flatMap(({ dangers }) => dangers.map(describeDanger)).join('\n')}\nThis has to be agreed to`,
  flags: zones.map(({ zone }) => `--accept-zone ${zone}`).join(' '),
})

/**
 * Asks about a deletion, right before it.
 * @throws InfraError (exit code 2), naming the flag, when there is no terminal to ask on.
 */
export const agreeToDelete = async (
  deletion: NonNullable<PlanPhase['confirm']>,
  answers: Answers,
): Promise<boolean> => {
  if (isAnswered(deletion, answers)) return true
  const { name, loss, mayKeep } = deletion
  if (canAsk()) return typeToConfirm(name, loss, mayKeep ? 'to keep all of that' : undefined)
  throw new InfraError(
    `Only a deletion is left, which has to be agreed to, and there is no terminal to ask on\n${loss}`,
    { exitCode: 2, hint: 'Nothing was deleted. Run again with --yes-delete.' },
  )
}
