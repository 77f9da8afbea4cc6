import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { $ } from 'zx'
import { InfraError } from '../errors.ts'
import type { Role } from '../fleet/names.ts'
import { type InventoryHost, inventoryOf, playbookOf } from './inventory.ts'
import { changesOf, failuresOf, taskOf } from './output.ts'

export interface PlaybookRun {
  /** Folder with ansible.cfg, playbooks and roles. */
  readonly folder: string
  readonly role: Role
  readonly hosts: readonly InventoryHost[]
  /** Where the whole output goes. */
  readonly logFile: string
  /** Told the name of each task as it begins. */
  readonly onTask: (task: string) => void
}

/** The command line; everything that varies is in the inventory. The token is none of the playbook's business. */
export const playbookCommand = (folder: string, role: Role, inventory: string): readonly string[] => [
  'env',
  '--unset=HCLOUD_TOKEN',
  `ANSIBLE_CONFIG=${path.join(folder, 'ansible.cfg')}`,
  'ANSIBLE_NOCOLOR=1',
  'ansible-playbook',
  '--inventory',
  inventory,
  path.join(folder, playbookOf(role)),
]

/**
 * Runs the playbook of a role on all `hosts` at once.
 * @returns the number of changed tasks by host.
 * @throws InfraError naming host, task and message of what failed, and the file with the whole output.
 */
export const runPlaybook = async (run: PlaybookRun): Promise<ReadonlyMap<string, number>> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'dns-inventory-'))
  try {
    await mkdir(path.dirname(run.logFile), { recursive: true })
    const inventory = path.join(directory, 'inventory.json')
    await writeFile(inventory, inventoryOf(run.role, run.hosts))
    const { output, exitCode } = await execute(playbookCommand(run.folder, run.role, inventory), run)
    if (exitCode !== 0) throw playbookError(run, output, exitCode)
    return changesOf(output)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Far beyond any run that goes well. */
const timeout = '15m'

const execute = async (argv: readonly string[], { folder, logFile, onTask }: PlaybookRun) => {
  // detached: Ctrl-C in the terminal must not cut the play in half
  const play = $({
    cwd: folder,
    detached: true,
    nothrow: true,
    quiet: true,
    timeout,
    stdio: ['ignore', 'pipe', 'pipe'],
  })`${argv}`
  for await (const line of play) {
    await appendFile(logFile, `${line}\n`)
    const task = taskOf(line)
    if (task) onTask(task)
  }
  const { stdout, stderr, exitCode } = await play
  await appendFile(logFile, stderr)
  return { output: stdout + stderr, exitCode }
}

const playbookError = ({ role, logFile }: PlaybookRun, output: string, exitCode: number | null): InfraError => {
  // zx leaves the exit code out when its time-out has killed the process
  if (exitCode === null) {
    return new InfraError(`Ansible did not end within ${timeout} and was stopped`, {
      hint: `The whole output is in ${logFile}`,
    })
  }
  const failures = failuresOf(output).map(({ host, task, message }) => `${host}: ${task}: ${message}`)
  const lastLines = output.trimEnd().split('\n').slice(-5)
  const text = (failures.length > 0 ? failures : lastLines).join('\n  ')
  return new InfraError(
    `Ansible could not configure the ${role === 'lb' ? 'lbs' : 'nameservers'} (exit status ${exitCode}):\n  ${text}`,
    {
      hint: `The whole output is in ${logFile}`,
    },
  )
}
