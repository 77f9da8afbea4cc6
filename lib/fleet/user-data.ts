import type { HostKey } from '../ssh/host-key.ts'

/**
 * The `user_data` of a server: its SSH host key, so that the very first connection is verified. JSON is YAML too.
 * https://cloudinit.readthedocs.io/en/latest/reference/modules.html#ssh
 */
export const userDataOf = (hostKey: HostKey): string => {
  const config = {
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKeyLine },
    disable_root: false,
    ssh_pwauth: false,
  }
  return `#cloud-config\n${JSON.stringify(config, undefined, 1)}\n`
}
