import type { Child } from './child.ts'
import { trustAnchorText } from './keys.ts'
import { hintsFile, type ResolverOptions, startResolver } from './resolver.ts'

/** A validating resolver that has its hints and its trust anchor from us: of its own, BIND knows those of the real root. */
export const startBindResolver = (options: ResolverOptions): Promise<Child> =>
  startResolver(options, { program: 'named', config: bindConfig(options), args: ['-g', '-n', '1'] })

const bindConfig = (options: ResolverOptions): string => `options {
  directory "${options.directory}"; pid-file none; session-keyfile none; lock-file none;
  listen-on { ${options.address.ipv4}; }; listen-on-v6 { ${options.address.ipv6}; };
  query-source address ${options.address.ipv4}; query-source-v6 address ${options.address.ipv6};
  automatic-interface-scan no; interface-interval 0;
  recursion yes; allow-query { any; }; allow-query-cache { any; }; allow-recursion { any; };
  dnssec-validation yes; trust-anchor-telemetry no; empty-zones-enable no;
  max-cache-size 16M; prefetch 0; max-udp-size 1232; edns-udp-size 1232;
  version none; hostname none; server-id none;
};
controls { };
zone "." { type hint; file "${hintsFile(options)}"; };
${trustAnchorText(options.rootKey)}`
