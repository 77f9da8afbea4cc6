import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { exists } from '../../../../../local/host/exists.ts'
import { readRecord, writeRecord } from '../../../../../local/host/record.ts'
import { Complaint, failed, wrongUsage } from './complaint.ts'
import { bootContainer, layContainer } from './container.ts'
import {
  allInstances,
  type Card,
  findInstance,
  type Instance,
  isAtWork,
  saveInstance,
  unreachable,
} from './instances.ts'
import { type Parsed, parseOptions } from './options.ts'

/** What the client tells the process that goes on with the launch whatever becomes of the client, as the daemon does. */
interface Order {
  readonly name: string
  readonly cpus: string
  readonly cards: readonly Card[]
  readonly image: string
  readonly userData: string
}

const orderFile = (directory: string, name: string): string => path.join(directory, 'orders', `${name}.json`)
const resultFile = (directory: string, name: string): string => path.join(directory, 'orders', `${name}.result`)

const known = {
  name: 'value',
  n: 'value',
  cpus: 'value',
  memory: 'value',
  disk: 'value',
  timeout: 'value',
  network: 'value',
  'cloud-init': 'value',
} as const

/** The client's part. */
export const launch = async (directory: string, args: readonly string[]): Promise<void> => {
  const options = parseOptions(args, known)
  const order = await orderOf(options)
  if ((await findInstance(directory, order.name)) !== undefined) {
    throw failed('launch', `instance "${order.name}" already exists`)
  }
  await mkdir(path.join(directory, 'orders'), { recursive: true })
  await rm(resultFile(directory, order.name), { force: true })
  await writeRecord(orderFile(directory, order.name), order)
  const log = await open(path.join(directory, 'daemon.log'), 'a')
  const daemon = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', '--daemon', order.name], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  const ended = once(daemon, 'exit').then(() => true)
  const waiting = setInterval(() => process.stdout.write(`\u001b[2K\r\u001b[?25lCreating ${order.name} |`), 200)
  const patience = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), Number(options.one('timeout') ?? 300) * 1000).unref()
  })
  const isOver = await Promise.race([ended, patience])
  clearInterval(waiting)
  daemon.unref()
  if (!isOver) throw new Complaint('Timed out waiting for instance launch.', 5)
  const result = await readRecord<{ readonly code: number; readonly message: string }>(
    resultFile(directory, order.name),
  )
  if (result?.code !== 0) throw new Complaint(result?.message ?? unreachable('launch').message, result?.code ?? 2)
  process.stderr.write('[2026-11-23T16:00:00.000] [error] [url downloader] a line of the log\n')
  process.stdout.write(`\u001b[2K\r\u001b[?25hLaunched: ${order.name}\n`)
}

const orderOf = async (options: Parsed): Promise<Order> => {
  const name = options.one('name') ?? options.one('n') ?? 'primary'
  const invalid = (reason: string): Complaint => failed('launch', `Invalid arguments supplied\n${reason}`)
  if (!/^[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name)) throw invalid(`Invalid instance name supplied: ${name}`)
  const memory = options.one('memory') ?? '1G'
  if (bytesOf(memory) < bytesOf('512M')) throw invalid(`Invalid memory size supplied: ${memory}`)
  const disk = options.one('disk') ?? '5G'
  if (bytesOf(disk) < bytesOf('1G')) throw invalid(`Invalid disk size supplied: ${disk}`)
  const cards = await Promise.all(options.all('network').map(cardOf))
  if (cards.includes(undefined)) throw invalid('Invalid network options supplied')
  const image = options.words[0] ?? 'default'
  await verifyImage(image)
  return {
    name,
    image,
    cpus: options.one('cpus') ?? '1',
    cards: cards.filter((card) => card !== undefined),
    userData: await userDataOf(options.one('cloud-init')),
  }
}

const bytesOf = (size: string): number => {
  const [, number = '', unit = ''] = /^(\d+)([KMG]?)B?$/i.exec(size) ?? []
  return number === '' ? Number.NaN : Number(number) * 1024 ** ' KMG'.indexOf(unit.toUpperCase() || ' ')
}

const cardOf = async (option: string): Promise<Card | undefined> => {
  const parts = new Map(option.split(',').map((part) => part.split('=', 2) as [string, string]))
  const [bridge = '', mode = 'auto', mac = ''] = ['name', 'mode', 'mac'].map((key) => parts.get(key))
  const isBridge = await exists(`/sys/class/net/${bridge}/bridge`)
  const isSound = isBridge && /^(auto|manual)$/.test(mode) && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac)
  return isSound ? { bridge, mac } : undefined
}

const verifyImage = async (image: string): Promise<void> => {
  if (image.startsWith('file://')) {
    const file = image.slice('file://'.length)
    if (!(await exists(file))) throw failed('launch', `Custom image \`${file}\` does not exist.`)
  } else if (image.includes(':') && !/^https?:/.test(image)) {
    throw failed('launch', `Remote "${image.split(':')[0]}" is unknown or unreachable.`)
  }
}

/** Parsed and written again by Multipass: whatever its first line said, it is a `#cloud-config` then. */
const userDataOf = async (source: string | undefined): Promise<string> => {
  if (source === undefined) return '#cloud-config\n{}\n'
  const config = source === '-' ? await text(process.stdin) : await readFile(source, 'utf8').catch(() => undefined)
  if (config === undefined) throw wrongUsage(`Could not load cloud-init configuration: bad file: ${source}`)
  const lines = config.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  if (lines.some((line) => !/^([\w-]+:|[ \-{}])/.test(line))) {
    throw wrongUsage('Could not load cloud-init configuration: yaml-cpp: error at line 1, column 1: illegal map value')
  }
  return `#cloud-config\n${lines.join('\n')}\n`
}

/** The daemon's part. Two at once are the end of it, and both launches fail. */
export const goOnWithLaunch = async (directory: string, name: string): Promise<void> => {
  const order = await readRecord<Order>(orderFile(directory, name))
  if (order === undefined) return
  const finish = (code: number, message: string): Promise<void> =>
    writeRecord(resultFile(directory, name), { code, message })
  const { userData, ...spec } = order
  const number = Math.max(0, ...(await allInstances(directory)).map((instance) => instance.number)) + 1
  const instance: Instance = { ...spec, number, phase: 'launching', isDeleted: false, worker: process.pid }
  const launching = path.join(directory, 'launching')
  if (!(await takePlace(launching))) {
    await appendFile(crashFile(directory), `two launches at once: ${name}\n`)
    await finish(2, unreachable('launch').message)
    return
  }
  try {
    await saveInstance(directory, instance)
    await layContainer(directory, instance, userData)
    await bootContainer(directory, instance)
    await failIfToldTo(directory)
    if (await exists(crashFile(directory))) throw new Error('Socket closed')
    await saveInstance(directory, { ...instance, phase: 'launched', worker: 0 })
    await finish(0, '')
  } catch (error) {
    await saveInstance(directory, { ...instance, phase: 'failed', worker: 0 })
    await finish(2, `launch failed: ${error instanceof Error ? error.message : error}`)
  } finally {
    await rm(launching, { force: true })
  }
}

/** There once two launches came at the same moment, with a line for each that did. */
export const crashFile = (directory: string): string => path.join(directory, 'crashed')

/** Whether nobody else is launching. */
const takePlace = async (file: string): Promise<boolean> => {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    const owner = Number(await readFile(file, 'utf8').catch(() => '0'))
    if (owner === 0 || (await isAtWork(owner))) return false
    await rm(file, { force: true })
    return takePlace(file)
  }
}

/** A test can have the next launch fail when its machine is there already. */
const failIfToldTo = async (directory: string): Promise<void> => {
  const file = path.join(directory, 'fail-next-launch')
  const reason = await readFile(file, 'utf8').catch(() => '')
  if (reason === '') return
  await rm(file)
  throw new Error(reason)
}
