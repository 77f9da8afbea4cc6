import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CheckId } from '../../lib/dns/checks/check.ts'
import type { ExitCode } from '../../lib/errors.ts'
import { watchDns } from '../../lib/operations/watch-dns.ts'
import type { Look, Teller } from '../../lib/tell/teller.ts'
import { openMembers } from '../../lib/watch/incidents.ts'
import { createScriptedGithub } from '../lib/tell/scripted-github.ts'
import { startScript } from '../scripts/command.ts'
import type { MachineFaults } from './machine.ts'
import { recordOutput } from './output.ts'
import { createServingWorld } from './prepared.ts'
import { watchEnv, watchWords } from './watch-script.ts'

const test = suite('world/watch-dns')

const fast = await createServingWorld(test)
test.after.each(() => fast.mend())
const github = await createScriptedGithub(test)

interface Watched {
  readonly exitCode: ExitCode
  readonly stdout: string
  readonly looks: readonly Look[]
  /** `2 opened ns2 soa | lb2 soa`: in which look, from 1, and what. */
  readonly told: readonly string[]
}

/** Watches until `after` says that it was the last look. @param after is told which look it was, from 1. */
const watched = async (
  after: (look: number, end: () => void) => void | Promise<void>,
  options: { readonly json?: true; readonly only?: readonly CheckId[]; readonly watch?: number } = {},
): Promise<Watched> => {
  const looks: Look[] = []
  const told: string[] = []
  const end = new AbortController()
  const note = (kind: string, words: readonly string[]): void => {
    told.push(`${looks.length + 1} ${kind} ${words.join(' | ')}`)
  }
  const teller: Teller = {
    name: 'test',
    timeoutMs: 60_000,
    opened: async (incident) =>
      note(
        'opened',
        openMembers(incident).map(({ server, check }) => `${server} ${check}`),
      ),
    changed: async (incident) =>
      note(
        'changed',
        openMembers(incident).map(({ server, check }) => `${server} ${check}`),
      ),
    closed: async ({ key }) => note('closed', [key.split(' ')[0] ?? '']),
    looked: async (look) => {
      looks.push(look)
      await after(looks.length, () => end.abort())
    },
  }
  const recorded = await recordOutput(() =>
    watchDns(fast.clones[0].world(), { watch: 30_000, ...options }, end.signal, [teller]),
  )
  return { exitCode: recorded.result, stdout: recorded.stdout, looks, told }
}

const replaced = (bytes: Buffer, from: string, to: string): Buffer => {
  const [before, after] = [from, to].map((text) => Buffer.from(text.split('.').map(Number))) as [Buffer, Buffer]
  const copy = Buffer.from(bytes)
  for (let at = copy.indexOf(before); at >= 0; at = copy.indexOf(before)) after.copy(copy, at)
  return copy
}
const otherRecord: MachineFaults = { spoil: (_asked, answer) => replaced(answer, '192.0.2.80', '192.0.2.99') }

for (const [title, name, faults, members] of [
  ['a nameserver that is stopped', 'ns2', { isStopped: true }, 'ns2 soa | lb2 soa'],
  ['a record that is another on one nameserver', 'ns2', otherRecord, 'ns2 rrsets | lb2 rrsets'],
  ['an lb that is cut off', 'lb2', { isStopped: true }, 'lb2 soa'],
  ['a record that is changed on the way', 'lb2', otherRecord, 'lb2 rrsets | lb2 direct-lb'],
] as const) {
  test(`${title}: one incident within two looks, which is over two looks after it is mended`, async () => {
    const { told, exitCode, looks } = await watched(async (look, end) => {
      if (look === 1) fast.spoil(name, faults)
      if (look === 3) await fast.mend()
      if (look === 6) end()
    })
    assert.equal(told, [`3 opened ${members}`, `5 closed ${name}`])
    assert.is(exitCode, 0)
    assert.equal(
      looks.map(({ open }) => open.length),
      [0, 0, 1, 1, 0, 0],
    )
    assert.is((looks[1]?.at ?? 0) - (looks[0]?.at ?? 0) >= 30_000, true)
  })
}

test('what is open when it ends is the exit code', async () => {
  fast.spoil('lb1', { isStopped: true })
  const { exitCode } = await watched((look, end) => (look === 2 ? end() : undefined))
  assert.is(exitCode, 3)
})

test('a single bad look opens nothing, but is not well either', async () => {
  fast.spoil('lb1', { isStopped: true })
  const { exitCode, told } = await watched((_look, end) => end())
  assert.is(exitCode, 8)
  assert.equal(told, [])
})

test('a line when something changes, and none for a look like the one before', async () => {
  const { stdout } = await watched(async (look, end) => {
    if (look === 2) fast.spoil('lb2', { isStopped: true })
    if (look === 5) await fast.mend()
    if (look === 7) end()
  })
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d UTC, \d{4}-\d\d-\d\d {2}/, ''))
  assert.is(lines.length, 7, stdout)
  assert.is(lines[0], 'all is well')
  assert.is(lines[1], 'something is wrong')
  assert.match(lines[2] ?? '', /^OPENED {3}lb2: soa of example\.test\. over IPv4\. Not so: .* Got: no answer: /)
  assert.is(lines[3], 'something is wrong; 1 open')
  assert.is(lines[4], 'all is well; 1 open')
  assert.match(lines[5] ?? '', /^CLOSED {3}lb2: soa of example\.test\. over IPv4, after \d/)
  assert.is(lines[6], 'all is well')
})

test('as JSON an object a line', async () => {
  fast.spoil('lb2', { isStopped: true })
  const { stdout } = await watched(
    async (look, end) => {
      if (look === 2) await fast.mend()
      if (look === 4) end()
    },
    { json: true },
  )
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(
    events.map(({ event, verdict, title }) => [event, verdict ?? title]),
    [
      ['look', 'failed'],
      ['opened', 'lb2: soa of example.test. over IPv4'],
      ['look', 'failed'],
      ['look', 'ok'],
      ['closed', 'lb2: soa of example.test. over IPv4'],
      ['look', 'ok'],
    ],
  )
  assert.match(events[1].command, /^dig /)
  assert.equal(events[2].open, [events[1].key])
})

test('a deployment opens nothing', async () => {
  let isDone = false
  let deployed: Promise<unknown> | undefined
  let after = 0
  const step = (look: number, end: () => void): void => {
    if (look === 1) {
      // its output is recorded within that of the watch
      deployed = fast.clones[1].run('deploy', { flags: { keepOld: true } }).then(({ exitCode: code }) => {
        assert.is(code, 0)
        isDone = true
      })
    }
    if (isDone) after += 1
    if (after === 4) end()
  }
  // who holds the lock renews it by the clock of this computer: were time to leap further, it would run out
  const { told, looks, exitCode } = await watched(step, { watch: 3000 })
  await deployed
  assert.equal(told, [])
  assert.is(
    looks.some(({ report }) => report?.isMoving),
    true,
  )
  assert.is(exitCode, 0)
})

test('when nobody answers, not even the root, that is no outage', async () => {
  const step = (look: number, end: () => void): void => {
    if (look === 1) for (const name of ['lb1', 'lb2', 'ns1', 'ns2']) fast.spoil(name, { isStopped: true })
    if (look === 1) for (const name of ['root', 'a', 'b'] as const) fast.internet.faults[name] = { isSilent: true }
    if (look === 3) end()
  }
  const { told, looks, stdout } = await watched(step, { only: ['soa'] })
  assert.equal(told, [])
  assert.equal(
    looks.map(({ isLinkUp }) => isLinkUp),
    [true, false, false],
  )
  assert.is(stdout.match(/the way out of this computer is lost/g)?.length, 1)
})

const esc = String.fromCharCode(27)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`on a terminal ${signal} ends the view with the state as exit code, and gives the cursor back`, async () => {
    const words = [
      process.execPath,
      '--import',
      'tsx',
      'scripts/check-dns.ts',
      ...(await watchWords(fast, ['lb1', 'lb2'])),
    ]
    const command = `stty cols 80 rows 24; echo pid $$; exec ${words.join(' ')}`
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      env: { ...process.env, ...watchEnv(fast), TERM: 'xterm', NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
    const ended = once(child, 'close')
    let seen = ''
    try {
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        const isFirst = !seen.includes('Ctrl-C ends it')
        seen += chunk
        const [, pid] = /pid (\d+)/.exec(seen) ?? []
        if (isFirst && seen.includes('Ctrl-C ends it')) process.kill(Number(pid), signal)
      }
      const [code] = await ended
      assert.is(code, 0, seen)
    } finally {
      clearTimeout(timer)
    }
    const text = stripVTControlCharacters(seen)
    assert.match(text, /^ {2}lb1 +example\.test\. +ok +\S+ ms +\S+ ms {2}█/m)
    assert.match(text, /OK: nothing is open, \d\d:\d\d:\d\d UTC, in .* Ctrl-C ends it\./)
    assert.ok(seen.includes(`${esc}[?25l`), 'the cursor was hidden')
    assert.ok(seen.lastIndexOf(`${esc}[?25h`) > seen.lastIndexOf(`${esc}[?25l`), 'the cursor is back')
    assert.is(new RegExp(`${esc}\\[[0-9;]*m`).test(seen), false, 'no colours')
  })
}

test('without a terminal there are lines, without any codes, and metrics at the same time', async () => {
  fast.spoil('lb2', { isStopped: true })
  const file = path.join(fast.clones[0].root, 'dns.prom')
  const script = startScript(
    'check-dns',
    [...(await watchWords(fast, ['lb1', 'lb2'])), '--prometheus', file],
    watchEnv(fast),
  )
  await script.saw(/OPENED/)
  process.kill(script.pid, 'SIGTERM')
  const { code, stdout } = await script.ended
  assert.is(code, 3, stdout)
  assert.match(stdout, /^\d\d:\d\d:\d\d UTC, .* OPENED {3}lb2: soa of example\.test\. over IPv4\./m)
  assert.is(stdout.includes(esc), false)
  assert.match(await readFile(file, 'utf8'), /^dns_watch_checks\{server="lb2",family="ipv4",status="failed"\} [1-9]/m)
})

test('so many looks in a job that something else starts: an issue is opened by one and closed by the next', async () => {
  const env = { ...watchEnv(fast), GITHUB_API_URL: github.endpoint, GITHUB_TOKEN: 't' }
  const words = [...(await watchWords(fast, ['lb1', 'lb2'])), '--looks', '3', '--github', 'example/dns']
  words.push('--heartbeat', `${github.endpoint}/beat`)
  const states = (label: string) =>
    github.state().issues.flatMap(({ state, labels }) => (labels[0]?.name === label ? [state] : []))
  const run = async () => {
    const { code, stdout, stderr } = await startScript('check-dns', words, env).ended
    return { code, said: stdout + stderr, issues: states('dns-outage'), watches: states('dns-watch') }
  }
  fast.spoil('lb2', { isStopped: true })
  const first = await run()
  assert.equal([first.code, first.issues], [3, ['open']], first.said)
  assert.is(github.state().requests.filter((one) => one === 'GET /beat').length, 1)
  await fast.mend()
  const second = await run()
  assert.equal([second.code, second.issues], [0, ['closed']], second.said)
  assert.equal(second.watches, ['closed'], 'one for both')
  fast.spoil('lb2', { isStopped: true })
  github.state().faults.set('POST', { status: 503, text: '' })
  const third = await run()
  assert.is(third.code, 3, 'it is tried again in the third look')
  assert.match(third.said, /^--github: works again\./m)
})

test('looks that are too few to agree are refused', async () => {
  for (const [words, least] of [
    [['--looks', '2'], 3],
    [['--looks', '4', '--confirm', '3/5'], 5],
    [['--looks', '2', '--confirm', '2/2', '--github', 'example/dns'], 3],
  ] as const) {
    const { code, stderr } = await startScript(
      'check-dns',
      [...(await watchWords(fast, ['lb1'])), ...words],
      watchEnv(fast),
    ).ended
    assert.is(code, 2)
    assert.match(stderr, new RegExp(`are too few[^]*--looks ${least}`))
  }
})

test.run()
