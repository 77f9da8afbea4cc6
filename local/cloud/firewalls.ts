import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, nameAndLabels, readBody, resourceName } from './body.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { ApiError, invalidInput } from './errors.ts'
import { ruleRecord, rules } from './firewall-rules.ts'
import { enforce, firewallsOn, serversOf } from './firewall-state.ts'
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

const targetsOf = (
  { store: { state } }: Cloud,
  { type, server, label_selector }: Resource,
): readonly ServerRecord[] => {
  if (type === 'label_selector') {
    // an empty one would fit every server
    if (!label_selector) throw invalidInput('label_selector', 'is required')
    verifySelector(label_selector.selector)
    return serversOf(state, label_selector.selector)
  }
  const found = state.servers[server?.id ?? 0]
  if (!found) throw new ApiError(404, 'firewall_resource_not_found', `server with ID '${server?.id}' not found`)
  return [found]
}

/** Either all of a request is done or nothing, so all of it is looked at first. */
const requireNotApplied = (cloud: Cloud, firewall: FirewallRecord, wanted: Resource): void => {
  const targets = targetsOf(cloud, wanted)
  const isApplied =
    wanted.type === 'label_selector'
      ? firewall.selectors.includes(wanted.label_selector?.selector ?? '')
      : targets.some((server) => server.firewalls.includes(firewall.id))
  if (isApplied) throw new ApiError(422, 'firewall_already_applied', 'firewall is already applied')
}

const requireDirect = (cloud: Cloud, firewall: FirewallRecord, wanted: Resource): void => {
  if (wanted.type === 'label_selector') return
  const isManaged = targetsOf(cloud, wanted).some(
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

const apply = (cloud: Cloud, firewall: FirewallRecord, wanted: readonly Resource[]): readonly ActionRecord[] => {
  for (const one of wanted) requireNotApplied(cloud, firewall, one)
  return wanted.flatMap((one) => {
    const servers = targetsOf(cloud, one)
    if (one.type === 'label_selector') {
      const selector = one.label_selector?.selector ?? ''
      firewall.selectors.push(selector)
    }
    for (const server of one.type === 'server' ? servers : []) server.firewalls.push(firewall.id)
    return runOn(cloud, firewall, 'apply_firewall', servers)
  })
}

const withdraw = (cloud: Cloud, firewall: FirewallRecord, wanted: readonly Resource[]): readonly ActionRecord[] => {
  for (const one of wanted) requireDirect(cloud, firewall, one)
  return wanted.flatMap((one) => {
    const servers = targetsOf(cloud, one)
    if (one.type === 'label_selector')
      firewall.selectors = firewall.selectors.filter((selector) => selector !== one.label_selector?.selector)
    else for (const server of servers) server.firewalls = server.firewalls.filter((id) => id !== firewall.id)
    return runOn(cloud, firewall, 'remove_firewall', servers)
  })
}

const firewalls: Collection<'firewalls', z.output<typeof creation>> = {
  table: 'firewalls',
  view: viewFirewall,
  change: z.object(nameAndLabels),
  creation: {
    body: creation,
    draft: (cloud, { name, rules, apply_to }) => {
      for (const one of apply_to ?? []) targetsOf(cloud, one)
      return { name, rules: (rules ?? []).map(ruleRecord), selectors: [] }
    },
    begin: (cloud, firewall, { apply_to }) => ({
      actions: [setRules(cloud, firewall), ...apply(cloud, firewall, apply_to ?? [])],
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
    firewall.rules = body.rules.map(ruleRecord)
    const set = setRules(cloud, firewall)
    const servers = Object.values(store.state.servers).filter((server) =>
      firewallsOn(store.state, server).includes(firewall),
    )
    return c.json({ actions: [set, ...runOn(cloud, firewall, 'apply_firewall', servers)] }, 201)
  })
  app.post('/firewalls/:id{[0-9]+}/actions/apply_to_resources', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, z.object({ apply_to: resources }))
    const applied = apply(cloud, firewall, body.apply_to)
    // a selector that fits nothing yet begins no action, which would have saved
    store.save()
    return c.json({ actions: applied }, 201)
  })
  app.post('/firewalls/:id{[0-9]+}/actions/remove_from_resources', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, z.object({ remove_from: resources }))
    const removed = withdraw(cloud, firewall, body.remove_from)
    store.save()
    return c.json({ actions: removed }, 201)
  })
}
