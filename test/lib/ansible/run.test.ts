import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inventoryOf } from '../../../lib/ansible/inventory.ts'
import { playbookCommand, runPlaybook } from '../../../lib/ansible/run.ts'
import { InfraError } from '../../../lib/errors.ts'

const ansible = suite('lib/ansible/run')

const directory = mkdtempSync(path.join(tmpdir(), 'ansible-'))
ansible.after(() => rmSync(directory, { recursive: true }))

writeFileSync(path.join(directory, 'ansible.cfg'), '[defaults]\nlocalhost_warning = False\nstrategy = free\n')

/** A play on this computer stands in for one over SSH: what is tested is how Ansible is run and read. */
const writePlaybook = (tasks: string): void => {
  writeFileSync(
    path.join(directory, 'nameservers.yml'),
    `- hosts: nameservers\n  connection: local\n  gather_facts: false\n  tasks:\n${tasks}`,
  )
}

const run = (onTask: (task: string) => void = () => undefined, address = '127.0.0.1') =>
  runPlaybook({
    folder: directory,
    role: 'nameserver',
    hosts: [{ name: 'ns1-next', address, sshOptions: ['-F', 'none'], variables: { greeting: 'hello' } }],
    logFile: path.join(directory, 'log', 'ansible.log'),
    onTask,
  })

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Runs `work` as from a shell in which these are set, too. */
const withShell = async (variables: Readonly<Record<string, string>>, work: () => Promise<void>): Promise<void> => {
  const before = { ...process.env }
  Object.assign(process.env, variables)
  await work().finally(() => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  })
}

ansible('the command is data: inventory and playbook', () => {
  const run = { folder: '/a', role: 'lb' } as const
  const [command, inventory] = ['ansible-playbook', ['--inventory', '/tmp/i.json']]
  assert.equal(playbookCommand(run, '/tmp/i.json'), [command, ...inventory, '/a/lbs.yml'])
  assert.equal(playbookCommand({ ...run, isBaking: true }, '/tmp/i.json'), [command, ...inventory, '/a/images.yml'])
})

ansible('what the shell says of Ansible, of Python and of the language has no effect', async () => {
  writePlaybook('    - name: Break\n      ansible.builtin.fail:\n        msg: no room\n')
  const home = path.join(directory, 'home')
  const python = path.join(directory, 'python')
  for (const folder of [home, python]) mkdirSync(folder)
  writeFileSync(path.join(python, 'yaml.py'), 'raise SystemExit("another yaml")\n')
  const shell = {
    ANSIBLE_CONFIG: '/nonexistent',
    ANSIBLE_FORCE_COLOR: '1',
    ANSIBLE_CALLBACK_RESULT_FORMAT: 'yaml',
    ANSIBLE_STDOUT_CALLBACK: 'json',
    ANSIBLE_VAULT_PASSWORD_FILE: '/nonexistent',
    ANSIBLE_SKIP_TAGS: 'all',
    ANSIBLE_RUN_TAGS: 'nothing',
    HOME: home,
    LC_ALL: 'C',
    PYTHONPATH: python,
  }
  await withShell(shell, async () => assert.match(String(await failureOf(run())), /ns1-next: Break: no room/))
  assert.not(existsSync(path.join(home, '.ansible')), 'nothing is written beside the settings of the operator')
})

ansible('a shell that would have plays run on this computer does not have its way', async () => {
  const proof = path.join(directory, 'ran-here')
  writeFileSync(
    path.join(directory, 'nameservers.yml'),
    `- hosts: nameservers\n  gather_facts: false\n  tasks:\n    - name: Say it\n      ansible.builtin.command: touch ${proof}\n`,
  )
  // nobody listens there
  await withShell({ ANSIBLE_TRANSPORT: 'local' }, async () => {
    assert.match(String(await failureOf(run(undefined, '127.0.0.9'))), /ns1-next: Say it: .*127\.0\.0\.9/)
  })
  assert.not(existsSync(proof))
})

ansible('the strategy is what a shell may choose', async () => {
  writePlaybook('    - name: Say it\n      ansible.builtin.command: echo hello\n')
  await withShell({ ANSIBLE_STRATEGY: 'nonesuch' }, async () => {
    assert.match(String(await failureOf(run())), /nonesuch/)
  })
})

for (const [title, play] of [
  ['meant for nobody', '- hosts: lbs\n  gather_facts: false\n  tasks: []\n'],
  [
    'of which every task is skipped',
    '- hosts: nameservers\n  connection: local\n  gather_facts: false\n  tasks:\n    - name: Say it\n      ansible.builtin.command: echo hello\n      when: false\n',
  ],
] as const) {
  ansible(`a play ${title} is a failure, although Ansible says 0`, async () => {
    writeFileSync(path.join(directory, 'nameservers.yml'), play)
    const error = await failureOf(run())
    assert.instance(error, InfraError)
    assert.match(String(error), /Ansible did nothing on ns1-next/)
    assert.match((error as InfraError).hint ?? '', /ansible\.log$/)
  })
}

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

ansible('runs a play, tells its tasks as they begin, lists changes and keeps the output', async () => {
  writePlaybook('    - name: Say it\n      ansible.builtin.command: echo {{ greeting }}\n')
  const tasks: string[] = []
  const changes = await run((task) => tasks.push(task))
  assert.equal([...changes], [['ns1-next', ['Say it']]])
  assert.equal(tasks, ['Say it'])
  assert.match(readFileSync(path.join(directory, 'log', 'ansible.log'), 'utf8'), /TASK \[Say it\]/)
})

ansible('a task is told while it runs, and not once it is over', async () => {
  const proof = path.join(directory, 'told')
  writePlaybook(
    `    - name: Begin\n      ansible.builtin.command: echo\n    - name: Wait to be told\n      ansible.builtin.wait_for:\n        path: ${proof}\n        timeout: 8\n`,
  )
  await run((task) => {
    if (task === 'Wait to be told') writeFileSync(proof, '')
  })
})

/** Command lines of this computer with this in them. */
const commandsWith = (text: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((command) => command.includes(text))

ansible('nothing of a play is left when we quit in the middle of it', async () => {
  const sleep = `61.${process.pid}`
  const program = ['--import', 'tsx', path.join(import.meta.dirname, 'quitting-play.ts'), sleep]
  // who quits removes no folder of its own
  const TMPDIR = mkdtempSync(path.join(tmpdir(), 'quit-'))
  const child = spawn(process.execPath, program, { stdio: 'ignore', env: { ...process.env, TMPDIR } })
  const [code] = await once(child, 'close').finally(() => rmSync(TMPDIR, { recursive: true, force: true }))
  assert.is(code, 130)
  await delay(200)
  assert.equal(commandsWith(`sleep ${sleep}`), [])
})

ansible('a failure names host, task, message and the file with the rest', async () => {
  writePlaybook('    - name: Break\n      ansible.builtin.fail:\n        msg: no room\n')
  const error = await failureOf(run())
  assert.instance(error, InfraError)
  assert.match(String(error), /ns1-next: Break: no room/)
  assert.match((error as InfraError).hint ?? '', /ansible\.log$/)
})

ansible.run()
