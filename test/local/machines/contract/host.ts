import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock, waitFor } from '../../../../lib/clock.ts'
import { runOrFail } from '../../../../local/host/run.ts'
import { layoutOf, type TwinLayout } from '../../../../local/layout.ts'
import type { MachineSpec } from '../../../../local/machines/backend.ts'
import type { Backend } from '../../../../local/machines/backends.ts'
import { claimSlot } from '../../../../local/twin/claim.ts'
import { downSteps } from '../../../../local/twin/down.ts'
import { saveRecord } from '../../../../local/twin/record.ts'
import { runSteps } from '../../../../local/twin/steps.ts'

/** A twin's network without its cloud, for machines to be made in, and the ways to reach them. */
export interface Host {
  readonly stateDir: string
  readonly layout: TwinLayout
  ipv4Of(id: number): string
  ipv6Of(id: number): string
  specOf(id: number, image?: string): Promise<MachineSpec>
  /** Runs a command in a machine; refused unless the machine shows the host key of its user data. */
  ssh(id: number, command: string, address?: string): Promise<string>
  /** A TCP connection to a machine. */
  connect(id: number, port: number): Promise<Connection>
  /** Until the machine answers and its cloud-init is done. */
  untilReady(id: number): Promise<void>
  clean(): Promise<void>
}

interface Connection {
  /** Whether the machine has ended it. */
  isEnded(): boolean
  close(): void
}

/** @param ids of the machines that will be asked for */
export const createHost = async (backend: Backend, ids: readonly number[]): Promise<Host> => {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'machines-'))
  const slot = await claimSlot(stateDir)
  await saveRecord(stateDir, { slot, token: '', backend })
  const layout = layoutOf(stateDir, slot)
  const at = (name: string): string => path.join(stateDir, name)
  const publicKey = async (name: string): Promise<string> => (await readFile(at(`${name}.pub`), 'utf8')).trim()
  const ipv4Of = (id: number): string => `198.18.${slot}.${id}`
  const ipv6Of = (id: number): string => layout.ipv6Pool.replace('00::/56', `${id.toString(16).padStart(2, '0')}::1`)

  await Promise.all(
    ['client', ...ids.map((id) => `host${id}`)].map((name) =>
      runOrFail(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', at(name)]),
    ),
  )

  const userDataOf = async (id: number): Promise<string> => {
    const secret = (await readFile(at(`host${id}`), 'utf8')).trim().replaceAll('\n', '\n    ')
    return `#cloud-config
ssh_keys:
  ed25519_private: |
    ${secret}
  ed25519_public: ${await publicKey(`host${id}`)}
runcmd:
  - [ sh, -c, "echo done >> /root/ran" ]
`
  }

  const ssh = async (id: number, command: string, address = ipv4Of(id)): Promise<string> => {
    const options = [
      `KnownHostsCommand=/bin/echo %H ${await publicKey(`host${id}`)}`,
      'UserKnownHostsFile=/dev/null',
      'StrictHostKeyChecking=yes',
      'BatchMode=yes',
      'ConnectTimeout=5',
      'ServerAliveInterval=5',
    ].flatMap((option) => ['-o', option])
    return (await runOrFail(['ssh', '-q', '-i', at('client'), ...options, `root@${address}`, command])).trim()
  }

  return {
    stateDir,
    layout,
    ipv4Of,
    ipv6Of,
    specOf: async (id, image = 'debian-12') => ({
      id,
      name: `host${id}`,
      image,
      publicIpv4: ipv4Of(id),
      publicIpv6: ipv6Of(id),
      mac: `96:00:00:00:00:${id}`,
      authorizedKeys: [await publicKey('client')],
      userData: await userDataOf(id),
    }),
    ssh,
    connect: async (id, port) => {
      const socket = createConnection({ host: ipv4Of(id), port })
      await once(socket, 'connect')
      let isEnded = false
      for (const event of ['end', 'error', 'close']) {
        socket.on(event, () => {
          isEnded = true
        })
      }
      socket.resume()
      return { isEnded: () => isEnded, close: () => socket.destroy() }
    },
    untilReady: (id) => untilTrue(`machine ${id} answers`, () => succeeds(ssh(id, 'cloud-init status --wait'))),
    clean: async () => {
      await runSteps(await downSteps({ stateDir }), { say: () => {} })
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

/** Virtual machines without help of the processor take half a minute to boot. */
const patienceMs = 120_000

export const untilTrue = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  await waitFor(what, async () => ((await holds()) ? { done: true } : { seen: 'not so' }), {
    clock: systemClock,
    everyMs: 200,
    timeoutMs: patienceMs,
  })
}

export const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )
