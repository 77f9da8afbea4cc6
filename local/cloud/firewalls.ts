import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, nameAndLabels, readBody, resourceName } from './body.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { ApiError, invalidInput } from './errors.ts'
import { ruleRecords, rules } from './firewall-rules.ts'
import { enforce, firewallsAtMost, firewallsOn, isPublic, serversOf } from './firewall-state.ts'
import { verifySelector } from './labels.ts'
import type { ActionRecord, FirewallRecord, ServerRecord } from './state.ts'
import { recordOf } from './tables.ts'
import { viewFirewall } from './views.ts'

const resource = z.object({
  type: z.enum(['server', 'label_selector']),
  server: z.object({ id: z.int() }).nullish(),
  label_selector: z.object({ selector: z.string().min(1) }).nullish(),
})
const resources = z.array(resource)
type Resource = z.output<typeof resource>

const creation = z.object({ name: resourceName, rules: rules.nullish(), apply_to: resources.nullish(), labels })

/** What has a firewall, or shall have it: looked up, and seen to be there. */
interface Target {
  /** Undefined: the server itself. */
  readonly selector: string | undefined
  readonly servers: readonly ServerRecord[]
}

const targetOf = ({ store: { state } }: Cloud, { type, server, label_selector }: Resource): Target => {
  if (type === 'label_selector') {
    // an empty one would fit every server
    if (!label_selector) throw invalidInput('label_selector', 'is required')
    verifySelector(label_selector.selector)
    return { selector: label_selector.selector, servers: serversOf(state, label_selector.selector) }
  }
  if (!server) throw invalidInput('server', 'is required')
  const found = state.servers[server.id]
  if (!found) throw new ApiError(404, 'firewall_resource_not_found', `server with ID '${server.id}' not found`)
  return { selector: undefined, servers: [found] }
}

const keyOf = ({ selector, servers }: Target): string | number | undefined => selector ?? servers[0]?.id

const alreadyApplied = (): ApiError => new ApiError(422, 'firewall_already_applied', 'firewall is already applied')

/** @throws ApiError 422 unless every server that is meant can have one firewall more, should this be no firewall of its own yet. */
const requireRoom = ({ store: { state } }: Cloud, firewall: FirewallRecord | undefined, { servers }: Target): void => {
  for (const server of servers) {
    const others = firewallsOn(state, server).filter((one) => one !== firewall)
    if (others.length >= firewallsAtMost)
      throw invalidInput('apply_to', `server with ID '${server.id}' has ${firewallsAtMost} firewalls already`)
  }
}

/** Either all of a request is done or nothing, so all of it is looked at first. @param firewall undefined: about to be made */
const requireApplicable = (
  cloud: Cloud,
  firewall: FirewallRecord | undefined,
  wanted: readonly Resource[],
): readonly Target[] => {
  const targets = wanted.map((one) => targetOf(cloud, one))
  for (const target of targets) {
    const { selector, servers } = target
    if (selector === undefined && !servers.every(isPublic))
      throw new ApiError(422, 'private_net_only_server', 'server has no public network interface')
    if (firewall && isApplied(firewall, target)) throw alreadyApplied()
    requireRoom(cloud, firewall, target)
  }
  return targets
}

const isApplied = ({ id, selectors }: FirewallRecord, { selector, servers }: Target): boolean =>
  selector === undefined ? servers.some(({ firewalls }) => firewalls.includes(id)) : selectors.includes(selector)

const hasTwice = (targets: readonly Target[]): boolean => new Set(targets.map(keyOf)).size < targets.length

const requireDirect = (cloud: Cloud, firewall: FirewallRecord, { selector, servers }: Target): void => {
  if (selector !== undefined) return
  const isManaged = servers.some(
    (server) => !server.firewalls.includes(firewall.id) && firewallsOn(cloud.store.state, server).includes(firewall),
  )
  if (isManaged)
    throw new ApiError(422, 'firewall_managed_by_label_selector', 'firewall is managed by a label selector')
}

const setRules = ({ actions }: Cloud, { id }: FirewallRecord): ActionRecord =>
  actions.run('set_firewall_rules', [{ id, type: 'firewall' }], async () => undefined)

const runOn = (
  cloud: Cloud,
  firewall: FirewallRecord,
  command: string,
  servers: readonly ServerRecord[],
): readonly ActionRecord[] =>
  servers.map((server) => {
    const about = [
      { id: server.id, type: 'server' },
      { id: firewall.id, type: 'firewall' },
    ]
    return cloud.actions.run(command, about, () => enforce(cloud, server))
  })

/** A selector that fits no server yet has an action all the same: clients wait for one. */
const runOnAny = (
  cloud: Cloud,
  firewall: FirewallRecord,
  command: string,
  targets: readonly Target[],
): readonly ActionRecord[] => {
  const servers = [...new Set(targets.flatMap((target) => target.servers))]
  if (servers.length > 0) return runOn(cloud, firewall, command, servers)
  return [cloud.actions.run(command, [{ id: firewall.id, type: 'firewall' }], async () => undefined)]
}

const add = (firewall: FirewallRecord, { selector, servers }: Target): void => {
  if (selector !== undefined) firewall.selectors.push(selector)
  else for (const server of servers) server.firewalls.push(firewall.id)
}

const apply = (cloud: Cloud, firewall: FirewallRecord, wanted: readonly Resource[]): readonly ActionRecord[] => {
  const targets = requireApplicable(cloud, firewall, wanted)
  if (hasTwice(targets)) throw alreadyApplied()
  for (const target of targets) add(firewall, target)
  return runOnAny(cloud, firewall, 'apply_firewall', targets)
}

const take = (firewall: FirewallRecord, { selector, servers }: Target): void => {
  if (selector !== undefined) firewall.selectors = firewall.selectors.filter((one) => one !== selector)
  else for (const server of servers) server.firewalls = server.firewalls.filter((id) => id !== firewall.id)
}

const withdraw = (cloud: Cloud, firewall: FirewallRecord, wanted: readonly Resource[]): readonly ActionRecord[] => {
  const targets = wanted.map((one) => targetOf(cloud, one))
  for (const target of targets) requireDirect(cloud, firewall, target)
  for (const target of targets) take(firewall, target)
  return runOnAny(cloud, firewall, 'remove_firewall', targets)
}

/** The same refusals as of an action, but where the API calls them otherwise. */
const requireCreatable = (cloud: Cloud, wanted: readonly Resource[]): void => {
  const isThere = ({ server }: Resource): boolean => !server || server.id in cloud.store.state.servers
  const missing = wanted.find((one) => !isThere(one))
  if (missing)
    throw new ApiError(422, 'firewall_resource_not_found', `server with ID '${missing.server?.id}' not found`)
  if (hasTwice(requireApplicable(cloud, undefined, wanted)))
    throw new ApiError(422, 'server_already_added', 'the same resource is there more than once')
}

const firewalls: Collection<'firewalls', z.output<typeof creation>> = {
  table: 'firewalls',
  view: viewFirewall,
  change: z.object(nameAndLabels),
  creation: {
    body: creation,
    draft: (cloud, { name, rules, apply_to }) => {
      requireCreatable(cloud, apply_to ?? [])
      return { name, rules: ruleRecords(rules ?? []), selectors: [] }
    },
    begin: (cloud, firewall, { apply_to }) => ({
      actions: [setRules(cloud, firewall), ...(apply_to?.length ? apply(cloud, firewall, apply_to) : [])],
    }),
  },
  requireDeletable: ({ store }, { id, selectors }) => {
    const isUsed =
      selectors.length > 0 || Object.values(store.state.servers).some((server) => server.firewalls.includes(id))
    if (isUsed) throw new ApiError(422, 'resource_in_use', `firewall with ID ${id} is still in use`)
  },
}

export const addFirewalls = (app: Hono, cloud: Cloud): void => {
  const { store } = cloud
  addCollection(app, cloud, firewalls)
  app.post('/firewalls/:id{[0-9]+}/actions/set_rules', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, z.object({ rules }))
    firewall.rules = ruleRecords(body.rules)
    const set = setRules(cloud, firewall)
    const servers = Object.values(store.state.servers).filter((server) =>
      firewallsOn(store.state, server).includes(firewall),
    )
    return c.json({ actions: [set, ...runOn(cloud, firewall, 'apply_firewall', servers)] }, 201)
  })
  app.post('/firewalls/:id{[0-9]+}/actions/apply_to_resources', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, z.object({ apply_to: resources }))
    return c.json({ actions: apply(cloud, firewall, body.apply_to) }, 201)
  })
  app.post('/firewalls/:id{[0-9]+}/actions/remove_from_resources', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, z.object({ remove_from: resources }))
    return c.json({ actions: withdraw(cloud, firewall, body.remove_from) }, 201)
  })
}
