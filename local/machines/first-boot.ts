import type { TwinLayout } from '../layout.ts'
import type { MachineSpec } from './backend.ts'

export interface DiskFile {
  /** From the root of the disk, without a leading slash. */
  readonly path: string
  readonly text: string
  readonly mode: number
}

const seed = 'var/lib/cloud/seed/nocloud'

/**
 * What is on a disk before its first boot besides the image: name, keys and the seed cloud-init reads (NoCloud). The files
 * cloud-init would write are there already, so the machine can be reached even if its user data is broken.
 */
export const firstBootFiles = (layout: TwinLayout, spec: MachineSpec): readonly DiskFile[] => {
  const proxy = spec.publicIpv4 === null ? `[${layout.hostAddress6}]` : layout.hostAddress4
  return [
    { path: 'etc/hostname', text: `${spec.name}\n`, mode: 0o644 },
    { path: 'etc/hosts', text: hostsFile(spec.name), mode: 0o644 },
    { path: 'etc/machine-id', text: '', mode: 0o444 },
    {
      path: 'etc/apt/apt.conf.d/00twin-proxy',
      text: aptSettings(`http://${proxy}:${layout.aptPort}`),
      mode: 0o644,
    },
    { path: 'root/.ssh/authorized_keys', text: lines(spec.authorizedKeys), mode: 0o600 },
    { path: `${seed}/meta-data`, text: metaData(spec), mode: 0o600 },
    { path: `${seed}/user-data`, text: spec.userData === '' ? '#cloud-config\n{}\n' : spec.userData, mode: 0o600 },
  ]
}

const lines = (values: readonly string[]): string => values.map((value) => `${value.trim()}\n`).join('')

/** JSON, which every YAML reader takes. */
const metaData = (spec: MachineSpec): string =>
  `${JSON.stringify({
    'instance-id': String(spec.id),
    'local-hostname': spec.name,
    'public-keys': spec.authorizedKeys.map((key) => key.trim()),
  })}\n`

const hostsFile = (name: string): string =>
  `127.0.0.1 localhost
127.0.1.1 ${name}
::1 localhost ip6-localhost ip6-loopback
`

/** The cache fails for a moment when two machines ask for an index at once; the pauses of apt 2.6 before it asks again can last for ever. */
const aptSettings = (proxy: string): string =>
  [
    `Acquire::http::Proxy "${proxy}";`,
    'Acquire::http::Timeout "20";',
    'Acquire::Retries "3";',
    'Acquire::Retries::Delay "false";',
    '',
  ].join('\n')
