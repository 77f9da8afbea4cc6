import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, waitFor } from '../../lib/clock.ts'
import { writeWhole } from '../host/record.ts'
import type { TwinLayout } from '../layout.ts'
import { openKeys, trustAnchorFile, trustAnchorText } from './keys.ts'
import { startNamed, zoneFile } from './named.ts'
import { createPublisher, zoneOf } from './publish.ts'
import { createRegistrar } from './registrar.ts'
import { createRegistry } from './registry.ts'
import { resolversOf } from './resolvers.ts'
import { findSerial } from './serial.ts'
import { serveHttp } from './serve.ts'
import { openState } from './state.ts'

export interface InternetOptions {
  readonly layout: TwinLayout
  /** The one the registrar takes. */
  readonly token: string
  /** Seconds, of delegations and glue. Undefined: as before. */
  readonly parentTtl: number | undefined
  readonly clock: Clock
}

interface Part {
  stop(): Promise<void>
}

/**
 * Starts servers, resolver and registrar in the namespace this process is in, and goes on with what was registered before.
 * @throws InfraError if they do not answer; none of them is left then
 */
export const startInternet = async (options: InternetOptions): Promise<Part> => {
  const parts: Part[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.stop()))
  }
  try {
    await startParts(options, parts)
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

const startParts = async ({ layout, token, parentTtl, clock }: InternetOptions, parts: Part[]): Promise<void> => {
  const directory = path.join(layout.stateDir, 'internet')
  const { root, parents, registrar } = layout.internet
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const state = openState(path.join(layout.stateDir, 'internet.json'))
  for (const parent of parents) {
    // where there is one, it was published before, and stays until the publisher gets there
    const file = zoneFile(directory, parent.name)
    if (!existsSync(file)) await writeWhole(file, zoneOf(state.read(), parents, parent))
  }
  const keys = await openKeys(directory)
  await writeWhole(trustAnchorFile(layout.stateDir), trustAnchorText(keys.root))
  const named = await startNamed({ directory, keys, clock, root, parents })
  parts.push(named)
  const registry = createRegistry(state, createPublisher({ parents, named, clock }))
  await registry.accept(parentTtl === undefined ? {} : { parentTtl })
  await untilAnswered(root.ipv4, '.', clock)
  // not earlier: they would remember that the servers were silent
  for (const { ipv4, start } of resolversOf(directory, layout.internet, keys.root)) {
    parts.push(await start())
    await untilAnswered(ipv4, 'test', clock)
  }
  parts.push(await serveHttp(createRegistrar(registry, token).fetch, registrar.ipv4))
}

const untilAnswered = (address: string, zone: string, clock: Clock): Promise<true> =>
  waitFor(
    `${address} answers for ${zone}`,
    async () => ((await findSerial(address, zone)) === undefined ? { seen: 'no answer' } : { done: true }),
    { clock, everyMs: 20, timeoutMs: 15_000 },
  )
