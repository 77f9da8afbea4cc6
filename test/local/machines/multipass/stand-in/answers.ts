import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { runOrFail } from '../../../../../local/host/run.ts'
import { machineName } from '../../../../../local/machines/machine.ts'
import { allInstances, containersOf, type Instance, stateOf } from './instances.ts'

/** JSON as Qt writes it: four spaces, keys in order, and a line end in whatever is empty. */
export const formatJson = (value: unknown, depth = 0): string => {
  const [inner, outer] = [' '.repeat(4 * (depth + 1)), ' '.repeat(4 * depth)]
  const block = (open: string, entries: readonly string[], close: string): string =>
    `${open}\n${entries.map((entry) => `${inner}${entry}`).join(',\n')}${entries.length > 0 ? '\n' : ''}${outer}${close}`
  if (Array.isArray(value)) {
    return block(
      '[',
      value.map((entry) => formatJson(entry, depth + 1)),
      ']',
    )
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return block(
    '{',
    entries.map(([key, entry]) => `${JSON.stringify(key)}: ${formatJson(entry, depth + 1)}`),
    '}',
  )
}

/** An address of its own network first, which no card here has, then what the cards were given. */
const addressesOf = async (directory: string, { number }: Instance): Promise<readonly string[]> => {
  const namespace = machineName(containersOf(directory), number)
  const shown = await runOrFail(['ip', '-n', namespace, '-4', '-o', 'addr', 'show', 'scope', 'global']).catch(() => '')
  const own = [...shown.matchAll(/ inet ([\d.]+)/g)].map(([, address]) => address ?? '')
  return [`10.173.41.${number + 1}`, ...own]
}

/** Images given by file or address have no name. */
const releaseOf = ({ image }: Instance, state: string): string =>
  image.includes('://') || state !== 'Running' ? 'Not Available' : 'Ubuntu 24.04 LTS'

export const listAnswer = async (directory: string): Promise<unknown> => {
  const list = (await allInstances(directory)).map(async (instance) => {
    const state = await stateOf(directory, instance)
    const ipv4 = state === 'Running' ? await addressesOf(directory, instance) : []
    return { name: instance.name, state, ipv4, release: releaseOf(instance, state) }
  })
  return { list: await Promise.all(list) }
}

export const infoAnswer = async (directory: string, instances: readonly Instance[]): Promise<unknown> => {
  const entries = instances.map(async (instance) => {
    const state = await stateOf(directory, instance)
    const runs = state === 'Running'
    const details = {
      state,
      cpu_count: runs ? instance.cpus : '',
      disks: { sda1: runs ? { total: '4066689024', used: '1108942848' } : {} },
      image_hash: '',
      image_release: '',
      ipv4: runs ? await addressesOf(directory, instance) : [],
      load: runs ? [0.31, 0.12, 0.04] : [],
      memory: runs ? { total: 477212672, used: 101359616 } : {},
      mounts: {},
      release: runs ? 'Debian GNU/Linux 12 (bookworm)' : '',
      snapshot_count: '0',
    }
    return [instance.name, details] as const
  })
  return { errors: [], info: Object.fromEntries(await Promise.all(entries)) }
}

export const networksAnswer = async (): Promise<unknown> => {
  const links = (await readdir('/sys/class/net')).sort()
  const list = links.map(async (name) => {
    const inside: readonly string[] = await readdir(path.join('/sys/class/net', name)).catch(() => [])
    if (inside.includes('bridge')) return { name, type: 'bridge', description: 'Network bridge' }
    return inside.includes('device') ? { name, type: 'ethernet', description: 'Ethernet device' } : undefined
  })
  return { list: (await Promise.all(list)).filter((network) => network !== undefined) }
}
