import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Has the plays of a folder lose hosts while `work` runs: once a host has done the task named for it, ssh to it ends as it
 * does when the network is gone.
 * @param folder where the playbooks are; never that of the checkout itself
 * @param lastTasks by host, such as `lb : Write the firewall, the nginx template and the Floating IPs`
 */
export const loseHosts = async (
  folder: string,
  lastTasks: Readonly<Record<string, string>>,
  work: () => Promise<unknown>,
): Promise<void> => {
  // Ansible loads what lies in a folder of this name beside a playbook
  const plugins = path.join(folder, 'callback_plugins')
  mkdirSync(plugins)
  try {
    copyFileSync(path.join(import.meta.dirname, 'lose_hosts.py'), path.join(plugins, 'lose_hosts.py'))
    writeFileSync(path.join(plugins, 'last-tasks.json'), JSON.stringify(lastTasks))
    writeFileSync(path.join(plugins, 'lost'), '#!/bin/sh\necho "the network is gone" >&2\nexit 255\n', { mode: 0o755 })
    await work()
  } finally {
    rmSync(plugins, { recursive: true })
  }
}
