import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createConfig } from './checkout.ts'
import type { FastWorld } from './world.ts'

/** Options for the script itself, which watches `names` of the world and needs no token. */
export const watchWords = async (fast: FastWorld, names: readonly string[]): Promise<readonly string[]> => {
  const config = { ...createConfig(2), zonesFolder: path.join(fast.clones[0].root, 'zones') }
  const file = path.join(fast.clones[0].root, 'config.mjs')
  await writeFile(file, `export default ${JSON.stringify(config)}\n`)
  const targets = names.map((name) => `${name}=${fast.machine(name).ipv4}`)
  return ['--config', file, '--targets', ...targets, '--only', 'soa', 'serial', '--watch', '1s']
}

export const watchEnv = (fast: FastWorld): NodeJS.ProcessEnv => ({
  DNS_ROOT_SERVERS: fast.internet.root,
  HCLOUD_TOKEN: '',
})
