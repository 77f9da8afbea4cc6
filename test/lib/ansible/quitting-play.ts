import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runPlaybook } from '../../../lib/ansible/run.ts'

// Runs a play on this computer that takes a while (seconds: its argument), and quits in the middle of it: for run.test.ts.
const [seconds] = process.argv.slice(2)
const folder = mkdtempSync(path.join(tmpdir(), 'play-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
writeFileSync(path.join(folder, 'ansible.cfg'), '[defaults]\nstrategy = free\n')
writeFileSync(
  path.join(folder, 'nameservers.yml'),
  `- hosts: nameservers\n  connection: local\n  gather_facts: false\n  tasks:\n    - name: Sleep\n      ansible.builtin.command: sleep ${seconds}\n`,
)
await runPlaybook({
  folder,
  role: 'nameserver',
  hosts: [{ name: 'ns1-next', address: '127.0.0.1', sshOptions: ['-F', 'none'], variables: {} }],
  logFile: path.join(folder, 'log', 'ansible.log'),
  onTask: () => void delay(1500).then(() => process.exit(130)),
})
