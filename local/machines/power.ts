import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, waitFor } from '../../lib/clock.ts'
import { InfraError } from '../../lib/errors.ts'
import { cgroupProcesses, killCgroup } from '../host/cgroup.ts'
import { findProcess, signal } from '../host/process.ts'
import { runOrFail } from '../host/run.ts'
import type { TwinLayout } from '../layout.ts'
import { type MachinePlaces, networkLock, placesOf } from './machine.ts'
import { unplugMachine } from './network.ts'
import { unplugText } from './store.ts'

const everyMs = 20
const supervise = path.join(import.meta.dirname, 'supervise.sh')

const findSupervisor = (places: MachinePlaces): Promise<number | undefined> =>
  findProcess(places.supervisorPid, places.directory)

const findNspawn = (places: MachinePlaces): Promise<number | undefined> =>
  findProcess(places.nspawnPid, `--machine=${places.name}`)

/** Also true while it reboots, and for a machine whose supervisor was killed. */
export const isRunning = async (layout: TwinLayout, id: number): Promise<boolean> => {
  const places = placesOf(layout, id)
  return (await findSupervisor(places)) !== undefined || (await cgroupProcesses(places.name)).length > 0
}

/**
 * Starts the machine's supervisor, which outlives this process, and waits until the system inside begins to boot.
 * @throws InfraError with the end of the console if it does not
 */
export const powerOn = async (layout: TwinLayout, id: number, clock: Clock): Promise<void> => {
  const places = placesOf(layout, id)
  const console = await open(places.console, 'a', 0o600)
  const child = spawn('bash', [supervise, places.directory, places.name, networkLock(layout)], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', console.fd, console.fd],
  })
  child.unref()
  await console.close()
  await waitFor(
    `machine ${id} boots`,
    async () => {
      if ((await findNspawn(places)) !== undefined) return { done: true }
      if (child.exitCode !== null) throw await failedBoot(layout, id)
      return { seen: 'disk and network are being laid' }
    },
    { clock, everyMs, timeoutMs: 20_000 },
  )
}

const failedBoot = async (layout: TwinLayout, id: number): Promise<InfraError> => {
  const text = await readFile(placesOf(layout, id).console, 'utf8')
  return new InfraError(`Machine ${id} did not start: ${text.trim().split('\n').slice(-3).join(' / ')}`, {
    hint: `If this computer was restarted, run local-up again. The whole console: ${placesOf(layout, id).console}`,
  })
}

/** SIGRTMIN+3, which asks systemd to halt (systemd(1)). Node has no names for real-time signals. */
const haltSignal = 37

const askAgainMs = 500

/** Asks the system inside to power off; true if it did within `timeoutMs`. */
export const powerOffGently = async (
  layout: TwinLayout,
  id: number,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<boolean> => {
  const ask = async (): Promise<void> => {
    for (const leader of await findLeaders(placesOf(layout, id))) signal(leader, haltSignal)
  }
  return askUntilOff({ isRunning: () => isRunning(layout, id), ask, askAgainMs, everyMs }, { clock, timeoutMs })
}

interface Asking {
  isRunning(): Promise<boolean>
  ask(): Promise<void>
  readonly askAgainMs: number
  readonly everyMs: number
}

/** Asks again and again, since a system that has just begun to boot does not hear it; true if it is off within `timeoutMs`. */
export const askUntilOff = async (
  { isRunning, ask, askAgainMs, everyMs }: Asking,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<boolean> => {
  const deadline = clock.now() + timeoutMs
  let askAt = clock.now()
  while (await isRunning()) {
    if (clock.now() >= deadline) return false
    if (clock.now() >= askAt) {
      await ask()
      askAt = clock.now() + askAgainMs
    }
    await clock.sleep(everyMs)
  }
  return true
}

/** The first process of the container, a child of nspawn. */
const findLeaders = async (places: MachinePlaces): Promise<readonly number[]> => {
  const nspawn = await findNspawn(places)
  if (nspawn === undefined) return []
  const children = await readFile(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').catch(() => '')
  return children.split(' ').filter(Boolean).map(Number)
}

/** Ends every process of the machine at once and takes its network and mount away. Fine for a machine that is off or gone. */
export const cutPower = async (layout: TwinLayout, id: number, clock: Clock): Promise<void> => {
  const places = placesOf(layout, id)
  const supervisor = await findSupervisor(places)
  // its whole group: whatever it is running just now must not go on without it
  if (supervisor !== undefined) signal(-supervisor, 'SIGKILL')
  // without power there is no farewell; the kernel would end the connections of processes that are killed
  await underLock(layout, unplugMachine(layout, id))
  await waitFor(
    `machine ${id} is off`,
    async () => {
      await killCgroup(places.name)
      return (await isRunning(layout, id)) ? { seen: 'processes are left' } : { done: true }
    },
    { clock, everyMs, timeoutMs: 20_000 },
  )
  await underLock(layout, unplugText(layout, id))
}

/** Runs shell text while nobody else changes the twin's namespaces. */
export const underLock = async (layout: TwinLayout, text: string): Promise<void> => {
  await runOrFail(['flock', '--close', networkLock(layout), 'sh', '-ec', text])
}
