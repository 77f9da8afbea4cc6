import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { systemClock, waitFor } from '../../lib/clock.ts'
import { query, type Target } from '../../lib/dns/query.ts'
import type { Question } from '../../lib/dns/wire/question.ts'

export interface Balancer {
  readonly target: Target
  readonly pid: number
  stop(): Promise<void>
}

/** What stands before a nameserver, as a child process; resolves once it answers this question. */
export const startBalancer = async (
  [program = '', ...args]: readonly string[],
  target: Target,
  question: Question,
): Promise<Balancer> => {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  const attempt = async () => {
    const { kind } = await query(target, question, { timeoutMs: 500 })
    return kind === 'answered' ? { done: true } : { seen: kind }
  }
  const options = { clock: systemClock, everyMs: 50, timeoutMs: 10_000 }
  await waitFor(`${program} of ${target.name}`, attempt, options).catch((error: unknown) =>
    stop().then(() => Promise.reject(error)),
  )
  return { target, pid: child.pid ?? 0, stop }
}
