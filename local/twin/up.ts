import { randomBytes } from 'node:crypto'
import { access, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { ensureImage } from '../machines/image.ts'
import { runProgram } from '../machines/process.ts'
import { writeWhole } from '../machines/record.ts'
import { startAptCache } from './apt-cache.ts'
import { claimSlot, reclaimSlot } from './claim.ts'
import { startCloud } from './cloud.ts'
import { verifyComputer } from './doctor.ts'
import { registrarEndpoint, startInternet } from './internet.ts'
import { layoutOf } from './layout.ts'
import { amendRecord, findRecord, getTwin, saveRecord } from './record.ts'
import type { TwinStep } from './steps.ts'

export interface UpOptions {
  readonly stateDir: string
  readonly rebuildImage?: boolean
  readonly clock?: Clock
}

/** Brings a twin up, step by step. Each step first looks whether its work is done, so running again repairs what is missing. */
export const upSteps = ({ stateDir, rebuildImage = false, clock = systemClock }: UpOptions): readonly TwinStep[] => [
  { title: 'Check this computer', run: verifyComputer },
  { title: 'Lay the network', run: (report) => layNetwork(stateDir, report) },
  {
    title: 'Make the image of the machines',
    run: async (report) => {
      const { layout } = await getTwin(stateDir)
      report(path.basename(await ensureImage({ cacheDir: layout.cacheDir, rebuild: rebuildImage, report })))
    },
  },
  {
    title: 'Start the apt cache',
    run: async (report) => {
      const { layout } = await getTwin(stateDir)
      await startAptCache(layout, clock)
      report(`http://${layout.hostAddress4}:${layout.aptPort}`)
    },
  },
  {
    title: 'Start the cloud',
    run: async (report) => {
      const twin = await getTwin(stateDir)
      const endpoint = await startCloud(twin, clock)
      await amendRecord(stateDir, { port: Number(new URL(endpoint).port) })
      report(endpoint)
    },
  },
  { title: 'Start the internet', run: (report) => raiseInternet(stateDir, clock, report) },
  { title: 'Write the environment', run: async (report) => report(await writeEnvironment(stateDir)) },
]

const layNetwork = async (stateDir: string, report: (text: string) => void): Promise<void> => {
  const record = await findRecord(stateDir)
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const slot = record === undefined ? await claimSlot(stateDir) : await reclaimSlot(stateDir, record.slot)
  if (record === undefined) await saveRecord(stateDir, { slot, token: makeToken() })
  const { namespace, ipv4Pool, ipv6Pool } = layoutOf(stateDir, slot)
  report(`${ipv4Pool} and ${ipv6Pool} lead to namespace ${namespace}`)
}

const raiseInternet = async (stateDir: string, clock: Clock, report: (text: string) => void): Promise<void> => {
  const { layout, registrarToken = makeToken() } = await getTwin(stateDir)
  await amendRecord(stateDir, { registrarToken })
  await startInternet(layout, registrarToken, clock)
  report(`registrar ${registrarEndpoint(layout)}, resolver ${layout.internet.resolver.ipv4}`)
}

const makeToken = (): string => randomBytes(32).toString('hex')

/** The one thing a script needs to work on this twin: which cloud and registrar, which tokens, whose key. Returns the file's path. */
const writeEnvironment = async (stateDir: string): Promise<string> => {
  const { layout, port, token, registrarToken = '' } = await getTwin(stateDir)
  const key = path.join(layout.stateDir, 'id_ed25519')
  if (!(await exists(key))) {
    await runProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `twin-${layout.id}`, '-f', key])
  }
  const file = path.join(layout.stateDir, 'twin.env')
  const settings = {
    HCLOUD_ENDPOINT: `http://127.0.0.1:${port}/v1`,
    HCLOUD_TOKEN: token,
    INFRA_SSH_KEY: `${key}.pub`,
    REGISTRAR: 'twin',
    REGISTRAR_ENDPOINT: registrarEndpoint(layout),
    REGISTRAR_TOKEN: registrarToken,
    DNS_ROOT_SERVERS: `${layout.internet.root.ipv4},${layout.internet.root.ipv6}`,
  }
  await writeWhole(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  return file
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
