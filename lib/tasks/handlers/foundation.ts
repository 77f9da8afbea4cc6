import { projectLabels } from '../../fleet/labels.ts'
import { firewallName, networkName, type Role } from '../../fleet/names.ts'
import { firewallRulesOf } from '../firewall-rules.ts'
import { networkZoneOf } from '../network.ts'
import type { World } from '../world.ts'

export const ensureNetwork = async (world: World): Promise<void> => {
  const { project, networkRange } = world.settings.config
  const zone = await networkZoneOf(world)
  const found = await world.hcloud.networks.find(networkName(project))
  if (found) return
  await world.hcloud.networks.create({
    name: networkName(project),
    ip_range: networkRange,
    subnets: [{ type: 'cloud', network_zone: zone, ip_range: networkRange }],
    labels: projectLabels(project),
  })
}

export const ensureFirewall = async ({ hcloud, settings }: World, role: Role): Promise<void> => {
  const { project, operatorNetworks } = settings.config
  const rules = firewallRulesOf(role, operatorNetworks)
  const name = firewallName(project, role)
  const found = await hcloud.firewalls.find(name)
  if (found) await hcloud.firewalls.setRules(found.id, rules)
  else await hcloud.firewalls.create({ name, rules, labels: projectLabels(project) })
}
