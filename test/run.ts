/**
 * Runs every test file in a process of its own and adds the figures up. uvu alone exits 0 for a file that forgot
 * `.run()`, for a pattern that matches nothing, for `.only` and for hooks that throw; here each of those is a failure.
 *
 *   tsx test/run.ts [PATTERN...]             only the files whose path contains one of the patterns
 *   tsx test/run.ts --quick [PATTERN...]     of these, what needs no machine
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'

interface Result {
  readonly file: string
  readonly passed: number
  readonly failed: number
  readonly seconds: number
  readonly output: string
}

const root = path.resolve(import.meta.dirname, '..')

/**
 * Three rounds: what is quick; what makes real machines and is patient, the longest first; and what needs the two cores for itself, one
 * file at a time: loads on real machines, and machines whose processor is emulated.
 */
const patient = [
  'test/scripts/vagrant-lxc',
  'test/local/machines/contract/multipass',
  'test/scripts/local-libvirt',
  'test/scripts/lost-connection',
  'test/local/space',
  'test/local/machines/contract/vagrant-lxc',
  'test/local/machines/contract/nspawn',
].map((name) => `${name}.test.ts`)
const alone = ['vagrant-libvirt', 'operations'].map((name) => `test/scripts/${name}.test.ts`)

const isSlow = (file: string): boolean => [...patient, ...alone].includes(file)
const timeoutMs = (file: string): number => (isSlow(file) ? 30 : 4) * 60_000

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

const runFile = (file: string): Promise<Result> =>
  new Promise((resolve) => {
    const started = Date.now()
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    const timer = setTimeout(() => {
      output += `\n${file} did not end within ${timeoutMs(file) / 60_000} minutes\n`
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 20_000).unref()
    }, timeoutMs(file))
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(judge(file, code, output, (Date.now() - started) / 1000))
    })
  })

const report = (result: Result): void => {
  const verdict = result.failed === 0 ? 'ok  ' : 'FAIL'
  process.stdout.write(`${verdict} ${result.file}  ${result.passed} passed, ${result.seconds.toFixed(1)} s\n`)
  if (result.failed > 0) process.stdout.write(`${result.output.trimEnd()}\n`)
}

const runAll = async (files: readonly string[], width: number): Promise<Result[]> => {
  const queue = [...files]
  const results: Result[] = []
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file)
      report(result)
      results.push(result)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}

const words = process.argv.slice(2)
const isQuick = words.includes('--quick')
const files = findTests(words.filter((word) => word !== '--quick')).filter((file) => !isQuick || !isSlow(file))
const among = (some: readonly string[]): string[] => some.filter((file) => files.includes(file))
const cores = availableParallelism()
const results = [
  ...(await runAll(
    files.filter((file) => !isSlow(file)),
    cores,
  )),
  ...(await runAll(among(patient), cores)),
  ...(await runAll(among(alone), 1)),
]
const passed = results.reduce((sum, result) => sum + result.passed, 0)
const failed = results.reduce((sum, result) => sum + result.failed, 0)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
