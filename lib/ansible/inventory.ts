import type { Role } from '../fleet/names.ts'
import { quoteWord } from '../ssh/quote.ts'

export type Variables = Readonly<Record<string, unknown>>

export interface InventoryHost {
  readonly name: string
  readonly address: string
  /** As `Ssh.options` gives them: pinned host key, shared connection. */
  readonly sshOptions: readonly string[]
  readonly variables: Variables
}

const groups = { nameserver: 'nameservers', lb: 'lbs' } as const

/**
 * An inventory for one run (JSON is read by Ansible's `yaml` inventory plugin). The options of ssh go into
 * `ansible_ssh_args`, in place of Ansible's own, so both share one verified connection.
 */
export const inventoryOf = (role: Role, hosts: readonly InventoryHost[]): string => {
  const entries = hosts.map(({ name, address, sshOptions, variables }) => [
    name,
    {
      ansible_host: address,
      ansible_user: 'root',
      ansible_python_interpreter: '/usr/bin/python3',
      ansible_ssh_args: sshOptions.map(quoteWord).join(' '),
      ...variables,
    },
  ])
  return JSON.stringify({ [groups[role]]: { hosts: Object.fromEntries(entries) } }, undefined, 2)
}

/** The playbook that configures the machines of a role, or the one that bakes images, of either role. */
export const playbookOf = (role: Role, isBaking = false): string => (isBaking ? 'images.yml' : `${groups[role]}.yml`)
