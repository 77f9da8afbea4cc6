import type { Child } from './child.ts'
import { hintsFile, type ResolverOptions, startResolver } from './resolver.ts'

interface UnboundOptions extends ResolverOptions {
  readonly isValidating: boolean
  /** Address of the resolver that is asked in place of the servers themselves. */
  readonly behind?: string
}

/** A caching resolver that knows nothing but where the root is, and keeps what it hears for exactly as long as it is told. */
export const startUnbound = (options: UnboundOptions): Promise<Child> =>
  startResolver(options, { program: 'unbound', config: unboundConfig(options), args: ['-d', '-p'] })

const unboundConfig = (options: UnboundOptions): string => `server:
  directory: "${options.directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  interface: ${options.address.ipv4}
  interface: ${options.address.ipv6}
  outgoing-interface: ${options.address.ipv4}
  outgoing-interface: ${options.address.ipv6}
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  root-hints: "${hintsFile(options)}"
${options.isValidating ? validation(options) : '  module-config: "iterator"'}
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
${forwarding(options)}`

const validation = ({ rootKey }: UnboundOptions): string => `  module-config: "validator iterator"
  trust-anchor: "${rootKey.origin} DNSKEY ${rootKey.dnskey}"
  trust-anchor-signaling: no
  # a signature holds until it ends, and not for an hour or a tenth of its time more
  val-sig-skew-min: 0
  val-sig-skew-max: 0
  # in proportion too
  val-bogus-ttl: 5`

const forwarding = ({ behind }: UnboundOptions): string =>
  behind === undefined ? '' : `forward-zone:\n  name: "."\n  forward-addr: ${behind}\n`
