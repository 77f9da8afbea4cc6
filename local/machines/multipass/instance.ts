import type { Clock } from '../../../lib/clock.ts'
import { InfraError } from '../../../lib/errors.ts'
import { bootTimeoutMs } from '../virtual/booted.ts'
import { type Instance, parseInstances } from './answer.ts'
import { failureOf, type Multipass } from './command.ts'
import { isMissing, isUnknownOption } from './failure.ts'

export const findInstances = async (multipass: Multipass): Promise<readonly Instance[]> =>
  parseInstances(await multipass.ask(['list', '--format', 'json']))

export const findInstance = async (multipass: Multipass, name: string): Promise<Instance | undefined> =>
  (await findInstances(multipass)).find((instance) => instance.name === name)

export const isAtRest = ({ state }: Instance): boolean =>
  state === 'Stopped' || state === 'Deleted' || state === 'Suspended'

/** Has a machine that was once made running, or on the way to it. */
export const boot = async (multipass: Multipass, name: string): Promise<void> => {
  const instance = await findInstance(multipass, name)
  if (instance === undefined) {
    throw new InfraError(`${name} is gone: somebody removed it from Multipass, with its disk`, {
      hint: 'Delete the server and make it anew.',
    })
  }
  if (instance.state === 'Running' || instance.state === 'Starting' || instance.state === 'Restarting') return
  // its disk is there still
  if (instance.state === 'Deleted') await multipass.ask(['recover', name])
  if (instance.state === 'Unknown') await cutPower(multipass, name)
  await multipass.ask(['start', name], { timeoutMs: bootTimeoutMs })
}

/** Versions before 1.14 have no way to cut the power: they ask the system inside. */
export const cutPower = async (multipass: Multipass, name: string): Promise<void> => {
  const args = ['stop', '--force', name]
  const outcome = await multipass.attempt(args)
  if (outcome.exitCode === 0 || isMissing(outcome.stderr)) return
  if (!isUnknownOption(outcome.stderr)) throw failureOf(args, outcome)
  await multipass.ask(['stop', name], { timeoutMs: 120_000 })
}

/** Removes a machine for good; its own state does not matter, but a launch that is going on must not be cut into. */
export const purge = async (multipass: Multipass, name: string, clock: Clock): Promise<void> => {
  const deadline = clock.now() + bootTimeoutMs
  let instance = await findInstance(multipass, name)
  while (instance?.state === 'Starting' && clock.now() < deadline) {
    await clock.sleep(500)
    instance = await findInstance(multipass, name)
  }
  if (instance === undefined) return
  // a delete asks the system inside to power off first, which may not hear it any more
  if (!isAtRest(instance)) await cutPower(multipass, name).catch(() => {})
  const args = ['delete', '--purge', name]
  const outcome = await multipass.attempt(args, { timeoutMs: 120_000 })
  if (outcome.exitCode !== 0 && !isMissing(outcome.stderr)) throw failureOf(args, outcome)
  if ((await findInstance(multipass, name)) !== undefined) {
    throw new InfraError(`multipass delete --purge ${name} succeeded, and the machine is still there`, {
      hint: '`sudo snap restart multipass`, then run the command again.',
    })
  }
}
