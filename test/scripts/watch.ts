import * as assert from 'uvu/assert'
import { systemClock, waitFor } from '../../lib/clock.ts'
import { type Outcome, type RunningScript, startScript } from './command.ts'

/** Lines of `check-dns --watch --json`. */
interface LookLine {
  readonly event: 'look'
  /** Of its beginning. */
  readonly time: string
  readonly verdict: 'ok' | 'failed' | 'unknown'
  /** Keys of incidents. */
  readonly open: readonly string[]
  readonly isMoving: boolean
  readonly tookMs: number
  readonly unmeasured: readonly string[]
}

export interface ChangeLine {
  readonly event: 'opened' | 'changed' | 'closed'
  /** Of the beginning of the look after which it was told. */
  readonly time: string
  readonly key: string
  readonly title: string
}

export interface Watch {
  readonly looks: () => readonly LookLine[]
  readonly changes: () => readonly ChangeLine[]
  /** @throws Error with all that was told, when it is not so within a minute and a half. */
  readonly until: (what: string, isSo: () => boolean) => Promise<void>
  readonly ended: Promise<Outcome>
  /** Has it end as Ctrl-C does. */
  readonly end: () => Promise<Outcome>
}

const running = new Set<RunningScript>()

/** Ends what a test has left running, because it failed. */
export const stopWatches = async (): Promise<void> => {
  for (const script of running) process.kill(script.pid, 'SIGKILL')
  await Promise.allSettled([...running].map(({ ended }) => ended))
}

export interface Watching {
  readonly root: string
  readonly envFile: string
  readonly env?: NodeJS.ProcessEnv
}

/** @param words behind `check-dns --json --watch`. */
export const startWatch = ({ root, envFile, env = {} }: Watching, ...words: readonly string[]): Watch => {
  const script = startScript('check-dns', ['--env-file', envFile, '--json', '--watch', ...words], env, root)
  running.add(script)
  void script.ended.then(() => running.delete(script))
  const lines = (): readonly (LookLine | ChangeLine)[] =>
    script
      .stdout()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  return {
    looks: () => lines().filter((line) => line.event === 'look'),
    changes: () => lines().filter((line) => line.event !== 'look'),
    until: (what, isSo) =>
      waitFor(what, async () => (isSo() ? { done: undefined } : { seen: `\n${script.stdout()}` }), {
        clock: systemClock,
        everyMs: 100,
        timeoutMs: 90_000,
      }),
    ended: script.ended,
    end: () => {
      process.kill(script.pid, 'SIGINT')
      return script.ended
    },
  }
}

/** Watches while `work` is done, and a few looks longer: nothing may open, and nothing be left unmeasured. */
export const withoutIncidents = async <T>(watching: Watching, work: () => Promise<T>): Promise<T> => {
  const watch = startWatch(watching, '3s', '--serving')
  await watch.until('all is well', () => watch.looks().at(-1)?.verdict === 'ok')
  const result = await work()
  const before = watch.looks().length
  await watch.until('more looks', () => watch.looks().length >= before + 3)
  const { code, stdout, stderr } = await watch.end()
  assert.is(code, 0, stdout + stderr)
  assert.equal(watch.changes(), [])
  const looks = watch.looks()
  assert.ok(
    looks.some(({ isMoving }) => isMoving),
    'it saw that an operation was at work',
  )
  assert.equal(
    looks.flatMap(({ unmeasured }) => unmeasured),
    [],
  )
  return result
}
