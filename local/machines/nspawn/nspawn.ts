import { mkdir, rm } from 'node:fs/promises'
import { type Clock, systemClock } from '../../../lib/clock.ts'
import { findCgroups } from '../../host/cgroup.ts'
import { findNamespaces } from '../../host/namespaces.ts'
import { rememberSuccess } from '../../host/remember.ts'
import { runOrFail, runShell } from '../../host/run.ts'
import { createTurns } from '../../host/turns.ts'
import type { TwinLayout } from '../../layout.ts'
import type { Machines } from '../backend.ts'
import { layDisk, mountDisk, unmountDisk } from '../disk.ts'
import { firstBootFiles } from '../first-boot.ts'
import { ensureImage, readRecipe } from '../image/image.ts'
import { idsAmong, machinePrefix, machinesDirectory, orderedIds, placesOf } from '../machine.ts'
import { cutPower, isRunning, powerOffGently, powerOn } from '../power.ts'
import { findMachine, getMachine, saveMachine, storedIds } from '../store.ts'
import { type DiskSource, dropSnapshot, getSnapshot, takeSnapshot } from './snapshots.ts'
import { attach, detach, filter, route } from './wiring.ts'

export interface NspawnOptions {
  readonly layout: TwinLayout
  readonly clock?: Clock
}

/**
 * Machines that are systemd-nspawn containers, each with its own disk (an overlay over a shared image), network namespace and
 * cgroup. Everything is kept on disk and in the kernel, nothing in this process: another one can go on with the same machines.
 * The twin's namespace must be there before a machine is started.
 */
export const createNspawnMachines = ({ layout, clock = systemClock }: NspawnOptions): Machines => {
  const inTurn = createTurns()

  const recipe = rememberSuccess(readRecipe)

  const sourceOf = async (image: string): Promise<DiskSource> =>
    image === 'debian-12'
      ? { base: await ensureImage({ cacheDir: layout.cacheDir, recipe: await recipe() }) }
      : getSnapshot(layout, image)

  const create: Machines['create'] = async (spec) => {
    if ((await findMachine(layout, spec.id)) !== undefined) return
    const source = await sourceOf(spec.image)
    await mkdir(machinesDirectory(layout), { recursive: true, mode: 0o700 })
    await layDisk(placesOf(layout, spec.id), { ...source, files: firstBootFiles(layout, spec) })
    await saveMachine(layout, { spec, base: source.base, nics: [], rules: null, routed: [] })
  }

  const start = async (id: number): Promise<void> => {
    await getMachine(layout, id)
    if (!(await isRunning(layout, id))) await powerOn(layout, id, clock)
  }

  const stop = (id: number): Promise<void> => cutPower(layout, id, clock)

  const shutdown = async (id: number, timeoutMs: number): Promise<void> => {
    if (!(await isRunning(layout, id))) return
    if (!(await powerOffGently(layout, id, { clock, timeoutMs }))) await stop(id)
  }

  const destroy = async (id: number): Promise<void> => {
    await stop(id)
    await rm(placesOf(layout, id).directory, { recursive: true, force: true })
  }

  return {
    kind: 'nspawn',
    create: (spec) => inTurn(spec.id, () => create(spec)),
    start: (id) => inTurn(id, () => start(id)),
    shutdown: (id, { timeoutMs = 20_000 } = {}) => inTurn(id, () => shutdown(id, timeoutMs)),
    stop: (id) => inTurn(id, () => stop(id)),
    destroy: (id) => inTurn(id, () => destroy(id)),
    state: async (id) => {
      if (await isRunning(layout, id)) return 'running'
      return (await findMachine(layout, id)) === undefined ? 'absent' : 'off'
    },
    list: () => listMachines(layout),
    attach: (id, nic) => inTurn(id, () => attach(layout, id, nic)),
    detach: (id, networkId) => inTurn(id, () => detach(layout, id, networkId)),
    filter: (id, rules) => inTurn(id, () => filter(layout, id, rules)),
    route: (id, addresses) => inTurn(id, () => route(layout, id, addresses)),
    snapshot: (id, image) => inTurn(id, () => takeSnapshot(layout, id, image)),
    removeSnapshot: (image) => dropSnapshot(layout, image),
    setRootPassword: (id, password) => inTurn(id, () => setRootPassword(layout, id, password)),
    close: async () => {},
  }
}

/** Through the mounted disk, which is the same file for the system inside if it runs. */
const setRootPassword = async (layout: TwinLayout, id: number, password: string): Promise<void> => {
  const places = placesOf(layout, id)
  await runShell(mountDisk(places, await getMachine(layout, id)))
  await runOrFail(['chroot', places.root, 'chpasswd'], { input: `root:${password}\n` })
  if (!(await isRunning(layout, id))) await runShell(unmountDisk(places))
}

/** Ids of which a directory, a namespace or a cgroup is left. */
const listMachines = async (layout: TwinLayout): Promise<readonly number[]> => {
  const prefix = machinePrefix(layout)
  const names = [...(await findNamespaces(prefix)), ...(await findCgroups(prefix))]
  return orderedIds([...(await storedIds(layout)), ...idsAmong(layout, names)])
}
