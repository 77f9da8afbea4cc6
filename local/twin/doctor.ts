import { InfraError } from '../../lib/errors.ts'
import { runShell } from '../machines/process.ts'

/** Programs the twin runs on this computer, and the Debian package each is in. */
const programs: readonly (readonly [program: string, debianPackage: string])[] = [
  ['apt-cacher-ng', 'apt-cacher-ng'],
  ['apt-get', 'apt'],
  ['flock', 'util-linux'],
  ['ip', 'iproute2'],
  ['mmdebstrap', 'mmdebstrap'],
  ['named', 'bind9'],
  ['nft', 'nftables'],
  ['nsenter', 'util-linux'],
  ['ssh-keygen', 'openssh-client'],
  ['sysctl', 'procps'],
  ['systemd-nspawn', 'systemd-container'],
  ['tar', 'tar'],
  ['unbound', 'unbound'],
]

/** @throws InfraError (2) naming everything that is missing at once */
export const verifyComputer = async (): Promise<void> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new InfraError('The local twin runs its machines as systemd-nspawn containers, which needs Linux and root', {
      hint: 'Run the command again with sudo.',
      exitCode: 2,
    })
  }
  const missing = await findMissing()
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(([, debianPackage]) => debianPackage))]
  throw new InfraError(`Programs are missing: ${missing.map(([program]) => program).join(', ')}`, {
    hint: `apt-get install --no-install-recommends ${packages.join(' ')}`,
    exitCode: 2,
  })
}

const findMissing = async (): Promise<typeof programs> => {
  const search = programs.map(([program]) => `command -v ${program} >/dev/null && echo ${program} || true`)
  const found = (await runShell(search.join('\n'))).split('\n')
  return programs.filter(([program]) => !found.includes(program))
}
