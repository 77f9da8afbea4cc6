import { hostAlias, knownHostsLine } from '../ssh/known-hosts.ts'
import { quotePath } from '../ssh/quote.ts'
import type { SshHost } from '../ssh/ssh.ts'

/** An ssh_config with which a person reaches the servers by name, as strictly verified as the scripts do. */
export const sshConfigOf = (
  hosts: readonly SshHost[],
  paths: { readonly knownHosts: string; readonly identity: string },
): string =>
  hosts
    .map((host) =>
      [
        `Host ${host.name}`,
        `  HostName ${host.ipv4}`,
        '  User root',
        `  HostKeyAlias ${hostAlias(host)}`,
        `  UserKnownHostsFile ${quotePath(paths.knownHosts)}`,
        '  GlobalKnownHostsFile /dev/null',
        '  StrictHostKeyChecking yes',
        '  CheckHostIP no',
        `  IdentityFile ${quotePath(paths.identity)}`,
        '  IdentitiesOnly yes',
        '',
      ].join('\n'),
    )
    .join('\n')

export const knownHostsOf = (hosts: readonly SshHost[]): string =>
  hosts.flatMap((host) => host.hostKeys.map((key) => `${knownHostsLine(hostAlias(host), key)}\n`)).join('')
