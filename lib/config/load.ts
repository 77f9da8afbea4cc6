import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseEnv } from 'node:util'
import { rootServers } from '../dns/delegation/root-servers.ts'
import type { Endpoint } from '../dns/wire/reply.ts'
import { InfraError, textOf } from '../errors.ts'
import { isAddress } from '../ip.ts'
import { type RegistrarSettings, registrarKinds, rows } from '../registrar/rows.ts'
import { quoteWord } from '../ssh/quote.ts'
import { expandHome } from './expand-home.ts'
import { type Config, configSchema } from './schema.ts'

/** What can be known without any cloud. */
export interface LocalSettings {
  readonly config: Config
  readonly environment: Pick<Environment, 'rootServers' | 'sshPublicKeyFile'>
  readonly root: string
  readonly sources: string
}

interface Environment {
  /** Such as `https://api.hetzner.cloud/v1`. */
  readonly endpoint: string
  readonly token: string
  /** Path of the public key; the private half lies beside it, or in the SSH agent. */
  readonly sshPublicKeyFile: string
  readonly sshPublicKey: string
  readonly registrar: RegistrarSettings
  /** Path of the private key that the keys of zones are decrypted with. */
  readonly signingIdentity: string
  /** Where the walk to a delegation begins. */
  readonly rootServers: readonly Endpoint[]
}

export interface Settings {
  readonly config: Config
  readonly environment: Environment
  /** The folder of the checkout; reports are written into it. */
  readonly root: string
  /** Where zones and roles are read: the same folder, or a checkout of an older commit. */
  readonly sources: string
}

export interface LoadOptions {
  /** `--config`; default `infra.config.ts` of the checkout. */
  readonly config?: string
  /** `--env-file`; given explicitly it wins over the process environment, the default `.env` gives way to it. */
  readonly envFile?: string
}

const checkout = path.resolve(import.meta.dirname, '../..')

/**
 * Reads the config file and the environment, and is the only place that does.
 * @throws InfraError (exit code 2) listing every fault found in either, each with the path to the field and the remedy.
 */
export const loadSettings = async (options: LoadOptions = {}): Promise<Settings> => {
  return load(options, readEnvironment)
}

/** The same for what asks no cloud: no token is needed, and no key. */
export const loadLocalSettings = async (options: LoadOptions = {}): Promise<LocalSettings> =>
  load(options, (variables, config, faults) => ({
    rootServers: readRootServers(variables, faults),
    sshPublicKeyFile: publicKeyFileOf(variables, config) ?? '',
  }))

const load = async <E>(
  options: LoadOptions,
  readFrom: (variables: NodeJS.Dict<string>, config: Config | undefined, faults: string[]) => E | undefined,
) => {
  const faults: string[] = []
  const config = await readConfig(options.config ?? path.join(checkout, 'infra.config.ts'), faults)
  const environment = readFrom(readVariables(options.envFile, faults), config, faults)
  if (config && !existsSync(path.resolve(checkout, config.zonesFolder))) {
    faults.push(`zonesFolder: there is no folder ${path.resolve(checkout, config.zonesFolder)}`)
  }
  faults.push(...keysFolderFaults(config))
  if (faults.length > 0 || !config || !environment) {
    throw new InfraError(
      `Config or environment has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n  - ${faults.join('\n  - ')}`,
      {
        exitCode: 2,
        hint: 'Nothing was changed. Mend what is listed and run again.',
      },
    )
  }
  return { config, environment, root: checkout, sources: checkout }
}

/** Every file below the zones' folder is one of theirs: a key that is encrypted anew there would be a change of zones. */
const keysFolderFaults = (config: Config | undefined): readonly string[] => {
  if (!config?.dnssec) return []
  const [zones, keys] = [config.zonesFolder, config.dnssec.keys].map((folder) => path.resolve(checkout, folder))
  const isInside = !path.relative(zones ?? '', keys ?? '').startsWith('..')
  return isInside ? [`dnssec.keys: ${keys} lies in zonesFolder; put the keys elsewhere`] : []
}

/** What signs and opens doors for those who are told of incidents. */
export interface TellerSecrets {
  readonly webhookSecret: string | undefined
  readonly githubToken: string | undefined
  /** Such as `https://api.github.com`; Actions set it, as does GitHub Enterprise. */
  readonly githubEndpoint: string
}

/** @throws InfraError (exit code 2) when the file that was named is not there. */
export const loadTellerSecrets = ({ envFile }: LoadOptions): TellerSecrets => {
  const faults: string[] = []
  const { WEBHOOK_SECRET, GITHUB_TOKEN, GITHUB_API_URL } = readVariables(envFile, faults)
  const [fault] = faults
  if (fault !== undefined) throw new InfraError(fault, { exitCode: 2 })
  return {
    webhookSecret: WEBHOOK_SECRET?.trim() || undefined,
    githubToken: GITHUB_TOKEN?.trim() || undefined,
    githubEndpoint: (GITHUB_API_URL?.trim() || 'https://api.github.com').replace(/\/+$/, ''),
  }
}

/** The variables of the shell that this process was started from, for programs that are given some of them. */
export const readShell = (): NodeJS.Dict<string> => process.env

const readConfig = async (file: string, faults: string[]): Promise<Config | undefined> => {
  const absolute = path.resolve(file)
  if (!existsSync(absolute)) {
    faults.push(`--config: there is no file ${absolute}`)
    return undefined
  }
  const name = path.basename(absolute)
  const module: { default?: unknown } | string = await import(pathToFileURL(absolute).href).catch(
    (error: unknown) => `${name}: cannot be read: ${textOf(error)}`,
  )
  if (typeof module === 'string') {
    faults.push(module)
    return undefined
  }
  const parsed = configSchema.safeParse(module.default)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) faults.push(`${name}: ${describePath(issue.path)}: ${issue.message}`)
  return undefined
}

/** Pairs count from 1 everywhere but in the file: `pair 2: serverTypes`. */
const describePath = (keys: readonly PropertyKey[]): string => {
  const [first, second] = keys
  if (first === 'pairs' && typeof second === 'number')
    return [`pair ${second + 1}`, keys.slice(2).map(String).join('.')].filter(Boolean).join(': ')
  return keys.map(String).join('.') || '(default export)'
}

const readVariables = (envFile: string | undefined, faults: string[]): NodeJS.Dict<string> => {
  const file = path.resolve(envFile ?? path.join(checkout, '.env'))
  if (!existsSync(file)) {
    if (envFile) faults.push(`--env-file: there is no file ${file}; local-up writes one for the local twin`)
    return process.env
  }
  const fromFile = parseEnv(readFileSync(file, 'utf8'))
  return envFile ? { ...process.env, ...fromFile } : { ...fromFile, ...process.env }
}

const readEnvironment = (
  variables: NodeJS.Dict<string>,
  config: Config | undefined,
  faults: string[],
): Environment | undefined => {
  const token = variables.HCLOUD_TOKEN?.trim()
  if (!token) {
    faults.push(
      'HCLOUD_TOKEN: is not set; put a read and write token of your Hetzner Cloud project into .env, or take --env-file local/.state/twin.env for the local twin',
    )
  } else if (/\s/.test(token)) faults.push('HCLOUD_TOKEN: holds white space; copy it again')
  const endpoint = (variables.HCLOUD_ENDPOINT ?? 'https://api.hetzner.cloud/v1').replace(/\/+$/, '')
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    faults.push(`HCLOUD_ENDPOINT: ${endpoint} is not a URL; leave it out for Hetzner Cloud itself`)
  }
  const sshPublicKeyFile = publicKeyFileOf(variables, config)
  const sshPublicKey = sshPublicKeyFile === undefined ? undefined : readPublicKey(sshPublicKeyFile, faults)
  const registrar = readRegistrar(variables, config?.registrar ?? 'manual', faults)
  const rootServers = readRootServers(variables, faults)
  if (!token || sshPublicKeyFile === undefined || sshPublicKey === undefined) return undefined
  const signingIdentity = readSigningIdentity(variables, sshPublicKeyFile)
  return { endpoint, token, sshPublicKeyFile, sshPublicKey, registrar, rootServers, signingIdentity }
}

const readRegistrar = (
  variables: NodeJS.Dict<string>,
  configured: Config['registrar'],
  faults: string[],
): RegistrarSettings => {
  const kind = variables.REGISTRAR ?? configured
  if (kind === 'manual') return { kind }
  const row = rows.find((one) => one.kind === kind)
  if (!row) {
    faults.push(`REGISTRAR: ${kind} is none of ${registrarKinds.join(', ')}`)
    return { kind: 'manual' }
  }
  const read = (name: string): string => variables[name]?.trim() ?? ''
  const fields = Object.entries(row.variables)
  for (const { variable, what } of [row.endpoint, ...fields.map(([, one]) => one)].filter(isVariable)) {
    if (read(variable) === '') faults.push(`${variable}: is not set; it ${what}`)
  }
  const own = Object.fromEntries(fields.map(([field, { variable }]) => [field, read(variable)]))
  const endpoint = read('REGISTRAR_ENDPOINT') || (typeof row.endpoint === 'string' ? row.endpoint : '')
  return { kind: row.kind, endpoint, ...own } as RegistrarSettings
}

const isVariable = <T>(one: T | string): one is T => typeof one !== 'string'

/** A job of its own has no key for SSH that zones' keys would be encrypted to, and is given another. */
const readSigningIdentity = ({ DNSSEC_IDENTITY }: NodeJS.Dict<string>, sshPublicKeyFile: string): string =>
  expandHome(DNSSEC_IDENTITY?.trim() ?? '') || sshPublicKeyFile.replace(/\.pub$/, '')

const readRootServers = ({ DNS_ROOT_SERVERS }: NodeJS.Dict<string>, faults: string[]): readonly Endpoint[] => {
  if (!DNS_ROOT_SERVERS) return rootServers
  const addresses = DNS_ROOT_SERVERS.split(',').map((address) => address.trim())
  const wrong = addresses.filter((address) => !isAddress(address))
  if (wrong.length > 0) faults.push(`DNS_ROOT_SERVERS: ${wrong.join(', ')} is no IP address`)
  return addresses.map((address) => ({ address, port: 53 }))
}

const publicKeyFileOf = ({ INFRA_SSH_KEY }: NodeJS.Dict<string>, config: Config | undefined): string | undefined => {
  const file = INFRA_SSH_KEY ?? config?.sshKey
  return file === undefined ? undefined : expandHome(file)
}

const readPublicKey = (file: string, faults: string[]): string | undefined => {
  if (!existsSync(file)) {
    faults.push(
      `sshKey: there is no file ${file}; make a key with: ssh-keygen -t ed25519 -f ${quoteWord(file.replace(/\.pub$/, ''))}`,
    )
    return undefined
  }
  const text = readFileSync(file, 'utf8').trim()
  if (/^(ssh|ecdsa|sk-)[a-z0-9@.-]* [A-Za-z0-9+/=]+( .*)?$/.test(text)) return text
  faults.push(`sshKey: ${file} does not hold one public SSH key`)
  return undefined
}
