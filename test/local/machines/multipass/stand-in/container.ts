import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { systemClock, waitFor } from '../../../../../lib/clock.ts'
import { exists } from '../../../../../local/host/exists.ts'
import { writeWhole } from '../../../../../local/host/record.ts'
import type { TwinLayout } from '../../../../../local/layout.ts'
import { layDisk, mountDisk } from '../../../../../local/machines/disk.ts'
import { ensureImage } from '../../../../../local/machines/image/image.ts'
import { machineName, placesOf } from '../../../../../local/machines/machine.ts'
import { unplugMachine } from '../../../../../local/machines/network.ts'
import { cutPower, powerOn } from '../../../../../local/machines/power.ts'
import { unplugText } from '../../../../../local/machines/store.ts'
import { containersOf, type Instance } from './instances.ts'

/** The user every command is run as, as in Multipass. */
const vendorData = `#cloud-config
users: [{ name: ubuntu, sudo: 'ALL=(ALL) NOPASSWD:ALL', shell: /bin/bash, lock_passwd: true }]
`

const seed = 'var/lib/cloud/seed/nocloud'

/** Lays disk and cards of a new machine. */
export const layContainer = async (directory: string, instance: Instance, userData: string): Promise<void> => {
  const layout = containersOf(directory)
  const places = placesOf(layout, instance.number)
  await mkdir(places.directory, { recursive: true, mode: 0o700 })
  const meta = JSON.stringify({ 'instance-id': instance.name, 'local-hostname': instance.name })
  const base = await ensureImage({ cacheDir: layout.cacheDir })
  const files = [
    { path: 'etc/hostname', text: `${instance.name}\n`, mode: 0o644 },
    { path: 'etc/hosts', text: `127.0.0.1 localhost\n127.0.1.1 ${instance.name}\n`, mode: 0o644 },
    { path: 'etc/machine-id', text: '', mode: 0o444 },
    { path: `${seed}/meta-data`, text: `${meta}\n`, mode: 0o600 },
    { path: `${seed}/user-data`, text: userData, mode: 0o600 },
    { path: `${seed}/vendor-data`, text: vendorData, mode: 0o600 },
  ]
  await layDisk(places, { base, files })
  await writeWhole(places.plug, `${mountDisk(places, { base })}\n${plugText(layout, instance)}\n`)
  await writeWhole(places.unplug, unplugText(layout, instance.number))
}

/** Cards in a namespace of its own; their other ends are in bridges here, and nothing here gets an address. */
const plugText = (layout: TwinLayout, { number, cards }: Instance): string => {
  const namespace = machineName(layout, number)
  const plugged = cards.map(({ bridge, mac }, index) => {
    const link = `${layout.namespace}-${number}${'abcdef'[index]}`
    return `ip link del ${link} 2>/dev/null || true
ip link add ${link} type veth peer name ens${index + 4} address ${mac} netns ${namespace}
sysctl -qw net.ipv6.conf.${link}.disable_ipv6=1
ip link set ${link} master ${bridge} up`
  })
  return [
    unplugMachine(layout, number),
    `ip netns add ${namespace}`,
    `ip -n ${namespace} link set lo up`,
    ...plugged,
  ].join('\n')
}

/** Boots the machine, and waits until sshd is up and, the first time, cloud-init done. */
export const bootContainer = async (directory: string, { name, number }: Instance): Promise<void> => {
  const layout = containersOf(directory)
  await powerOn(layout, number, systemClock)
  const finished = path.join(placesOf(layout, number).root, 'var/lib/cloud/instances', name, 'boot-finished')
  await waitFor(
    `${name} has booted`,
    async () => {
      const leader = await findLeader(directory, number)
      if (leader === undefined) return { seen: 'it has no first process' }
      if (!(await exists(`/proc/${leader}/root/run/sshd.pid`))) return { seen: 'sshd is not up' }
      if (await hasRunCloudInit(layout, number, finished)) return { done: true }
      return { seen: 'cloud-init is not done' }
    },
    { clock: systemClock, everyMs: 50, timeoutMs: 120_000 },
  )
}

/** Later on somebody may have given cloud-init another identity. */
const hasRunCloudInit = async (layout: TwinLayout, number: number, finished: string): Promise<boolean> => {
  if (await exists(finished)) return true
  const instances: readonly string[] = await readdir(
    path.join(placesOf(layout, number).root, 'var/lib/cloud/instances'),
  ).catch(() => [])
  return instances.length > 0 && !instances.includes(path.basename(path.dirname(finished)))
}

/** The first process of the container, a child of nspawn. */
export const findLeader = async (directory: string, number: number): Promise<number | undefined> => {
  const { nspawnPid } = placesOf(containersOf(directory), number)
  const nspawn = Number.parseInt(await readFile(nspawnPid, 'utf8').catch(() => ''), 10)
  if (!(nspawn > 1)) return undefined
  const children = await readFile(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').catch(() => '')
  return children.split(' ').filter(Boolean).map(Number)[0]
}

export const removeContainer = async (directory: string, number: number): Promise<void> => {
  const layout = containersOf(directory)
  await cutPower(layout, number, systemClock)
  await rm(placesOf(layout, number).directory, { recursive: true, force: true })
}
