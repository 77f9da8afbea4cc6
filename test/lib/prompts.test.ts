import { spawn } from 'node:child_process'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('lib/prompts')

const root = path.resolve(import.meta.dirname, '../..')

interface Exchange {
  /** What the screen shows before it is typed. */
  readonly after: RegExp
  readonly keys: string
}

/** Runs a piece of program on a terminal of 80 columns (script(1) makes one), and types what is told when it is due. */
const onTerminal = (
  program: string,
  exchanges: readonly Exchange[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const prompts = path.join(root, 'lib/prompts.ts')
    const text = `import('${prompts}').then(async ({ confirm, typeToConfirm }) => console.log('result:', ${program}))`
    const command = `stty cols 80; ${process.execPath} --import tsx -e "${text}"`
    // Node takes a terminal of CI for one without colours
    const { FORCE_COLOR: _, NO_COLOR: __, CI: ___, ...environment } = process.env
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: root,
      env: { ...environment, TERM: 'xterm', ...variables },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let seen = ''
    const pending = [...exchanges]
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      seen += chunk
      if (!pending[0]?.after.test(stripVTControlCharacters(seen))) return
      child.stdin.write(pending.shift()?.keys ?? '')
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(timer)
      resolve(seen)
    })
  })

const loss = 'Deletes ns1-old, ns2-old. Going back then needs a rebuild instead of a switch, which takes longer.'
const typing = `await typeToConfirm('ns1-old', '${loss}')`

test('a wrong name is told, and asked for again', async () => {
  const seen = stripVTControlCharacters(
    await onTerminal(typing, [
      { after: /nothing for no/, keys: 'ns2-old\r' },
      { after: /That is not ns1-old/, keys: `${'\b'.repeat(7)}ns1-old\r` },
    ]),
  )
  assert.match(seen, /result: true/)
})

test('nothing typed is a no, and says so', async () => {
  const seen = stripVTControlCharacters(await onTerminal(typing, [{ after: /nothing for no/, keys: '\r' }]))
  assert.match(seen, /Not agreed to\./)
  assert.match(seen, /result: false/)
})

test('it says what a no means, where the run goes on', async () => {
  const keeping = typing.replace(/\)$/, ", 'to keep all of that')")
  const seen = stripVTControlCharacters(
    await onTerminal(keeping, [{ after: /nothing to keep all of that/, keys: '\r' }]),
  )
  assert.match(seen, /result: false/)
})

test('questions are folded between words', async () => {
  const seen = stripVTControlCharacters(await onTerminal(typing, [{ after: /nothing for no/, keys: '\r' }]))
  const lines = seen.split(/\r?\n/)
  assert.ok(lines.some((line) => /a rebuild instead of a *$/.test(line)))
  assert.ok(lines.some((line) => /^ {2}switch, which/.test(line)))
})

const colours = new RegExp(`${String.fromCharCode(27)}\\[3[0-9]m`)

test('questions have colours on a terminal, and none with NO_COLOR', async () => {
  const asked = "await confirm('Go on?')"
  assert.match(await onTerminal(asked, [{ after: /Go on/, keys: 'y' }]), colours)
  const plain = await onTerminal(asked, [{ after: /Go on/, keys: 'y' }], { NO_COLOR: '1' })
  assert.match(plain, /result: true/)
  assert.not.match(plain.replace(/result:.*/, ''), colours)
})

const dumb = { TERM: 'dumb' }

test('a terminal that can but print lines is asked without a code, and answers with a line', async () => {
  for (const [asked, exchanges, result] of [
    ["await confirm('Go on?')", [{ after: /Go on\? \(y\/N\) /, keys: 'y\r' }], true],
    ["await confirm('Go on?')", [{ after: /Go on/, keys: '\r' }], false],
    ["await confirm('Go on?', { initial: true })", [{ after: /Go on\? \(Y\/n\) /, keys: '\r' }], true],
    [
      typing,
      [
        { after: /nothing for no: /, keys: 'ns2-old\r' },
        { after: /That is not ns1-old.*: /s, keys: 'ns1-old\r' },
      ],
      true,
    ],
    [typing, [{ after: /nothing for no: /, keys: '\r' }], false],
  ] as const) {
    const seen = await onTerminal(asked, exchanges, dumb)
    assert.match(seen, new RegExp(`result: ${result}`))
    assert.not.match(seen, new RegExp(String.fromCharCode(27)))
  }
})

test('Ctrl-C and the end of what is typed are no answer there', async () => {
  for (const keys of ['\x03', '\x04']) {
    const seen = await onTerminal("await confirm('Go on?')", [{ after: /Go on/, keys }], dumb)
    assert.match(seen, /Interrupted at the question/)
    assert.not.match(seen, /result/)
  }
})

test.run()
