import path from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import { InfraError } from '../../lib/errors.ts'
import type { TwinLayout } from '../twin/layout.ts'
import type { Machines, machineKinds } from './backend.ts'
import type { Hypervisor } from './hypervisor.ts'
import { ensureImage } from './image.ts'
import { createMultipass } from './multipass/multipass.ts'
import { createNspawnMachines } from './nspawn.ts'
import { createVagrant, type VagrantProvider } from './vagrant/vagrant.ts'
import { createVirtualMachines } from './virtual.ts'

/** Which machines back a twin. */
export interface Backend {
  readonly kind: (typeof machineKinds)[number]
  /** Of Vagrant, which always has one. */
  readonly provider?: VagrantProvider
  /** Instead of ours: a box of Vagrant, `NAME` or `NAME@VERSION`, or an image of Multipass, a name, URL or file. */
  readonly box?: string
}

export const describeBackend = ({ kind, provider }: Backend): string =>
  provider === undefined ? kind : `${kind} (${provider})`

export const createMachines = (layout: TwinLayout, backend: Backend, clock: Clock): Machines =>
  backend.kind === 'nspawn'
    ? createNspawnMachines({ layout, clock })
    : createVirtualMachines({ layout, hypervisor: createHypervisor(layout, backend, clock) })

const createHypervisor = (layout: TwinLayout, { kind, provider = 'lxc', box }: Backend, clock: Clock): Hypervisor =>
  kind === 'vagrant'
    ? createVagrant({ layout, provider, clock, ...(box === undefined ? {} : { box }) })
    : createMultipass({ layout, clock, ...(box === undefined ? {} : { image: box }) })

export interface PrepareOptions {
  readonly layout: TwinLayout
  readonly backend: Backend
  readonly clock: Clock
  /** Makes the image anew although there is one. */
  readonly rebuild: boolean
  readonly report: (text: string) => void
}

/**
 * Makes what machines are made of, which takes minutes the first time; the twin's network has to be there. Returns its name.
 * @throws InfraError (2) if a new image is asked for where there is none of ours
 */
export const prepareMachines = async ({ layout, backend, clock, rebuild, report }: PrepareOptions): Promise<string> => {
  if (backend.kind === 'nspawn') return path.basename(await ensureImage({ cacheDir: layout.cacheDir, rebuild, report }))
  if (rebuild) {
    throw new InfraError(`--rebuild-image: machines of ${describeBackend(backend)} are not made of the image`, {
      hint: '`local-down --cache` removes boxes too; the next local-up makes them anew.',
      exitCode: 2,
    })
  }
  return createHypervisor(layout, backend, clock).prepare(report)
}
