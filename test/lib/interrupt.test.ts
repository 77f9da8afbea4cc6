import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

// A script on a terminal of 80 columns (script(1) makes one), where keys are pressed.
const test = suite('lib/interrupt')

const ctrlC = '\x03'
const esc = String.fromCharCode(27)

interface Terminal {
  /** Resolves with what is shown once it matches. */
  readonly saw: (pattern: RegExp) => Promise<string>
  readonly press: (keys: string) => void
  readonly ended: Promise<{ readonly code: number | null; readonly seen: string }>
}

const open = (program: string): Terminal => {
  const command = `stty cols 80 rows 24; exec ${process.execPath} --import tsx ${program}`
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: { ...process.env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let seen = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    seen += chunk
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  const ended = new Promise<{ code: number | null; seen: string }>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, seen })
    })
  })
  const saw = async (pattern: RegExp): Promise<string> => {
    for (let tries = 0; !pattern.test(stripVTControlCharacters(seen)); tries++) {
      if (tries > 400 || child.exitCode !== null) throw new Error(`not ${pattern}:\n${seen}`)
      await delay(50)
    }
    return seen
  }
  return { saw, press: (keys) => void child.stdin.write(keys), ended }
}

test('an interrupt is answered at once in the middle of a tree; the second gives the terminal back and ends with 130', async () => {
  const terminal = open('test/lib/interrupted.ts')
  await terminal.saw(/Wait until ns1-next is ready/)
  terminal.press(ctrlC)
  await terminal.saw(/Finishing the current step, then stopping\. Once more quits at once\./)
  await delay(700)
  terminal.press(ctrlC)
  const { code, seen } = await terminal.ended
  assert.is(code, 130, seen)
  assert.match(seen, /Quit\. A step may be half done/)
  assert.ok(seen.lastIndexOf(`${esc}[?25h`) > seen.lastIndexOf(`${esc}[?25l`), 'the cursor is back')
})

test.run()
