import path from 'node:path'
import type { BackendRow } from '../backend-row.ts'

export const nspawnRow: BackendRow<'nspawn', never> = {
  kind: 'nspawn',
  providers: [],
  summary: 'systemd-nspawn containers. Boot in a second; nothing but Debian packages needed',
  takesBox: false,
  worksInSpace: true,
  folder: undefined,
  programs: () => [['systemd-nspawn', 'systemd-container']],
  findFault: async () => undefined,
  open: async ({ layout, clock }) => {
    const { createNspawnMachines } = await import('./nspawn.ts')
    const { ensureImage } = await import('../image/image.ts')
    return {
      machines: createNspawnMachines({ layout, clock }),
      prepare: async ({ rebuild, report }) =>
        path.basename(await ensureImage({ cacheDir: layout.cacheDir, rebuild, report })),
    }
  },
}
