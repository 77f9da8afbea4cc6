import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Endpoint } from '../../../lib/dns/wire/reply.ts'
import { compileZones } from '../../../lib/zones/compile.ts'
import type { Zone } from '../../../lib/zones/zone.ts'
import { type Child, startNameserver } from './child.ts'
import { createRig, delegationAt, type Rig, until } from './rig.ts'

interface Place {
  readonly ipv4: string
  readonly ipv6: string
}

/** Zones on two real nameservers, as a deployment leaves them, below a real root and two real parents. */
export interface Served {
  readonly rig: Rig
  readonly places: readonly [Place, Place]
  readonly roots: readonly Endpoint[]
  readonly zones: readonly Zone[]
  /** Absolute, of the zone files. */
  readonly folder: string
  /** As `--targets` of check-dns takes them. */
  readonly targets: readonly string[]
  /** Sets the glue of `ns1.example.test` or of the other, and waits until no parent shows an address that is not among these. */
  setGlue(hostname: string, ...addresses: readonly string[]): Promise<void>
  stopNameserver(index: 0 | 1): Promise<void>
  /** Has both nameservers serve other texts of the zones. */
  serve(zones: readonly Pick<Zone, 'origin' | 'text'>[]): Promise<void>
  stop(): Promise<void>
}

export const servedSerial = 1_790_000_000

/** What the role gives BIND, as far as a check can tell. */
const optionsOf = (identity: string): string =>
  `minimal-responses yes; minimal-any yes; max-udp-size 1232; edns-udp-size 1232; tcp-clients 1000;
  hostname "${identity}"; server-id "${identity}"; version none; answer-cookie no;`

/** @param files texts by the name of the file; `example.test` and `example2.test` can be delegated. */
export const startServed = async (files: Readonly<Record<string, string>>): Promise<Served> => {
  const rig = await createRig()
  const { layout, call } = rig
  const placeOf = (host: number): Place => ({
    ipv4: `198.18.${layout.slot}.${host}`,
    ipv6: `2001:2:0:${layout.slot.toString(16)}${host}::1`,
  })
  const places = [placeOf(10), placeOf(20)] as const
  const hosts = places.map((place, index) => ({ hostname: `ns${index + 1}.example.test`, ...place }))
  const children: Child[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop()))
    await rig.stop()
  }

  const setGlue: Served['setGlue'] = async (hostname, ...addresses) => {
    await call('PUT', `/v1/domains/example.test/hosts/${hostname}`, { addresses })
    await Promise.all(
      layout.internet.parents.map(({ name, ipv4 }) =>
        until(`${name} shows ${addresses.join(' ')}`, async () => {
          const shown = (await delegationAt(ipv4, 'example.test'))
            .filter((line) => line.startsWith(`${hostname}. `))
            .map((line) => line.split(' ')[3])
          return [...shown].sort().join(' ') === [...addresses].sort().join(' ')
        }),
      ),
    )
  }

  try {
    await rig.start()
    const folder = path.join(layout.stateDir, 'zones')
    await mkdir(folder)
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text)
    const zones = await compileZones({ folder, serial: servedSerial, hosts })
    const serve: Served['serve'] = async (texts) => {
      await Promise.all(children.splice(0).map((child) => child.stop()))
      for (const [index, place] of places.entries()) {
        const options = optionsOf(`ns${index + 1}.${servedSerial}`)
        children.push(await startNameserver(layout, { ...place, zones: texts, options }))
      }
    }
    await serve(zones)
    await call('POST', '/faults', { parentTtl: 2 })
    for (const { hostname, ipv4, ipv6 } of hosts)
      await call('PUT', `/v1/domains/example.test/hosts/${hostname}`, { addresses: [ipv4, ipv6] })
    for (const zone of ['example.test', 'example2.test'])
      await call('PUT', `/v1/domains/${zone}/nameservers`, { nameservers: hosts.map(({ hostname }) => hostname) })
    for (const { hostname, ipv4, ipv6 } of hosts) await setGlue(hostname, ipv4, ipv6)
    const { root } = layout.internet
    return {
      rig,
      places,
      roots: [root.ipv4, root.ipv6].map((address) => ({ address, port: 53 })),
      zones,
      folder,
      targets: places.flatMap(({ ipv4, ipv6 }, index) => [ipv4, ipv6].map((one) => `lb${index + 1}=${one}`)),
      setGlue,
      serve,
      stopNameserver: async (index) => children[index]?.stop(),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
