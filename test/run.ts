/**
 * Runs every test file and adds the figures up: files of a folder in turn in one process, what is slow in one of its own. uvu alone
 * exits 0 for a file that forgot `.run()`, for a pattern that matches nothing, for `.only` and for hooks that throw; here each of those
 * is a failure, and so is what a file leaves open.
 *
 * A file that failed beside others runs a second time, by itself: four processes on two cores make some wait longer than they may. What fails
 * again has failed. What passes then is named at the end with what it said the first time above it.
 *
 *   tsx test/run.ts [PATTERN...]             only the files whose path contains one of the patterns
 *   tsx test/run.ts --quick [PATTERN...]     of these, what needs no machine
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { endMark } from './end-mark.ts'

interface Result {
  readonly file: string
  readonly passed: number
  readonly failed: number
  readonly seconds: number
  readonly output: string
}

const root = path.resolve(import.meta.dirname, '..')

/**
 * Three rounds: what is quick; what makes real machines and is patient, the longest first; and what needs the two cores for itself: loads
 * on real machines.
 */
const patient = [
  'test/scripts/vagrant-libvirt',
  'test/scripts/vagrant-lxc',
  'test/local/machines/contract/multipass',
  'test/scripts/local-libvirt',
  'test/scripts/lost-connection',
  'test/scripts/baked',
  'test/local/space',
  'test/local/machines/contract/vagrant-lxc',
  'test/local/machines/contract/nspawn',
].map((name) => `${name}.test.ts`)
const alone = ['test/scripts/operations.test.ts']

/** Of what is quick, what takes longest, each in a process of its own; begun last, it would run alone at the end. */
const long = [
  'test/local/twin/up',
  'test/local/internet/check-dns',
  'test/local/internet/signed-judges',
  'test/local/internet/validation',
  'test/local/machines/multipass/stand-in',
  'test/local/cloud/hcloud-cli',
  'test/lib/tasks/apply',
].map((name) => `${name}.test.ts`)

const isLong = (file: string): boolean => long.includes(file)
const longFirst = (some: readonly string[]): string[] => {
  const isEarly = (file: string): boolean => isLong(file) || file.startsWith('test/world/')
  return [...some.filter(isEarly), ...some.filter((file) => !isEarly(file))]
}

const isSlow = (file: string): boolean => [...patient, ...alone].includes(file)
const timeoutMs = (file: string): number => (alone.includes(file) ? 45 : isSlow(file) ? 30 : 4) * 60_000

const findTests = (patterns: readonly string[]): string[] =>
  readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => path.join('test', file))
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
    .sort()

const figure = (output: string, name: string): number =>
  [...output.matchAll(new RegExp(`^\\s*${name}:\\s+(\\d+)`, 'gm'))].reduce((sum, match) => sum + Number(match[1]), 0)

const judge = (file: string, code: number | null, output: string, seconds: number): Result => {
  const total = figure(output, 'Total')
  const passed = figure(output, 'Passed')
  const skipped = figure(output, 'Skipped')
  const only = /\.only\(/.test(readFileSync(path.join(root, file), 'utf8'))
  const sound = code === 0 && total > 0 && passed === total && skipped === 0 && !only
  return { file, passed, failed: sound ? 0 : Math.max(1, total - passed + skipped), seconds, output }
}

/** Files that one process runs in turn, always the same and in the same order. */
type Group = readonly string[]

/** Those in a folder together share most of what they import. Whole operations are long: few of them stand in one group. */
const groupSize = (file: string): number => (file.startsWith('test/world/') ? 3 : 16)

const groupsOf = (files: readonly string[]): Group[] => {
  const groups: string[][] = []
  for (const file of files) {
    const last = groups.at(-1)
    const [first] = last ?? []
    const fits = first !== undefined && path.dirname(first) === path.dirname(file) && !isLong(file) && !isLong(first)
    if (last && fits && last.length < groupSize(file)) last.push(file)
    else groups.push([file])
  }
  return groups
}

/** Runs a group to its end. A file that takes the process with it, or too long, fails; those behind it go on in another one. */
const runGroup = async (group: Group): Promise<Result[]> => {
  const results: Result[] = []
  while (results.length < group.length) results.push(...(await runProcess(group.slice(results.length))))
  return results
}

const runProcess = (group: Group): Promise<Result[]> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/in-turn.ts', ...group], {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const results: Result[] = []
    let output = ''
    let started = Date.now()
    let timer: NodeJS.Timeout
    const current = (): string => group[results.length] ?? ''
    const limit = (): NodeJS.Timeout =>
      setTimeout(() => {
        output += `\n${current()} did not end within ${timeoutMs(current()) / 60_000} minutes\n`
        child.kill('SIGTERM')
        setTimeout(() => child.kill('SIGKILL'), 20_000).unref()
      }, timeoutMs(current()))
    const finish = (code: number | null, said: string): void => {
      clearTimeout(timer)
      const result = judge(current(), code, said, (Date.now() - started) / 1000)
      results.push(result)
      report(result)
      started = Date.now()
      if (results.length < group.length) timer = limit()
    }
    const read = (chunk: Buffer): void => {
      output += chunk
      for (let end = ended.exec(output); end; end = ended.exec(output)) {
        const said = output.slice(0, end.index)
        output = output.slice(end.index + end[0].length)
        finish(Number(end[1]), said)
      }
    }
    timer = limit()
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', (code) => {
      if (results.length < group.length) finish(code || 1, output)
      clearTimeout(timer)
      resolve(results)
    })
  })

const ended = new RegExp(`${endMark}(\\d+)\n`)

const report = (result: Result): void => {
  const verdict = result.failed === 0 ? 'ok  ' : 'FAIL'
  process.stdout.write(`${verdict} ${result.file}  ${result.passed} passed, ${result.seconds.toFixed(1)} s\n`)
  if (result.failed > 0) process.stdout.write(`${result.output.trimEnd()}\n`)
}

const runAll = async (groups: readonly Group[], width: number): Promise<Result[]> => {
  const queue = [...groups]
  const results: Result[] = []
  const worker = async (): Promise<void> => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) results.push(...(await runGroup(group)))
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}

const words = process.argv.slice(2)
const isQuick = words.includes('--quick')
const files = findTests(words.filter((word) => word !== '--quick')).filter((file) => !isQuick || !isSlow(file))
const apart = (some: readonly string[]): Group[] => some.filter((file) => files.includes(file)).map((file) => [file])
const cores = availableParallelism()
const results = [
  // some wait for most of their time
  ...(await runAll(groupsOf(longFirst(files.filter((file) => !isSlow(file)))), 2 * cores)),
  ...(await runAll(apart(patient), cores)),
  ...(await runAll(apart(alone), 1)),
]
const isFailed = ({ failed }: Result): boolean => failed > 0
const first = results.filter(isFailed)
const again = files.length === 1 ? first : await runAll(apart(first.map(({ file }) => file)), 1)
const last = [...results.filter((result) => !isFailed(result)), ...again]
const passed = last.reduce((sum, result) => sum + result.passed, 0)
const failed = last.reduce((sum, result) => sum + result.failed, 0)
const list = (title: string, some: readonly Result[]): string =>
  some.length === 0 ? '' : `\n${title}:\n${some.map(({ file }) => `  ${file}\n`).join('')}`
process.stdout.write(
  list(
    'Failed once, and passed when it ran again by itself',
    again.filter((result) => !isFailed(result)),
  ),
)
process.stdout.write(list('Failed', again.filter(isFailed)))
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
