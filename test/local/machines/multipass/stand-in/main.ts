/** The commands of Multipass, as far as they are used. See stand-in.ts. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import { systemClock } from '../../../../../lib/clock.ts'
import { cutPower, powerOffGently } from '../../../../../local/machines/power.ts'
import { formatJson, infoAnswer, listAnswer, networksAnswer } from './answers.ts'
import { Complaint, failed, wrongUsage } from './complaint.ts'
import { bootContainer, findLeader, removeContainer } from './container.ts'
import {
  allInstances,
  containersOf,
  directoryOf,
  forgetInstance,
  getInstance,
  type Instance,
  saveInstance,
  stateOf,
  unreachable,
} from './instances.ts'
import { goOnWithLaunch, launch } from './launch.ts'
import { parseOptions } from './options.ts'

type Command = (directory: string, args: readonly string[]) => Promise<number | undefined>

const versionOf = async (directory: string): Promise<string> =>
  (await readFile(path.join(directory, 'version'), 'utf8').catch(() => '1.16.3')).trim()

const printJson = (format: string | undefined, answer: unknown): undefined => {
  if (format !== 'json') throw wrongUsage('Invalid format type given.')
  // what a spinner leaves behind
  process.stdout.write(`\u001b[2K\r\u001b[?25h${formatJson(answer)}\n`)
}

const each = async (directory: string, command: string, names: readonly string[]): Promise<readonly Instance[]> => {
  if (names.length === 0) throw wrongUsage('Name argument or --all is required')
  const found: Instance[] = []
  for (const name of names) found.push(await getInstance(directory, command, name))
  return found
}

const start = async (directory: string, instance: Instance): Promise<void> => {
  if (instance.isDeleted) throw failed('start', `Instance '${instance.name}' deleted. Use 'recover' to recover it.`)
  if ((await stateOf(directory, instance)) !== 'Stopped') return
  await saveInstance(directory, { ...instance, worker: process.pid })
  try {
    await bootContainer(directory, instance)
  } catch (error) {
    throw failed('start', error instanceof Error ? error.message : String(error))
  } finally {
    await saveInstance(directory, { ...instance, worker: 0 })
  }
}

const stop = async (directory: string, instance: Instance, isForced: boolean): Promise<void> => {
  const state = await stateOf(directory, instance)
  if (state === 'Stopped' || state === 'Deleted') return
  const containers = containersOf(directory)
  if (isForced) return cutPower(containers, instance.number, systemClock)
  if (state !== 'Running') {
    throw failed('stop', `Cannot stop '${instance.name}' while in state ${state}. Use --force to power it off.`)
  }
  if (await powerOffGently(containers, instance.number, { clock: systemClock, timeoutMs: 300_000 })) return
  throw failed('stop', `timed out waiting for '${instance.name}' to stop`)
}

const remove = async (directory: string, instance: Instance): Promise<void> => {
  await removeContainer(directory, instance.number)
  await forgetInstance(directory, instance.name)
}

/** What is run runs as the user `ubuntu`; a machine that is off is started for it. */
const execute: Command = async (directory, args) => {
  const [name = '', ...command] = parseOptions(args, { n: 'flag', 'no-map-working-directory': 'flag' }).words
  if (command.length === 0) throw wrongUsage('Wrong number of arguments')
  const instance = await getInstance(directory, 'exec', name)
  if (instance.isDeleted) throw failed('exec', `instance "${name}" is deleted`)
  await start(directory, instance)
  const leader = await findLeader(directory, instance.number)
  if (leader === undefined) throw failed('exec', 'ssh connection failed: Connection refused')
  const user = ['setpriv', '--reuid=ubuntu', '--regid=ubuntu', '--init-groups']
  const environment = ['HOME=/home/ubuntu', 'USER=ubuntu', 'PATH=/usr/local/bin:/usr/bin:/bin:/usr/games']
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--root', '--wd']
  const child = spawn(
    'nsenter',
    [`--target=${leader}`, ...namespaces, 'env', '-i', ...environment, ...user, ...command],
    { stdio: 'inherit' },
  )
  const [code] = await once(child, 'exit')
  return typeof code === 'number' ? code : 2
}

const commands: Readonly<Record<string, Command>> = {
  version: async (directory, args) => {
    const version = await versionOf(directory)
    return printJson(parseOptions(args, { format: 'value' }).one('format'), { multipass: version, multipassd: version })
  },
  list: async (directory, args) => {
    return printJson(parseOptions(args, { format: 'value' }).one('format'), await listAnswer(directory))
  },
  networks: async (_, args) => {
    return printJson(parseOptions(args, { format: 'value' }).one('format'), await networksAnswer())
  },
  info: async (directory, args) => {
    const { words, one } = parseOptions(args, { format: 'value' })
    const instances = words.length === 0 ? await allInstances(directory) : await each(directory, 'info', words)
    return printJson(one('format'), await infoAnswer(directory, instances))
  },
  launch: async (directory, args) => {
    await launch(directory, args)
    return undefined
  },
  start: async (directory, args) => {
    const { words } = parseOptions(args, { timeout: 'value' })
    for (const instance of await each(directory, 'start', words)) await start(directory, instance)
    return undefined
  },
  stop: async (directory, args) => {
    // since 1.14
    const hasForce = Number((await versionOf(directory)).split('.')[1]) >= 14
    const { words, has } = parseOptions(args, hasForce ? { force: 'flag' } : {})
    for (const instance of await each(directory, 'stop', words)) await stop(directory, instance, has('force'))
    return undefined
  },
  delete: async (directory, args) => {
    const { words, has } = parseOptions(args, { purge: 'flag', p: 'flag' })
    for (const instance of await each(directory, 'delete', words)) {
      if (has('purge') || has('p')) {
        await remove(directory, instance)
      } else {
        await stop(directory, instance, true)
        await saveInstance(directory, { ...instance, isDeleted: true })
      }
    }
    return undefined
  },
  recover: async (directory, args) => {
    for (const instance of await each(directory, 'recover', parseOptions(args, {}).words)) {
      await saveInstance(directory, { ...instance, isDeleted: false })
    }
    return undefined
  },
  purge: async (directory) => {
    const deleted = (await allInstances(directory)).filter(({ isDeleted }) => isDeleted)
    for (const instance of deleted) await remove(directory, instance)
    return undefined
  },
  exec: execute,
}

const run = async ([name = '', ...args]: readonly string[]): Promise<number> => {
  if (name === '--daemon') {
    await goOnWithLaunch(directoryOf(name), args[0] ?? '')
    return 0
  }
  const command = commands[name]
  if (command === undefined) throw wrongUsage(`Unknown command '${name}' (try "multipass help")`)
  const directory = directoryOf(name)
  await access(directory).catch(() => {
    throw unreachable(name)
  })
  return (await command(directory, args)) ?? 0
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = error instanceof Complaint ? error.code : 2
}
