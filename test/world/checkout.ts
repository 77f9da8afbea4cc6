import { randomBytes } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Settings } from '../../lib/config/load.ts'
import { type Config, configSchema, type InfraConfig } from '../../lib/config/schema.ts'
import { knownHostsLine } from '../../lib/ssh/known-hosts.ts'

export const zoneName = 'example.test'

/** A little of each, with TTLs that are over soon. */
const zoneText = (config: Config): string => `$TTL 1h
@ SOA ns1 hostmaster ( 0 3h 1h 2w 5m )
${config.pairs.map(({ hostname }) => `@ 10 NS ${hostname}.`).join('\n')}
@ A 192.0.2.80
www CNAME @
*.preview A 192.0.2.81
`

/** @param changes on top of a config for so many pairs */
export const createConfig = (pairs: number, changes: Partial<InfraConfig> = {}): Config =>
  configSchema.parse({
    project: 'example',
    pairs: Array.from({ length: pairs }, (_, index) => ({
      location: index % 2 === 0 ? 'fsn1' : 'hel1',
      hostname: `ns${index + 1}.${zoneName}`,
      serverTypes: ['cpx22'],
    })),
    image: 'debian-12',
    networkRange: '10.0.0.0/16',
    operatorNetworks: ['198.18.0.0/16'],
    sshKey: 'id.pub',
    zonesFolder: 'zones',
    registrar: 'twin',
    rotation: { slackSeconds: 1, idleSeconds: 5 },
    witness: { queriesPerSecond: 20 },
    ...changes,
  } satisfies InfraConfig)

/** One operator's key, whichever computer it is used on. */
export const createPublicKey = (): string => knownHostsLine('', randomBytes(32).toString('base64url')).trim()

export interface CheckoutOptions {
  readonly root: string
  readonly config: Config
  /** Texts by the name of the file; undefined for one small zone. */
  readonly zones: Readonly<Record<string, string>> | undefined
  readonly sshPublicKey: string
  /** Where cloud and registrar are asked. */
  readonly endpoint: string
  readonly rootServer: string
}

/** Writes the zone files of a checkout. */
export const writeZones = async (options: Pick<CheckoutOptions, 'root' | 'config' | 'zones'>): Promise<void> => {
  const { root, config, zones = { [`${zoneName}.zone`]: zoneText(config) } } = options
  const folder = path.join(root, config.zonesFolder)
  await mkdir(folder, { recursive: true })
  for (const [file, text] of Object.entries(zones)) await writeFile(path.join(folder, file), text)
}

const roles = path.resolve(import.meta.dirname, '../../ansible')

/** Makes a folder as a checkout would be, and says with which settings its scripts run. */
export const createCheckout = async (options: CheckoutOptions): Promise<Settings> => {
  const { root, config, endpoint } = options
  await writeZones(options)
  await symlink(roles, path.join(root, 'ansible'))
  return {
    config,
    environment: {
      endpoint: `${endpoint}/v1`,
      token: 'any-will-do',
      sshPublicKeyFile: path.join(root, config.sshKey),
      signingIdentity: path.join(root, config.sshKey.replace(/\.pub$/, '')),
      sshPublicKey: options.sshPublicKey,
      registrar: { kind: 'twin', endpoint: `${endpoint}/registrar`, token: 'any-will-do' },
      rootServers: [{ address: options.rootServer, port: 53 }],
    },
    root,
    sources: root,
  }
}
