import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** One line of `--json`. */
export interface RunEvent {
  readonly event: string
  readonly state?: string
  /** Of a phase. */
  readonly title?: string
  /** Of a step: its words, and its kind. */
  readonly step?: string
  readonly kind?: string
  readonly ms?: number
}

export interface Timed {
  readonly events: readonly RunEvent[]
  /** From the start of the process to its end. */
  readonly ms: number
  /** Until the last load balancer was led elsewhere; undefined where none was. */
  readonly switchedMs: number | undefined
  /** Processor time of the process and of all that it waited for. Machines are not among them. */
  readonly cpuMs: number
}

const checkout = path.resolve(import.meta.dirname, '../..')
const ticksPerSecond = 100

/** proc(5): own time, and that of children which have ended; read by the process itself as the last thing it does. */
const timesAtEnd = `process.on('exit', () => require('node:fs').writeFileSync(process.env.BENCH_TIMES, require('node:fs').readFileSync('/proc/self/stat')))`

const cpuMsOf = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 1000) / ticksPerSecond
}

/**
 * Runs `scripts/NAME.ts --json` of a checkout, this one unless told.
 * @param scratch folder for its files.
 * @throws Error with all that it printed when it ends with anything but 0.
 */
export const timeScript = async (
  name: string,
  args: readonly string[],
  {
    cwd = checkout,
    scratch,
    env = {},
  }: { readonly cwd?: string; readonly scratch: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Timed> => {
  const times = path.join(scratch, 'times')
  const preload = path.join(scratch, 'times-at-end.cjs')
  writeFileSync(preload, timesAtEnd)
  const startedAt = performance.now()
  const child = spawn(
    process.execPath,
    ['--require', preload, '--import', 'tsx', `scripts/${name}.ts`, ...args, '--json'],
    { cwd, env: { ...process.env, ...env, BENCH_TIMES: times, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const events: RunEvent[] = []
  let switchedMs: number | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    said += `${line}\n`
    const event: RunEvent = JSON.parse(line)
    events.push(event)
    if (event.kind === 'switch-lb' && event.state === 'done') switchedMs = performance.now() - startedAt
  })
  const [code] = await once(child, 'close')
  const ms = performance.now() - startedAt
  if (code !== 0) throw new Error(`${name} ${args.join(' ')}: exit ${code}\n${said}`)
  return { events, ms, switchedMs, cpuMs: cpuMsOf(readFileSync(times, 'utf8')) }
}
