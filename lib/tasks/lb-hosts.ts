import type { InventoryHost } from '../ansible/inventory.ts'
import { listAddresses } from './addresses.ts'
import { inventoryHost } from './inventory-host.ts'
import { getServer } from './servers.ts'
import type { World } from './world.ts'

/** Lbs as their playbook is given them. @param lbs and whether their packages are brought up to date. */
export const lbHosts = async (
  world: World,
  lbs: readonly { readonly lb: string; readonly upgrade: boolean }[],
): Promise<readonly InventoryHost[]> => {
  const addresses = await listAddresses(world)
  return Promise.all(
    lbs.map(async ({ lb: name, upgrade }) => {
      const lb = await getServer(world, name)
      return inventoryHost(world, lb, {
        lb_operator_networks: world.settings.config.operatorNetworks,
        lb_public_ipv4: lb.ipv4,
        lb_public_ipv6: lb.ipv6 ?? '',
        lb_private_ipv4: lb.privateIpv4,
        // all of the pair, wherever they lead at the moment: they can be led here without touching the machine again
        lb_floating_addresses: addresses.filter((address) => address.pair === lb.pair).map(({ ip }) => ip),
        common_upgrade_packages: upgrade,
      })
    }),
  )
}
