import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { systemClock, waitFor } from '../../lib/clock.ts'
import { query, type Target } from '../../lib/dns/query.ts'

const template = path.resolve(import.meta.dirname, '../../ansible/roles/lb/templates/nginx.conf.template')
// Below the ports that the system gives to clients, so that none of the many has it already.
const ports = { public: 5300, preview: 5311 }

/** What Ansible and dns-lb put into the template, for one loopback address. */
const configOf = (text: string, address: string, upstream: Target): string =>
  text
    .replace(/\{% for .*? %\}[\s\S]*?\{% endfor %\}/, '127.0.0.0/8 0;')
    .replace('{{ ansible_managed }}', '')
    .replace('{{ lb_worker_connections }}', '16384')
    .replace('{{ lb_client_connections }}', '50')
    .replace('@WORKERS@', '1')
    .replaceAll('@UPSTREAM@:53', `${upstream.address}:${upstream.port}`)
    .replace(/^ *listen \[::\].*\n/gm, '')
    .replaceAll('listen @PORT@', `listen ${address}:${ports.public}`)
    .replaceAll('listen @PREVIEW@', `listen ${address}:${ports.preview}`)

export interface Nginx {
  readonly target: Target
  /** Of the process whose children are the workers. */
  readonly pid: number
  stop(): Promise<void>
}

/** The nginx of an lb, with the configuration of the role, on a loopback address of its own. */
export const startNginx = async (folder: string, pair: number, upstream: Target): Promise<Nginx> => {
  const target = { name: `lb${pair}`, address: `127.53.0.${pair}`, port: ports.public }
  const config = path.join(folder, `${target.name}.conf`)
  await writeFile(config, configOf(await readFile(template, 'utf8'), target.address, upstream))
  const child = spawn('nginx', ['-c', config, '-g', `daemon off; pid ${folder}/${target.name}.pid;`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  const attempt = async () => {
    const { kind } = await query(target, { name: '.', type: 'SOA', transport: 'tcp' }, { timeoutMs: 500 })
    return kind === 'answered' ? { done: true } : { seen: kind }
  }
  const options = { clock: systemClock, everyMs: 50, timeoutMs: 5000 }
  await waitFor(`nginx of ${target.name}`, attempt, options).catch((error: unknown) =>
    stop().then(() => Promise.reject(error)),
  )
  return { target, pid: child.pid ?? 0, stop }
}
