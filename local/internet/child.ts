import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program that is started again whenever it ends by itself. */
export interface Child {
  signal(which: NodeJS.Signals): void
  stop(): Promise<void>
}

const againAfterMs = 1000
const killAfterMs = 3000

/** What it says goes where this process writes. */
export const keepRunning = (program: string, args: readonly string[]): Child => {
  let isWanted = true
  let timer: NodeJS.Timeout | undefined
  let child: ChildProcess | undefined
  const start = (): void => {
    child = spawn(program, args, { cwd: '/', stdio: ['ignore', 'inherit', 'inherit'] })
    // one that cannot be started says so here, and then closes too
    child.on('error', ({ message }) => process.stderr.write(`${program}: ${message}\n`))
    child.once('close', (code, signal) => {
      child = undefined
      if (!isWanted) return
      process.stderr.write(`${program} ended (${signal ?? code}) and is started again\n`)
      timer = setTimeout(start, againAfterMs)
    })
  }
  start()
  return {
    signal: (which) => void child?.kill(which),
    stop: async () => {
      isWanted = false
      clearTimeout(timer)
      if (child === undefined) return
      const running = child
      running.kill('SIGTERM')
      const kill = setTimeout(() => running.kill('SIGKILL'), killAfterMs)
      await once(running, 'close')
      clearTimeout(kill)
    },
  }
}
