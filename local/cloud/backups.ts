import type { Cloud } from './cloud.ts'
import { machineImage } from './machine.ts'

/** Backups are of one server, and go with it or with the option. */
export const removeBackups = async ({ store, machines }: Cloud, server: number): Promise<void> => {
  for (const image of Object.values(store.state.images)) {
    if (image.type !== 'backup' || image.bound_to !== server) continue
    await machines.removeSnapshot(machineImage({ id: image.id, name: null }))
    delete store.state.images[image.id]
    store.touch('images', image.id)
  }
}
