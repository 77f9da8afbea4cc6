import { availableParallelism } from 'node:os'
import { mapBounded } from '../bounded.ts'
import type { FleetServer } from '../fleet/server.ts'
import { readServedTexts } from '../named.ts'
import type { Ssh } from '../ssh/ssh.ts'
import { hashArtefact } from '../zones/hash.ts'
import { readZoneText } from '../zones/read-text.ts'
import { readSigned } from '../zones/signing/served.ts'
import type { Zone } from '../zones/zone.ts'
import { askGeneration } from './ask-generation.ts'
import type { World } from './world.ts'

/** The zones that a generation was made with, or why they are not known. */
export type ServedArtefact =
  | { readonly zones: readonly Zone[] }
  /** The end of a sentence, `ns1: …; ns2: …`. */
  | { readonly fault: string }

/** By content hash: what is proven once need not be fetched again. */
const read = new Map<string, readonly Zone[]>()

/**
 * Reads the zones of a generation from whichever of its nameservers can be reached and has what its label `content` says: from any
 * computer, whatever zone files are at hand.
 * @param servers those of other generations are left out.
 * @throws InfraError (exit code 2) when named-compilezone is not installed.
 */
export const readServedArtefact = async (
  { ssh }: Pick<World, 'ssh'>,
  generation: number,
  servers: readonly FleetServer[],
): Promise<ServedArtefact> => {
  const said = await askGeneration(generation, servers, (server) => readFrom(ssh, server))
  if (typeof said === 'object') return { zones: said }
  return { fault: said ?? `no nameserver of generation ${generation} exists` }
}

/** @returns the end of a sentence, when it is not what the label says. @throws SshError when it cannot be read. */
const readFrom = async (ssh: Ssh, server: FleetServer): Promise<readonly Zone[] | string> => {
  const { name, content } = server
  if (content === '') return `no label says what ${name} was given`
  const known = read.get(content)
  if (known) return known
  const texts = [...(await readServedTexts(ssh, server))].map(([origin, text]) => ({ origin, text }))
  if (hashArtefact(texts) !== content) return `${name} has other zone files than it was given`
  const zones = await mapBounded(texts, 2 * availableParallelism(), (one) => finish(one, server.generation))
  const refused = zones.find((zone) => typeof zone === 'string')
  if (refused !== undefined) return `${name}: ${refused}`
  const finished = zones.filter((zone) => typeof zone !== 'string')
  read.set(content, finished)
  return finished
}

/** @returns why not, when the BIND of this computer refuses what that of the nameserver has taken. */
const finish = async ({ origin, text }: Pick<Zone, 'origin' | 'text'>, serial: number): Promise<Zone | string> => {
  const rrsets = await readZoneText(origin, text)
  return typeof rrsets === 'string' ? `${origin}: ${rrsets}` : { origin, serial, text, ...readSigned(rrsets) }
}
