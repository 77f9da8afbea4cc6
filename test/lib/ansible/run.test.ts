import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inventoryOf } from '../../../lib/ansible/inventory.ts'
import { playbookCommand, runPlaybook } from '../../../lib/ansible/run.ts'
import { InfraError } from '../../../lib/errors.ts'

const ansible = suite('lib/ansible/run')

const directory = mkdtempSync(path.join(tmpdir(), 'ansible-'))
ansible.after(() => rmSync(directory, { recursive: true }))

writeFileSync(path.join(directory, 'ansible.cfg'), '[defaults]\nlocalhost_warning = False\n')

/** A play on this computer stands in for one over SSH: what is tested is how Ansible is run and read. */
const writePlaybook = (tasks: string): void => {
  writeFileSync(
    path.join(directory, 'nameservers.yml'),
    `- hosts: nameservers\n  connection: local\n  gather_facts: false\n  tasks:\n${tasks}`,
  )
}

const run = (onTask: (task: string) => void = () => undefined) =>
  runPlaybook({
    folder: directory,
    role: 'nameserver',
    hosts: [{ name: 'ns1-next', address: '127.0.0.1', sshOptions: [], variables: { greeting: 'hello' } }],
    logFile: path.join(directory, 'log', 'ansible.log'),
    onTask,
  })

ansible('the command is data: config by name, token left out, inventory and playbook', () => {
  assert.equal(playbookCommand('/a', 'lb', '/tmp/i.json'), [
    'env',
    '--unset=HCLOUD_TOKEN',
    'ANSIBLE_CONFIG=/a/ansible.cfg',
    'ANSIBLE_NOCOLOR=1',
    'ansible-playbook',
    '--inventory',
    '/tmp/i.json',
    '/a/lbs.yml',
  ])
})

ansible('the inventory groups by role, and hands ssh its options in a form that splits back', () => {
  const text = inventoryOf('lb', [
    { name: 'lb1', address: '198.18.1.10', sshOptions: ['-o', "X=it's"], variables: { lb_a: 1 } },
  ])
  assert.equal(JSON.parse(text), {
    lbs: {
      hosts: {
        lb1: {
          ansible_host: '198.18.1.10',
          ansible_user: 'root',
          ansible_python_interpreter: '/usr/bin/python3',
          ansible_ssh_args: "-o 'X=it'\\''s'",
          lb_a: 1,
        },
      },
    },
  })
})

ansible('runs a play, tells its tasks as they begin, counts changes and keeps the output', async () => {
  writePlaybook('    - name: Say it\n      ansible.builtin.command: echo {{ greeting }}\n')
  const tasks: string[] = []
  const changes = await run((task) => tasks.push(task))
  assert.equal([...changes], [['ns1-next', 1]])
  assert.equal(tasks, ['Say it'])
  assert.match(readFileSync(path.join(directory, 'log', 'ansible.log'), 'utf8'), /TASK \[Say it\]/)
})

ansible('a failure names host, task, message and the file with the rest', async () => {
  writePlaybook('    - name: Break\n      ansible.builtin.fail:\n        msg: no room\n')
  const error = await run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, InfraError)
  assert.match(String(error), /ns1-next: Break: no room/)
  assert.match((error as InfraError).hint ?? '', /ansible\.log$/)
})

ansible.run()
