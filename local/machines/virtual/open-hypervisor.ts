import { InfraError } from '../../../lib/errors.ts'
import type { TwinLayout } from '../../layout.ts'
import type { OpenBackend } from '../backend-row.ts'
import type { Hypervisor } from './hypervisor.ts'
import { createVirtualMachines } from './virtual.ts'

/** A backend over a hypervisor, whose boxes are its own. */
export const openHypervisor = (layout: TwinLayout, hypervisor: Hypervisor): OpenBackend => ({
  machines: createVirtualMachines({ layout, hypervisor }),
  prepare: async ({ rebuild, report }) => {
    if (!rebuild) return hypervisor.prepare(report)
    throw new InfraError(`--rebuild-image: machines of ${hypervisor.kind} are not made of the image`, {
      hint: '`local-down --cache` removes boxes too; the next local-up makes them anew.',
      exitCode: 2,
    })
  },
})
