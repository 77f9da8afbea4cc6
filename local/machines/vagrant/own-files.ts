import type { DiskFile } from '../first-boot.ts'

/**
 * A machine gets its data some time after the first boot. Until then cloud-init would find none, and sshd would make host keys
 * that are replaced soon; both wait for the file to be removed that keeps cloud-init from running.
 */
export const waitingFiles: readonly DiskFile[] = [
  { path: 'etc/cloud/cloud-init.disabled', text: '', mode: 0o644 },
  {
    path: 'etc/systemd/system/ssh.service.d/first-boot.conf',
    text: '[Unit]\nConditionPathExists=!/etc/cloud/cloud-init.disabled\n',
    mode: 0o644,
  },
]
