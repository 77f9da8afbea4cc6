import type { BackendRow } from '../backend-row.ts'
import { isProvider, type VagrantProvider, vagrantPrograms, vagrantProviders } from './programs.ts'

const providerOf = (name: string | undefined): VagrantProvider =>
  name !== undefined && isProvider(name) ? name : vagrantProviders[0]

export const vagrantRow: BackendRow<'vagrant', VagrantProvider> = {
  kind: 'vagrant',
  providers: vagrantProviders,
  summary:
    'machines of Vagrant, by --provider: lxc (containers) or libvirt (virtual machines with a kernel of their own; slow where the processor does not help)',
  takesBox: true,
  worksInSpace: false,
  folder: 'vagrant',
  programs: (provider) => vagrantPrograms[providerOf(provider)],
  findFault: async () => undefined,
  open: async ({ layout, provider, box, clock }) => {
    const { createVagrant } = await import('./vagrant.ts')
    const { openHypervisor } = await import('../virtual/open-hypervisor.ts')
    const own = box === undefined ? {} : { box }
    return openHypervisor(layout, createVagrant({ layout, provider: providerOf(provider), clock, ...own }))
  },
}
