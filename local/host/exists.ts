import { access } from 'node:fs/promises'

/** Whether there is something of this name, of whatever kind. */
export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
