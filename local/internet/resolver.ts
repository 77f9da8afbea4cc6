import path from 'node:path'
import { writeWhole } from '../host/record.ts'
import type { InternetLayout } from '../layout.ts'
import { type Child, keepRunning } from './child.ts'
import { copyProgram } from './program.ts'
import { rootHints } from './root-zone.ts'

type Servers = Pick<InternetLayout, 'root' | 'parents' | 'resolver'>

const hintsFile = (directory: string): string => path.join(directory, 'root.hints')

/** A caching resolver that knows nothing but where the root is, and keeps what it hears for exactly as long as it is told. */
const resolverConfig = (directory: string, { ipv4, ipv6 }: InternetLayout['resolver']): string => `server:
  directory: "${directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  interface: ${ipv4}
  interface: ${ipv6}
  outgoing-interface: ${ipv4}
  outgoing-interface: ${ipv6}
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  root-hints: "${hintsFile(directory)}"
  module-config: "iterator"
  # by default nothing below this name is asked for (RFC 6761)
  local-zone: "test." nodefault
  edns-buffer-size: 1232
  cache-min-ttl: 0
  cache-max-ttl: 604800
  prefetch: no
  serve-expired: no
  # a server that did not answer is tried again soon, in proportion to the other times here
  infra-host-ttl: 10
  hide-version: yes
remote-control:
  control-enable: no
`

export const startResolver = async (directory: string, servers: Servers): Promise<Child> => {
  const config = path.join(directory, 'unbound.conf')
  await writeWhole(hintsFile(directory), rootHints(servers))
  await writeWhole(config, resolverConfig(directory, servers.resolver))
  return keepRunning(await copyProgram('unbound', directory), ['-d', '-p', '-c', config])
}
