import { type Clock, systemClock } from '../../../lib/clock.ts'
import { InfraError } from '../../../lib/errors.ts'
import { createTurns } from '../../host/turns.ts'
import type { TwinLayout } from '../../layout.ts'
import { lansOf } from '../lans.ts'
import { idsAmong, machineName, orderedIds } from '../machine.ts'
import { waitUntilBooted } from '../virtual/booted.ts'
import type { Hypervisor, VirtualMachine } from '../virtual/hypervisor.ts'
import { stateOf } from './answer.ts'
import { createMultipassProgram, failureOf, type Outcome } from './command.ts'
import { describeFailure, remedyOf } from './failure.ts'
import { boot, cutPower, findInstance, findInstances, isAtRest, purge } from './instance.ts'
import { debianImage, firstUserData, launchCommand, launchTimeoutSeconds } from './launch.ts'
import { type LaunchLock, withLaunchLock } from './launch-lock.ts'
import { multipassPlaces } from './places.ts'

export interface MultipassOptions {
  readonly layout: TwinLayout
  readonly clock?: Clock
  /** A name of `multipass find` or an address (`https://…`, `file:///…`) instead of Debian's image. */
  readonly image?: string
  /** Run instead of the `multipass` of this computer; also settable with the environment variable MULTIPASS. */
  readonly program?: string
}

/**
 * Virtual machines of Multipass, which has one daemon for the whole computer: a twin's are known by their names. The bridges of
 * `lansOf` must be there, in the root namespace, before a machine is started.
 */
export const createMultipass = ({
  layout,
  clock = systemClock,
  image = debianImage(process.arch),
  program,
}: MultipassOptions): Hypervisor => {
  const inTurn = createTurns()
  const multipass = createMultipassProgram(program)
  const places = multipassPlaces(layout)
  const nameOf = (id: number): string => machineName(layout, id)

  const start = async (machine: VirtualMachine): Promise<void> => {
    await places.begin(machine.id)
    if (await places.isMade(machine.id)) await boot(multipass, machine.name)
    else await withLaunchLock((lock) => make(machine, lock))
    await waitUntilBooted(machine.id, { run, clock, everyMs: 500 })
  }

  /** Makes the machine anew, whatever an earlier launch has left of it. */
  const make = async (machine: VirtualMachine, lock: LaunchLock): Promise<void> => {
    // somebody else may have made it while we waited for the lock
    if (await places.isMade(machine.id)) return boot(multipass, machine.name)
    await purge(multipass, machine.name, clock)
    const args = launchCommand({ machine, lans: lansOf(layout), image })
    const outcome = await lock.run([multipass.program, ...args], {
      input: firstUserData,
      timeoutMs: (launchTimeoutSeconds + 120) * 1000,
      log: places.launchLog(machine.id),
    })
    if (outcome.exitCode !== 0) {
      const failure = failureOf(args, outcome)
      // what is left must not hide the failure; the next start looks for it again
      await purge(multipass, machine.name, clock).catch(() => {})
      throw failure
    }
    await places.setMade(machine.id)
  }

  const shutdown = async (id: number, timeoutMs: number): Promise<boolean> => {
    const deadline = clock.now() + timeoutMs
    while (stateOf(await findInstance(multipass, nameOf(id))) === 'running') {
      const left = deadline - clock.now()
      if (left <= 0) return false
      await multipass.attempt(['stop', nameOf(id)], { timeoutMs: left })
      // one that has just begun to boot may refuse
      await clock.sleep(Math.min(200, left))
    }
    return true
  }

  const stop = async (id: number): Promise<void> => {
    const name = nameOf(id)
    const instance = await findInstance(multipass, name)
    if (instance === undefined || isAtRest(instance)) return
    await cutPower(multipass, name)
  }

  const list = async (): Promise<readonly number[]> => {
    const names = (await findInstances(multipass)).map(({ name }) => name)
    return orderedIds([...idsAmong(layout, names), ...(await places.list())])
  }

  const destroy = async (id: number): Promise<void> => {
    const isHalfMade = (await places.isBegun(id)) && !(await places.isMade(id))
    await places.setUnmade(id)
    // the launch may still be going on that a killed process has begun
    if (isHalfMade) await withLaunchLock(() => purge(multipass, nameOf(id), clock))
    else await purge(multipass, nameOf(id), clock)
    await places.forget(id)
  }

  /** Only on one that runs: Multipass starts any other for it. */
  const run = async (id: number, text: string): Promise<string> => {
    const name = nameOf(id)
    const instance = await findInstance(multipass, name)
    if (instance?.state !== 'Running') {
      throw new InfraError(`${name} does not run: it is ${instance?.state ?? 'not there'}`, {
        hint: 'Power the server on, then run the command again.',
      })
    }
    const outcome = await multipass.attempt(['exec', name, '--', 'sudo', 'sh', '-es'], {
      input: text,
      timeoutMs: runTimeoutMs,
    })
    if (outcome.exitCode === 0) return outcome.stdout
    throw failureInside(name, outcome)
  }

  return {
    kind: 'multipass',
    // fetched by Multipass itself with the first launch, and kept in its own store
    prepare: async () => image,
    start: (machine) => inTurn(machine.id, () => start(machine)),
    shutdown: (id, { timeoutMs }) => inTurn(id, () => shutdown(id, timeoutMs)),
    stop: (id) => inTurn(id, () => stop(id)),
    destroy: (id) => inTurn(id, () => destroy(id)),
    state: async (id) => stateOf(await findInstance(multipass, nameOf(id))),
    list,
    run,
    // its daemon is the whole computer's
    close: async () => {},
  }
}

/** What the text itself complains of needs no remedy of ours; what Multipass says begins with the name of its command. */
const failureInside = (name: string, { exitCode, isTimedOut, stderr }: Outcome): InfraError => {
  const reason = isTimedOut ? 'it did not end in time' : describeFailure(stderr)
  const isOfMultipass = !isTimedOut && reason.startsWith('exec failed')
  return new InfraError(
    `sh in ${name} failed (${exitCode ?? 'ended'}): ${reason}`,
    isOfMultipass ? { hint: remedyOf(stderr) } : {},
  )
}

/** Packages may have to be fetched in a first boot. */
const runTimeoutMs = 900_000
