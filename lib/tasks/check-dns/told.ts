import { mapBounded } from '../../bounded.ts'
import type { Config } from '../../config/schema.ts'
import { createFinding } from '../../dns/checks/finding.ts'
import { readChild } from '../../dns/delegation/child.ts'
import { query, type Target } from '../../dns/query.ts'
import { canonicalName } from '../../dns/wire/name.ts'
import { digCommand } from '../../dns/wire/question.ts'
import { describeReply, type Reply } from '../../dns/wire/reply.ts'
import { InfraError } from '../../errors.ts'
import { parseServerName } from '../../fleet/names.ts'
import { familyOf, isAddress } from '../../ip.ts'
import type { Pace } from '../../pace.ts'
import { findZone } from '../../zones/authority.ts'
import { compileZonesOnce } from '../../zones/compile-once.ts'
import type { GlueHost } from '../../zones/complete.ts'
import { withKeys } from '../../zones/signing/known.ts'
import { findZoneSources } from '../../zones/sources.ts'
import { readKeysOf } from '../signing.ts'
import type { Scene, Subject } from './scene.ts'

/** A server that was named on the command line. */
export type ToldServer = Omit<Subject, 'generation'>

/** Reads `lb1=203.0.113.5`. @throws InfraError (exit code 2) for anything else. */
export const parseToldServer = (text: string): ToldServer => {
  const [, name = '', address = ''] = /^([^=]+)=(.+)$/.exec(text) ?? []
  const named = parseServerName(name)
  if (named && isAddress(address)) {
    return { target: { name, address, port: 53 }, role: named.role, pair: named.pair }
  }
  throw new InfraError(`--targets: ${text} is not NAME=ADDRESS of a server`, {
    exitCode: 2,
    hint: 'NAME is that of a server as status shows it, such as lb1 or ns2; ADDRESS is an IPv4 or IPv6 address: --targets lb1=203.0.113.5 lb1=2001:db8::5',
  })
}

export interface ToldOptions {
  readonly config: Config
  /** What paths in it are relative to. */
  readonly root: string
  /** Absolute, of the zones. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly pace: Pace | undefined
}

const atOnce = 64

/**
 * The scene without the cloud: the zone files at hand, with what only a deployment knows taken from the answers themselves. That is the
 * serial, the newest that any of these servers gives, and the addresses of our own host names, as a server with that serial has them.
 * @throws InfraError (exit code 2) when the zone files do not compile; with exit code 8 when none of them gives our host names an address.
 */
export const readToldScene = async (told: readonly ToldServer[], options: ToldOptions): Promise<Scene> => {
  const { config, root, folder, signal, pace } = options
  const zones = (await findZoneSources(folder)).map(({ origin }) => origin)
  const asked = told.flatMap(({ target }) => zones.map((zone) => ({ target, zone })))
  const replies = await mapBounded(asked, atOnce, async ({ target, zone }) => {
    const reply = await query(target, { name: zone, type: 'SOA', transport: 'udp' }, { signal, pace })
    signal.throwIfAborted()
    return { target, zone, reply }
  })
  const heard = replies.flatMap(({ target, reply }) =>
    reply.kind === 'answered' && reply.aa && reply.serial !== null ? [{ target, serial: reply.serial }] : [],
  )
  if (heard.length === 0) return silentScene(replies)
  // serials are the Unix times of deployments
  const newest = Math.max(...heard.map(({ serial }) => serial))
  const current = [...new Set(heard.filter(({ serial }) => serial === newest).map(({ target }) => target))]
  const hosts = await readHosts(config, zones, { targets: current, signal, pace })
  const subjects = told.map((one): Subject => ({ ...one, generation: newest }))
  const keys = await readKeysOf({ settings: { config, root } }, zones)
  const artefact = withKeys(await compileZonesOnce({ folder, serial: newest, hosts }), keys)
  return {
    subjects,
    artefacts: new Map([[newest, artefact]]),
    leading: artefact,
    hosts,
    notes: [
      `Without the cloud, the serial (${newest}) and the addresses of the nameservers' own names are taken from what ${current[0]?.name} answers.`,
    ],
    unknown: [],
    isMoving: false,
    findings: [],
  }
}

interface Asked {
  readonly target: Target
  readonly zone: string
  readonly reply: Reply
}

/** That nobody answers is found; what they should answer is not known. */
const silentScene = (replies: readonly Asked[]): Scene => ({
  subjects: [],
  artefacts: new Map(),
  leading: undefined,
  hosts: [],
  notes: [],
  isMoving: false,
  unknown: ['Nothing else was judged, since no answer says what these servers were made with.'],
  findings: replies.map(({ target, zone, reply }) =>
    createFinding({
      check: 'soa',
      server: target.name,
      address: target.address,
      transport: 'udp',
      status: 'failed',
      asked: `${zone} SOA`,
      expected: 'an authoritative answer',
      got: describeReply(reply),
      command: digCommand(target, { name: zone, type: 'SOA', transport: 'udp' }),
    }),
  ),
})

interface Informed {
  readonly targets: readonly Target[]
  readonly signal: AbortSignal
  readonly pace: Pace | undefined
}

/** @throws InfraError (exit code 8) when a host name in a zone of ours has no address there. */
const readHosts = async (
  { pairs }: Config,
  zones: readonly string[],
  { targets, signal, pace }: Informed,
): Promise<readonly GlueHost[]> => {
  const hosts = await Promise.all(
    pairs.map(async ({ hostname }) => {
      const zone = findZone(
        zones.map((origin) => ({ origin })),
        canonicalName(hostname),
      )
      if (!zone) return []
      const views = await readChild(targets, zone.origin, [hostname], { signal, pace })
      const found = views.find(({ addresses }) => addresses.some(({ type }) => type === 'A'))
      const addressOf = (family: 4 | 6): string | undefined =>
        found?.addresses.find(({ address }) => familyOf(address) === family)?.address
      const ipv4 = addressOf(4)
      if (ipv4 !== undefined) return [{ hostname, ipv4, ipv6: addressOf(6) ?? null }]
      throw new InfraError(`No server that was named gives an address of ${hostname}`, {
        exitCode: 8,
        hint: 'Name a server that serves all zones, or leave --targets out.',
      })
    }),
  )
  return hosts.flat()
}
