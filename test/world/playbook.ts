import { readFile } from 'node:fs/promises'
import type { InventoryHost } from '../../lib/ansible/inventory.ts'
import type { PlaybookRun, runPlaybook } from '../../lib/ansible/run.ts'
import { canonicalName } from '../../lib/dns/wire/name.ts'
import { InfraError } from '../../lib/errors.ts'
import { createLbState } from './dns-lb.ts'
import type { Machine } from './machine.ts'
import type { Site } from './site.ts'
import { readZoneFile, type ZoneData } from './zone-data.ts'

export interface ScriptedPlaybook {
  readonly site: Site
  /** The nginx and the configuration that Ansible finds at the moment. */
  readonly release: () => string
  /** Why the next run for this role fails, once; undefined when it does not. */
  readonly takeFailure: (role: PlaybookRun['role']) => string | undefined
}

/** What Ansible makes of a machine: from its variables alone, as the roles do. */
export const createScriptedPlaybook = (options: ScriptedPlaybook): typeof runPlaybook => {
  const read = new Map<string, Promise<ZoneData>>()
  const zoneOf = async ({ origin, file }: ZoneVariable): Promise<ZoneData> => {
    const text = await readFile(file, 'utf8')
    const known = read.get(text) ?? readZoneFile(origin, text)
    read.set(text, known)
    return known
  }
  return async ({ role, isBaking, isLook, hosts, onTask }) => {
    onTask(`${role} : everything`)
    if (isLook) return new Map(hosts.map((host) => [host.name, dueOn(connect(options.site, host), host, options)]))
    const failure = options.takeFailure(role)
    if (failure !== undefined) throw playbookError(failure)
    await Promise.all(
      hosts.map(async (host) => {
        const machine = connect(options.site, host)
        if (isBaking) return
        if (role === 'lb') await configureLb(options, machine, host)
        else await configureNameserver(options, machine, { host, zoneOf })
      }),
    )
    return new Map(hosts.map(({ name }) => [name, ['everything']]))
  }
}

interface ZoneVariable {
  readonly origin: string
  readonly file: string
}

const playbookError = (text: string): InfraError => new InfraError(`Ansible could not configure the machines: ${text}`)

const connect = (site: Site, { address, name, sshOptions }: InventoryHost): Machine => {
  const machine = site.findByAddress(address)
  const isReachable = machine && !machine.faults.isUnreachable && sshOptions.includes(`HostKey=${machine.hostKey}`)
  if (!isReachable) throw playbookError(`${name}: unreachable`)
  return machine
}

const dueOn = ({ lb }: Machine, { variables }: InventoryHost, { release }: ScriptedPlaybook): readonly string[] => {
  const isUpgrade = variables.common_upgrade_packages === true
  return lb && (!isUpgrade || lb.release === release()) ? [] : ['everything']
}

/** What runs is not touched: the new is only installed. */
const configureLb = async ({ site, release }: ScriptedPlaybook, machine: Machine, { variables }: InventoryHost) => {
  const lb = machine.lb ?? createLbState(release())
  const isUpgrade = variables.common_upgrade_packages === true
  await site.change(machine.id, { lb: { ...lb, release: isUpgrade ? release() : lb.release } })
}

interface NameserverRole {
  readonly host: InventoryHost
  readonly zoneOf: (zone: ZoneVariable) => Promise<ZoneData>
}

const configureNameserver = async (
  { site }: ScriptedPlaybook,
  machine: Machine,
  { host: { variables }, zoneOf }: NameserverRole,
): Promise<void> => {
  const given = variables.nameserver_zones as readonly ZoneVariable[]
  const zones = await Promise.all(given.map(zoneOf))
  const texts = await Promise.all(
    given.map(async ({ origin, file }) => [canonicalName(origin), await readFile(file, 'utf8')] as const),
  )
  const identity = String(variables.nameserver_identity)
  await site.change(machine.id, { nameserver: { identity, zones, texts: new Map(texts) } })
}
