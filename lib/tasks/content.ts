import { createHash } from 'node:crypto'
import { mapBounded } from '../bounded.ts'
import { InfraError, sentenceOf } from '../errors.ts'
import { identityOf } from '../fleet/names.ts'
import type { FleetServer } from '../fleet/server.ts'
import { readServedFiles, readServedZone, type ServedFiles, zoneFileOf } from '../named.ts'
import { SshError } from '../ssh/ssh.ts'
import { findDifferingRrsets } from '../zones/difference.ts'
import { readZoneText } from '../zones/read-text.ts'
import type { RRset } from '../zones/rrset.ts'
import { comparableIn } from '../zones/signing/served.ts'
import type { Zone } from '../zones/zone.ts'
import type { World } from './world.ts'

/** Sentences: what is not as it was made, and what could not be compared. */
interface ContentDrift {
  readonly drift: readonly string[]
  readonly unknown: readonly string[]
}

type Machines = Pick<World, 'ssh'>

interface Member {
  readonly server: FleetServer
  readonly files: ServedFiles
}

/** What a nameserver is compared with. */
interface Reference {
  /** `what it was made with` */
  readonly what: string
  readonly zones: readonly {
    readonly origin: string
    readonly hash: string
    readonly read: () => Promise<readonly RRset[] | string>
  }[]
}

const machinesAtOnce = 4
const remedy = 'deploy-infra makes new nameservers'

/**
 * Compares the zone files that each nameserver has with those that its generation was made with, or, where these are not at hand, with
 * those of another one of it; and the rest of the configuration with one another. Hashes first: records only where these differ.
 * @param servers nameservers of one generation.
 * @param artefact what they must have; undefined when it is not at hand.
 */
export const readContentDrift = async (
  world: Machines,
  servers: readonly FleetServer[],
  artefact: readonly Zone[] | undefined,
): Promise<ContentDrift> => {
  const asked = await mapBounded(servers, machinesAtOnce, (server) => askMember(world, server))
  const members = asked.filter((one) => typeof one !== 'string')
  const silent = asked.filter((one) => typeof one === 'string')
  const [first, ...others] = members
  if (!first) return { drift: [], unknown: silent }
  const compared = artefact ? members : others
  const reference = artefact ? referenceOf(artefact) : referenceTo(world, first)
  const findings = await mapBounded(compared, machinesAtOnce, (member) => compare(world, member, reference))
  return {
    drift: [...findings.flatMap(({ drift }) => drift), ...others.flatMap((other) => configDrift(first, other))],
    unknown: [
      ...silent,
      ...findings.flatMap(({ unknown }) => unknown),
      ...(compared.length > 0 ? [] : [`what ${first.server.name} serves can be compared with nothing at hand`]),
    ],
  }
}

const askMember = async ({ ssh }: Machines, server: FleetServer): Promise<Member | string> => {
  try {
    return { server, files: await readServedFiles(ssh, server) }
  } catch (error) {
    if (!(error instanceof SshError)) throw error
    return `${server.name} could not be asked what it serves: ${error.message}`
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const referenceOf = (artefact: readonly Zone[]): Reference => ({
  what: 'what it was made with',
  zones: artefact.map(({ origin, text, rrsets, signing }) => ({
    origin,
    // the text of one that is signed only when it is deployed is nobody's
    hash: signing && signing.expires === undefined ? '' : sha256(text),
    read: async () => (signing ? [...rrsets, signing.published] : rrsets),
  })),
})

const referenceTo = ({ ssh }: Machines, { server, files }: Member): Reference => ({
  what: `what ${server.name} of the same generation does`,
  zones: [...files.hashes].map(([file, hash]) => {
    const origin = `${file.slice(zoneFileOf('').length)}.`
    return { origin, hash, read: async () => readComparable(origin, await readServedZone(ssh, server, origin)) }
  }),
})

const compare = async (
  world: Machines,
  { server, files }: Member,
  { what, zones }: Reference,
): Promise<ContentDrift> => {
  const differing = zones.filter(({ origin, hash }) => files.hashes.get(zoneFileOf(origin)) !== hash)
  try {
    const told = await mapBounded(differing, machinesAtOnce, async ({ origin, read }) => {
      if (!files.hashes.has(zoneFileOf(origin))) return [`${origin} is not there`]
      return describeDifference(origin, await read(), await readServedZone(world.ssh, server, origin))
    })
    const [first, ...more] = told.flat()
    if (first === undefined) return { drift: [], unknown: [] }
    const rest = more.length > 0 ? `; and ${more.length} more zones` : ''
    return { drift: [`${server.name} does not serve ${what} (${first}${rest}): ${remedy}`], unknown: [] }
  } catch (error) {
    if (!(error instanceof InfraError)) throw error
    const origins = differing.map(({ origin }) => origin).join(' ')
    return {
      drift: [],
      unknown: [`whether ${server.name} serves ${what} is not known (${origins}): ${sentenceOf(error)}`],
    }
  }
}

const shown = 3

const readComparable = async (origin: string, text: string): Promise<readonly RRset[] | string> => {
  const rrsets = await readZoneText(origin, text)
  return typeof rrsets === 'string' ? rrsets : comparableIn(rrsets)
}

/** None when only the spelling differs, as that of two releases of BIND may. */
const describeDifference = async (
  origin: string,
  expected: readonly RRset[] | string,
  text: string,
): Promise<readonly string[]> => {
  const found = await readComparable(origin, text)
  const refusal = [expected, found].find((one) => typeof one === 'string')
  if (typeof expected === 'string' || typeof found === 'string') return [`${origin}: ${refusal}`]
  const differing = findDifferingRrsets(expected, found)
  if (differing.length === 0) return []
  const rest = differing.length > shown ? ` and ${differing.length - shown} more` : ''
  return [`${origin} has other data for ${differing.slice(0, shown).join(', ')}${rest}`]
}

/** Nameservers of a generation are configured alike, but for who and where they are. */
const configDrift = (one: Member, other: Member): readonly string[] => {
  const [ones, others] = [one, other].map(linesAlike)
  const at = ones?.findIndex((line, index) => line !== others?.[index]) ?? -1
  if (at < 0 && ones?.length === others?.length) return []
  const [here, there] = [ones, others].map((lines) => lines?.[at < 0 ? (ones?.length ?? 0) : at] ?? 'nothing')
  const names = `${one.server.name} and ${other.server.name}`
  return [`named.conf of ${names}, which were made alike, differ (\`${here}\` and \`${there}\`): ${remedy}`]
}

const linesAlike = ({ server, files }: Member): readonly string[] => {
  const identity = identityOf(server.pair, server.generation)
  const lines = files.config.replaceAll(identity, 'IDENTITY').split('\n')
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('listen-on'))
}
