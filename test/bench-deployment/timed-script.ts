import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cpuTimeIn } from '../cpu-time.ts'
import { expectCode, runScript } from '../scripts/command.ts'

/** One line of `--json`. */
export interface RunEvent {
  /** RFC 3339. */
  readonly time: string
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

/** Read by the process itself, as the last thing it does. */
const timesAtEnd = `process.on('exit', () => require('node:fs').writeFileSync(process.env.BENCH_TIMES, require('node:fs').readFileSync('/proc/self/stat')))`

/** Lines of `--json`. */
export const eventsIn = (stdout: string): readonly RunEvent[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line): RunEvent => JSON.parse(line))

interface Where {
  /** A checkout; this one unless told. */
  readonly cwd?: string
  /** Folder for files of the measurement. */
  readonly scratch: string
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Runs `scripts/NAME.ts --json`.
 * @throws Error with all that it printed when it ends with anything but 0.
 */
export const timeScript = async (
  name: string,
  args: readonly string[],
  { cwd, scratch, env = {} }: Where,
): Promise<Timed> => {
  const times = path.join(scratch, 'times')
  const preload = path.join(scratch, 'times-at-end.cjs')
  writeFileSync(preload, timesAtEnd)
  const startedAt = Date.now()
  const measured = { ...env, NODE_OPTIONS: `--require ${preload}`, BENCH_TIMES: times }
  const { stdout } = await runScript(name, [...args, '--json'], measured, cwd).then(expectCode(0, name))
  const ms = Date.now() - startedAt
  const events = eventsIn(stdout)
  const { ownMs, childrenMs } = cpuTimeIn(readFileSync(times, 'utf8'))
  const switched = events.findLast(({ kind, state }) => kind === 'switch-lb' && state === 'done')
  return {
    events,
    ms,
    switchedMs: switched && Date.parse(switched.time) - startedAt,
    cpuMs: ownMs + childrenMs,
  }
}
