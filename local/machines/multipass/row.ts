import type { BackendRow } from '../backend-row.ts'

export const multipassRow: BackendRow<'multipass', never> = {
  kind: 'multipass',
  providers: [],
  summary: 'virtual machines of Multipass',
  takesBox: true,
  worksInSpace: false,
  folder: 'multipass',
  programs: () => [],
  findFault: async () => (await import('./faults.ts')).findMultipassFault(),
  open: async ({ layout, box, clock }) => {
    const { createMultipass } = await import('./multipass.ts')
    const { openHypervisor } = await import('../virtual/open-hypervisor.ts')
    return openHypervisor(layout, createMultipass({ layout, clock, ...(box === undefined ? {} : { image: box }) }))
  },
}
