import type { TwinLayout } from '../../layout.ts'
import type { FilterRule, PrivateNic } from '../backend.ts'
import { loadFirewall } from '../firewall.ts'
import { freeDevice, machineName, type PluggedNic, placesOf } from '../machine.ts'
import { plugPrivate, routeAddresses, unplugPrivate, unrouteAddresses } from '../network.ts'
import { underLock } from '../power.ts'
import { getMachine, saveMachine } from '../store.ts'

// Each change is kept first, for the next boot, and then made in the machine's namespace, which is there while it runs.

const change = (layout: TwinLayout, id: number, text: string): Promise<void> =>
  underLock(layout, `[ -e /run/netns/${machineName(layout, id)} ] || exit 0\n${text}`)

/** An interface of the same network is replaced if anything about it differs. */
export const attach = async (layout: TwinLayout, id: number, nic: PrivateNic): Promise<void> => {
  const machine = await getMachine(layout, id)
  const before = machine.nics.find((other) => other.networkId === nic.networkId)
  const others = machine.nics.filter((other) => other !== before)
  const plugged: PluggedNic = { ...nic, device: before?.device ?? freeDevice(others) }
  await saveMachine(layout, { ...machine, nics: [...others, plugged] })
  const isOther = before !== undefined && JSON.stringify(before) !== JSON.stringify(plugged)
  const unplug = isOther ? unplugPrivate(layout, id, nic.networkId) : ''
  await change(layout, id, `${unplug}\n${plugPrivate(layout, id, plugged)}`)
}

export const detach = async (layout: TwinLayout, id: number, networkId: number): Promise<void> => {
  const machine = await getMachine(layout, id)
  await saveMachine(layout, { ...machine, nics: machine.nics.filter((nic) => nic.networkId !== networkId) })
  await change(layout, id, unplugPrivate(layout, id, networkId))
}

export const filter = async (layout: TwinLayout, id: number, rules: readonly FilterRule[] | null): Promise<void> => {
  await saveMachine(layout, { ...(await getMachine(layout, id)), rules })
  await change(layout, id, loadFirewall(layout, placesOf(layout, id).firewall))
}

export const route = async (layout: TwinLayout, id: number, addresses: readonly string[]): Promise<void> => {
  const machine = await getMachine(layout, id)
  await saveMachine(layout, { ...machine, routed: addresses })
  const gone = machine.routed.filter((address) => !addresses.includes(address))
  await change(layout, id, `${unrouteAddresses(layout, machine, gone)}\n${routeAddresses(layout, machine, addresses)}`)
}
