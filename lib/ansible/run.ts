import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readShell } from '../config/load.ts'
import { InfraError } from '../errors.ts'
import type { Role } from '../fleet/names.ts'
import { runProgram } from '../outside/program.ts'
import { inScratch } from '../scratch.ts'
import { playbookEnvironment } from './environment.ts'
import { type InventoryHost, inventoryOf, playbookOf } from './inventory.ts'
import { changesOf, failuresOf, idleHosts } from './output.ts'
import { createProgress } from './progress.ts'

export interface PlaybookRun {
  /** Folder with ansible.cfg, playbooks and roles. */
  readonly folder: string
  readonly role: Role
  /** Machines that become images: they get what all of the role have, and nothing of their own. */
  readonly isBaking?: boolean
  /** Says what would change, and changes nothing; the lists of packages are read anew all the same. */
  readonly isLook?: boolean
  readonly hosts: readonly InventoryHost[]
  /** Where the whole output goes. */
  readonly logFile?: string
  /** Told what runs now, whenever that changes. */
  readonly onTask: (task: string) => void
}

/** The command line; everything that varies is in the inventory. */
export const playbookCommand = (
  { folder, role, isBaking, isLook }: Pick<PlaybookRun, 'folder' | 'role' | 'isBaking' | 'isLook'>,
  inventory: string,
): readonly string[] => [
  'ansible-playbook',
  ...(isLook ? ['--check'] : []),
  '--inventory',
  inventory,
  path.join(folder, playbookOf(role, isBaking)),
]

/**
 * Runs the playbook of a role on all `hosts` at once.
 * @returns the tasks that changed something, by host.
 * @throws InfraError naming host, task and message of what failed, and the file with the whole output; also when Ansible found
 * nothing to do on a host.
 */
export const runPlaybook = (run: PlaybookRun): Promise<ReadonlyMap<string, readonly string[]>> =>
  inScratch('dns-inventory-', async (directory) => {
    if (run.logFile !== undefined) await mkdir(path.dirname(run.logFile), { recursive: true })
    const inventory = path.join(directory, 'inventory.json')
    await writeFile(inventory, inventoryOf(run.role, run.hosts))
    const home = path.join(directory, 'home')
    const ended = await execute(playbookCommand(run, inventory), home, run)
    if (ended.exitCode !== 0) throw playbookError(run, ended)
    requireWork(run, ended.output)
    return changesOf(ended.output)
  })

/** Far beyond any run that goes well. */
const timeoutMs = 900_000

const execute = async (argv: readonly string[], home: string, { folder, logFile, onTask }: PlaybookRun) => {
  const tell = createTeller(onTask)
  const { stdout, stderr, exitCode, isTimedOut } = await runProgram(argv, {
    cwd: folder,
    env: playbookEnvironment(readShell(), { config: path.join(folder, 'ansible.cfg'), home }),
    timeoutMs,
    missing: { means: 'no machine can be configured', remedy: 'Install it: apt-get install ansible-core' },
    onLine: async (line) => {
      if (logFile !== undefined) await appendFile(logFile, `${line}\n`)
      tell(line)
    },
  })
  return { output: stdout + stderr, exitCode, isTimedOut }
}

/** Tells what runs, once. */
const createTeller = (onTask: PlaybookRun['onTask']): ((line: string) => void) => {
  const progress = createProgress()
  let shown: string | undefined
  return (line) => {
    const tasks = progress(line)
    if (tasks === undefined || tasks === shown) return
    shown = tasks
    onTask(tasks)
  }
}

/** Ansible ends with 0 too when its play fits no host, or when every task of it was skipped. */
const requireWork = ({ hosts, logFile }: PlaybookRun, output: string): void => {
  const idle = idleHosts(
    output,
    hosts.map(({ name }) => name),
  )
  if (idle.length === 0) return
  throw new InfraError(`Ansible did nothing on ${idle.join(', ')}`, hintOf(logFile))
}

const playbookError = (
  { role, logFile }: PlaybookRun,
  { output, exitCode, isTimedOut }: Awaited<ReturnType<typeof execute>>,
): InfraError => {
  if (isTimedOut) {
    return new InfraError(`Ansible did not end within ${timeoutMs / 60_000} minutes and was stopped`, hintOf(logFile))
  }
  const failures = failuresOf(output).map(({ host, task, message }) => `${host}: ${task}: ${message}`)
  const text = (failures.length > 0 ? failures : tellingLines(output)).join('\n  ')
  return new InfraError(
    `Ansible could not configure the ${role === 'lb' ? 'lbs' : 'nameservers'} (${exitCode === null ? 'it was ended' : `exit status ${exitCode}`}):\n  ${text}`,
    hintOf(logFile),
  )
}

const hintOf = (logFile: string | undefined) =>
  logFile === undefined ? {} : { hint: `The whole output is in ${logFile}` }

/** Of a run that ended before any task: Ansible's own error, after which it quotes the file at length; else the end. */
const tellingLines = (output: string): readonly string[] => {
  const lines = output.trimEnd().split('\n')
  const error = lines.findIndex((line) => /^\[?ERROR\b/.test(line))
  return error < 0 ? lines.slice(-5) : lines.slice(error, error + 5)
}
