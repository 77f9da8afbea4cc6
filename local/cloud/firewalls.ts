import { isIP } from 'node:net'
import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, readBody, resourceName } from './body.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { ApiError, invalidInput } from './errors.ts'
import { firewallsOn, rulesOn, serversOf } from './firewall-state.ts'
import { verifyLabels } from './labels.ts'
import { paged, selected } from './listing.ts'
import type { ActionRecord, FirewallRecord, RuleRecord, ServerRecord } from './state.ts'
import { recordOf, requireFreeName } from './tables.ts'
import { viewFirewall } from './views.ts'

const rule = z.object({
  direction: z.enum(['in', 'out']),
  protocol: z.enum(['tcp', 'udp', 'icmp', 'esp', 'gre']),
  port: z.union([z.string(), z.int()]).nullish(),
  source_ips: z.array(z.string()).nullish(),
  destination_ips: z.array(z.string()).nullish(),
  description: z.string().max(255).nullish(),
})
const rules = z.array(rule).max(50)
const resource = z.object({
  type: z.enum(['server', 'label_selector']),
  server: z.object({ id: z.int() }).nullish(),
  label_selector: z.object({ selector: z.string() }).nullish(),
})
const resources = z.array(resource)
type Resource = z.output<typeof resource>

const creation = z.object({ name: resourceName, rules: rules.nullish(), apply_to: resources.nullish(), labels })
const change = z.object({ name: resourceName.optional(), labels })

const requireCidr = (text: string): string => {
  const [address = '', bits] = text.split('/')
  const family = isIP(address)
  const longest = family === 4 ? 32 : 128
  if (family === 0 || bits === undefined || !/^\d+$/.test(bits) || Number(bits) > longest) {
    throw invalidInput('rules', `'${text}' is not a network in CIDR notation`)
  }
  return `${family === 6 ? canonicalIpv6(address) : address}/${Number(bits)}`
}

/** RFC 5952 spelling, as the API answers; the URL parser knows it. */
const canonicalIpv6 = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1)

const ruleRecord = (input: z.output<typeof rule>): RuleRecord => {
  const hasPorts = input.protocol === 'tcp' || input.protocol === 'udp'
  const port = input.port === null || input.port === undefined || input.port === '' ? null : String(input.port)
  if (hasPorts !== (port !== null))
    throw invalidInput('rules', hasPorts ? 'port is required for tcp and udp' : 'port is for tcp and udp only')
  if (port !== null && !/^(any|\d{1,5}(-\d{1,5})?)$/.test(port)) throw invalidInput('rules', `'${port}' is no port`)
  const peers = (input.direction === 'in' ? input.source_ips : input.destination_ips) ?? []
  if (peers.length === 0)
    throw invalidInput('rules', `${input.direction === 'in' ? 'source_ips' : 'destination_ips'} is required`)
  const canonical = peers.map(requireCidr)
  return {
    direction: input.direction,
    protocol: input.protocol,
    port: port === 'any' ? '1-65535' : port,
    source_ips: input.direction === 'in' ? canonical : [],
    destination_ips: input.direction === 'out' ? canonical : [],
    description: input.description ?? null,
  }
}

/** Has the machine enforce what is attached to it now. */
export const enforce = async ({ machines, store }: Cloud, server: ServerRecord): Promise<void> => {
  if ((await machines.state(server.id)) !== 'absent') await machines.filter(server.id, rulesOn(store.state, server))
}

/** After a change of labels or firewalls: every machine gets the rules that it should have. */
export const enforceAll = async (cloud: Cloud): Promise<void> => {
  await Promise.all(Object.values(cloud.store.state.servers).map((server) => enforce(cloud, server)))
}

const targetsOf = (
  { store: { state } }: Cloud,
  { type, server, label_selector }: Resource,
): readonly ServerRecord[] => {
  if (type === 'label_selector') return serversOf(state, label_selector?.selector ?? '')
  const found = state.servers[server?.id ?? 0]
  if (!found) throw new ApiError(404, 'firewall_resource_not_found', `server with ID '${server?.id}' not found`)
  return [found]
}

export const addFirewalls = (app: Hono, cloud: Cloud): void => {
  const { store, actions } = cloud
  const runOn = (
    firewall: FirewallRecord,
    command: string,
    servers: readonly ServerRecord[],
  ): readonly ActionRecord[] =>
    servers.map((server) => {
      const about = [
        { id: server.id, type: 'server' },
        { id: firewall.id, type: 'firewall' },
      ]
      return actions.run(command, about, () => enforce(cloud, server))
    })

  const apply = (firewall: FirewallRecord, wanted: readonly Resource[]): readonly ActionRecord[] =>
    wanted.flatMap((one) => {
      const servers = targetsOf(cloud, one)
      if (one.type === 'label_selector') {
        const selector = one.label_selector?.selector ?? ''
        if (firewall.selectors.includes(selector))
          throw new ApiError(422, 'firewall_already_applied', 'firewall is already applied')
        firewall.selectors.push(selector)
      }
      for (const server of one.type === 'server' ? servers : []) {
        if (server.firewalls.includes(firewall.id))
          throw new ApiError(422, 'firewall_already_applied', 'firewall is already applied')
        server.firewalls.push(firewall.id)
      }
      return runOn(firewall, 'apply_firewall', servers)
    })

  const remove = (firewall: FirewallRecord, wanted: readonly Resource[]): readonly ActionRecord[] =>
    wanted.flatMap((one) => {
      const servers = targetsOf(cloud, one)
      if (one.type === 'label_selector') {
        firewall.selectors = firewall.selectors.filter((selector) => selector !== one.label_selector?.selector)
        return runOn(firewall, 'remove_firewall', servers)
      }
      for (const server of servers) {
        const isDirect = server.firewalls.includes(firewall.id)
        if (!isDirect && firewallsOn(store.state, server).includes(firewall)) {
          throw new ApiError(422, 'firewall_managed_by_label_selector', 'firewall is managed by a label selector')
        }
        server.firewalls = server.firewalls.filter((id) => id !== firewall.id)
      }
      return runOn(firewall, 'remove_firewall', servers)
    })

  app.get('/firewalls', (c) =>
    paged(
      c,
      'firewalls',
      selected(c, Object.values(store.state.firewalls)).map((one) => viewFirewall(cloud, one)),
    ),
  )
  app.get('/firewalls/:id{[0-9]+}', (c) => c.json({ firewall: viewFirewall(cloud, recordOf(cloud, 'firewalls', c)) }))
  app.post('/firewalls', async (c) => {
    const body = await readBody(c, creation)
    requireFreeName(cloud, 'firewalls', body.name)
    const firewall: FirewallRecord = {
      id: store.nextId(),
      name: body.name,
      rules: (body.rules ?? []).map(ruleRecord),
      selectors: [],
      labels: verifyLabels(body.labels),
      created: nowOf(cloud),
    }
    for (const one of body.apply_to ?? []) targetsOf(cloud, one)
    store.state.firewalls[firewall.id] = firewall
    const set = actions.run('set_firewall_rules', [{ id: firewall.id, type: 'firewall' }], async () => undefined)
    const applied = apply(firewall, body.apply_to ?? [])
    store.save()
    return c.json({ firewall: viewFirewall(cloud, firewall), actions: [set, ...applied] }, 201)
  })
  app.put('/firewalls/:id{[0-9]+}', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, change)
    if (body.name !== undefined) {
      requireFreeName(cloud, 'firewalls', body.name, firewall.id)
      firewall.name = body.name
    }
    if (body.labels) firewall.labels = verifyLabels(body.labels)
    store.save()
    return c.json({ firewall: viewFirewall(cloud, firewall) })
  })
  app.delete('/firewalls/:id{[0-9]+}', (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const isUsed =
      firewall.selectors.length > 0 ||
      Object.values(store.state.servers).some((server) => server.firewalls.includes(firewall.id))
    if (isUsed) throw new ApiError(422, 'resource_in_use', `firewall with ID ${firewall.id} is still in use`)
    delete store.state.firewalls[firewall.id]
    store.save()
    return c.body(null, 204)
  })
  app.post('/firewalls/:id{[0-9]+}/actions/set_rules', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, z.object({ rules }))
    firewall.rules = body.rules.map(ruleRecord)
    const set = actions.run('set_firewall_rules', [{ id: firewall.id, type: 'firewall' }], async () => undefined)
    const servers = Object.values(store.state.servers).filter((server) =>
      firewallsOn(store.state, server).includes(firewall),
    )
    return c.json({ actions: [set, ...runOn(firewall, 'apply_firewall', servers)] }, 201)
  })
  app.post('/firewalls/:id{[0-9]+}/actions/apply_to_resources', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, z.object({ apply_to: resources }))
    return c.json({ actions: apply(firewall, body.apply_to) }, 201)
  })
  app.post('/firewalls/:id{[0-9]+}/actions/remove_from_resources', async (c) => {
    const firewall = recordOf(cloud, 'firewalls', c)
    const body = await readBody(c, z.object({ remove_from: resources }))
    return c.json({ actions: remove(firewall, body.remove_from) }, 201)
  })
}
