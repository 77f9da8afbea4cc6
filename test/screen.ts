import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import xterm from '@xterm/headless'

/** What somebody sees who runs a program on a terminal. */
export interface Screen {
  /** Lines as they stand there, those that have left the window first. */
  readonly lines: () => readonly string[]
  /** Those in the window. */
  readonly rows: () => readonly string[]
  /** All that was written, codes too. */
  readonly written: () => string
  /** Resolves once the lines match. */
  readonly saw: (pattern: RegExp) => Promise<void>
  readonly press: (keys: string) => void
  /** Takes the terminal away. */
  readonly close: () => void
  readonly ended: Promise<{ readonly code: number | null }>
}

interface ScreenOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: NodeJS.ProcessEnv
}

const root = path.resolve(import.meta.dirname, '..')

/** Runs a command line of the shell on a terminal of its own (script(1) makes one), 80 columns of 24 rows. It is ended after half a minute. */
export const openScreen = (line: string, { columns = 80, rows = 24, env = {} }: ScreenOptions = {}): Screen => {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true })
  // Node takes a terminal of CI for one without colours
  const { FORCE_COLOR: _, NO_COLOR: __, CI: ___, ...environment } = process.env
  const child = spawn('script', ['-qfec', `stty cols ${columns} rows ${rows}; exec ${line}`, '/dev/null'], {
    cwd: root,
    env: { ...environment, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let written = ''
  let shown = Promise.resolve()
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    written += chunk
    shown = new Promise((resolve) => terminal.write(chunk, resolve))
  })
  const all = (): readonly string[] => {
    const { active } = terminal.buffer
    return Array.from({ length: active.length }, (_, index) => active.getLine(index)?.translateToString(true) ?? '')
  }
  return {
    lines: all,
    rows: () => all().slice(terminal.buffer.active.baseY),
    written: () => written,
    saw: async (pattern) => {
      for (let tries = 0; !pattern.test(all().join('\n')); tries++) {
        if (tries > 400 || child.exitCode !== null) throw new Error(`not ${pattern}:\n${all().join('\n').trimEnd()}`)
        await delay(50)
      }
    },
    press: (keys) => void child.stdin.write(keys),
    close: () => void child.kill('SIGTERM'),
    ended: endOf(child).then(async (code) => {
      await shown
      return { code }
    }),
  }
}

const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(code)
    })
  })

/** `node` with a program in TypeScript, as a command line. */
export const nodeLine = (program: string): string => `${process.execPath} --import tsx ${program}`
