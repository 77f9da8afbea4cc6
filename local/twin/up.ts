import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { InfraError } from '../../lib/errors.ts'
import { exists } from '../host/exists.ts'
import { raiseInotifyLimit } from '../host/inotify.ts'
import { writeWhole } from '../host/record.ts'
import { rememberSuccess } from '../host/remember.ts'
import { runOrFail } from '../host/run.ts'
import { layoutOf } from '../layout.ts'
import { type Backend, describeBackend, openBackend } from '../machines/backends.ts'
import { startAptCache } from './apt-cache.ts'
import { claimSlot, reclaimSlot } from './claim.ts'
import { startCloud } from './cloud.ts'
import { type BackendWish, chooseBackend, isWished } from './doctor.ts'
import { registrarEndpoint, startInternet } from './internet.ts'
import { amendRecord, findRecord, getTwin, saveRecord } from './record.ts'
import type { TwinStep } from './steps.ts'

export interface UpOptions {
  readonly stateDir: string
  /** What shall back a new twin; by default the best that works here. An existing one keeps what it has. */
  readonly backend?: BackendWish
  readonly rebuildImage?: boolean
  readonly clock?: Clock
}

/** Brings a twin up, step by step. Each step first looks whether its work is done, so running again repairs what is missing. */
export const upSteps = ({
  stateDir,
  backend = {},
  rebuildImage = false,
  clock = systemClock,
}: UpOptions): readonly TwinStep[] => {
  const settle = rememberSuccess(() => settleBackend(stateDir, backend))
  return [
    {
      title: 'Check this computer',
      run: async (report) => {
        const settled = await settle()
        const remark = await raiseInotifyLimit()
        report([`machines: ${describeBackend(settled)}`, ...(remark ? [remark] : [])].join('; '))
      },
    },
    { title: 'Lay the network', run: async (report) => layNetwork(stateDir, await settle(), report) },
    {
      title: 'Make the image of the machines',
      run: async (report) => {
        const { layout, backend: settled } = await getTwin(stateDir)
        const { prepare } = await openBackend(layout, settled, clock)
        report(await prepare({ rebuild: rebuildImage, report }))
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
}

/**
 * What backs this twin from now on.
 * @throws InfraError (2) if it cannot work here, or if the twin has machines of another kind
 */
const settleBackend = async (stateDir: string, wish: BackendWish): Promise<Backend> => {
  const record = await findRecord(stateDir)
  if (record === undefined) return chooseBackend(wish)
  if (!isWished(wish, record.backend) || (wish.box ?? record.backend.box) !== record.backend.box) {
    throw new InfraError(`The machines of this twin are made with ${describeBackend(record.backend)}`, {
      hint: 'Remove it with local-down first, or make another beside it with --state.',
      exitCode: 2,
    })
  }
  return chooseBackend(record.backend)
}

const layNetwork = async (stateDir: string, backend: Backend, report: (text: string) => void): Promise<void> => {
  const record = await findRecord(stateDir)
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const slot = record === undefined ? await claimSlot(stateDir) : await reclaimSlot(stateDir, record.slot)
  if (record === undefined) await saveRecord(stateDir, { slot, token: makeToken(), backend })
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
    await runOrFail(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', `twin-${layout.id}`, '-f', key])
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
