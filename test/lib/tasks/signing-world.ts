import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Endpoint } from '../../../lib/dns/wire/reply.ts'
import type { ServerFacts } from '../../../lib/fleet/labels.ts'
import type { Ssh } from '../../../lib/ssh/ssh.ts'
import { makeArtefact } from '../../../lib/tasks/artefact.ts'
import type { RunWorld } from '../../../lib/tasks/world.ts'
import { hashArtefact, hashKeys } from '../../../lib/zones/hash.ts'
import { makeZoneKey } from '../../../lib/zones/signing/make-key.ts'
import { publishedIn } from '../../../lib/zones/signing/served.ts'
import type { ZoneKey } from '../../../lib/zones/signing/zone-key.ts'
import { longestTtlOf } from '../../../lib/zones/ttl.ts'
import type { Zone } from '../../../lib/zones/zone.ts'
import { example2Zone, exampleZone } from '../zones/fixture.ts'
import { makeOperator } from '../zones/signing/fixture.ts'
import { createFakeWorld, type FakeWorld } from './fake-world.ts'

const zones = {
  'example.test.zone': exampleZone.replaceAll('  NS ns2\n', ''),
  'example2.test.zone': example2Zone.replaceAll('  NS ns2.example.test.\n', ''),
}

export interface SigningWorld {
  readonly fake: FakeWorld
  readonly world: RunWorld
  /** What nameservers were given, by their names. */
  readonly given: Map<string, readonly Zone[]>
  /** Absolute. */
  readonly keys: string
  readonly make: (origin: string) => Promise<ZoneKey>
}

/** A world with an lb, whose config has zones signed that have a key. */
export const withSigningWorld = async (
  use: (signing: SigningWorld) => Promise<void>,
  rootServers: readonly Endpoint[] = [],
): Promise<void> => {
  const fake = await createFakeWorld({ zones, rootServers })
  try {
    await fake.addServer('lb1', 100)
    const { settings } = fake.world
    const { identity, recipient } = await makeOperator(settings.root)
    const dnssec = {
      keys: 'dnssec-keys',
      recipients: [recipient],
      validityDays: 60,
      keyTtlSeconds: 60,
      denial: 'nsec3' as const,
    }
    const keys = path.join(settings.root, dnssec.keys)
    mkdirSync(keys)
    const world = {
      ...fake.world,
      settings: {
        ...settings,
        config: { ...settings.config, dnssec },
        environment: { ...settings.environment, signingIdentity: identity },
      },
    }
    const make = (origin: string) => makeZoneKey({ origin, ttlSeconds: 60, folder: keys, recipients: [recipient] })
    await use({ fake, world, given: new Map(), keys, make })
  } finally {
    await fake.close()
  }
}

/**
 * Zones, signed as the keys are, on a nameserver called `name`, as a deployment would have left it.
 * @returns the world in which that has them.
 */
export const serve = async (
  { fake, world, given }: SigningWorld,
  name: string,
  generation: number,
  facts: Partial<ServerFacts> = {},
): Promise<RunWorld> => {
  const made = await makeArtefact(world, generation)
  const own = { content: hashArtefact(made), keys: hashKeys(publishedIn(made)), ttlSeconds: longestTtlOf(made) }
  await fake.addServer(name, generation, { zones: 'others', ...own, ...facts })
  return { ...world, ssh: havingEach(given.set(name, made)) }
}

type Files = readonly Pick<Zone, 'origin' | 'text'>[]

/** What nameservers say that have these files, by their names. */
const havingEach = (all: ReadonlyMap<string, Files>): Ssh => ({
  options: async () => [],
  run: (host, argv) => having(all.get(host.name) ?? []).run(host, argv),
  close: async () => undefined,
})

/** What a nameserver says that has these files. */
export const having = (files: Files): Ssh => {
  const fileOf = (origin: string): string => `/etc/bind/db.${origin.slice(0, -1)}`
  const run: Ssh['run'] = async (_host, [program, ...words]) => {
    if (program === 'named-checkconf')
      return files.map(({ origin }) => `${origin.slice(0, -1)} IN _default primary\n`).join('')
    if (words[0] === '/etc/bind/named.conf') return 'options { };\n'
    const found = files.filter(({ origin }) => words.includes(fileOf(origin)))
    if (program === 'cat') return found.map(({ text }) => text).join('')
    if (words.join(' ').includes('sha256sum'))
      return files
        .map(({ origin, text }) => `${createHash('sha256').update(text).digest('hex')}  ${fileOf(origin)}\0`)
        .join('')
    return found.map(({ text }) => `${text}\0`).join('')
  }
  return { options: async () => [], run, close: async () => undefined }
}
