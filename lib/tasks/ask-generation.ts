import type { FleetServer } from '../fleet/server.ts'
import { nameserversOf } from '../plan/nameservers.ts'
import { SshError } from '../ssh/ssh.ts'

/**
 * Asks the nameservers of a generation, all of which have the same, one after the other until one can say it.
 * @param servers those of other generations are left out.
 * @param ask a text says why this one could not.
 * @returns what was said, or why nobody could, `ns1: …; ns2: …`; undefined when there is nobody to ask.
 */
export const askGeneration = async <T extends object>(
  generation: number,
  servers: readonly FleetServer[],
  ask: (nameserver: FleetServer) => Promise<T | string>,
): Promise<T | string | undefined> => {
  const faults: string[] = []
  for (const server of nameserversOf({ servers }, generation)) {
    const said = await ask(server).catch(whyNot)
    if (typeof said !== 'string') return said
    faults.push(said)
  }
  return faults.length > 0 ? faults.join('; ') : undefined
}

const whyNot = (error: unknown): string => {
  if (error instanceof SshError) return error.message
  throw error
}
