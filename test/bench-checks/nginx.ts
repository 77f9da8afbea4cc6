import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Target } from '../../lib/dns/query.ts'
import { type Balancer, startBalancer } from './balancer.ts'

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

/** The nginx of an lb, with the configuration of the role, on a loopback address of its own; its workers are its children. */
export const startNginx = async (folder: string, pair: number, upstream: Target): Promise<Balancer> => {
  const target = { name: `lb${pair}`, address: `127.53.0.${pair}`, port: ports.public }
  const config = path.join(folder, `${target.name}.conf`)
  await writeFile(config, configOf(await readFile(template, 'utf8'), target.address, upstream))
  const argv = ['nginx', '-c', config, '-g', `daemon off; pid ${folder}/${target.name}.pid;`]
  return startBalancer(argv, target, { name: '.', type: 'SOA', transport: 'tcp' })
}
