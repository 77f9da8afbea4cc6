import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../lib/errors.ts'
import { findProgram, ProgramMissing, runProgram } from '../../../lib/outside/program.ts'
import { withVariable } from '../with-variable.ts'

const programs = suite('lib/outside/program')

const root = path.resolve(import.meta.dirname, '../../..')

const sh = (script: string, ...words: readonly string[]): readonly string[] => ['sh', '-c', script, 'sh', ...words]

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

programs('what it said, apart, and what it ended with, which is no error', async () => {
  const { exitCode, stdout, stderr, isTimedOut } = await runProgram(sh('echo out; echo err >&2; exit 3'))
  assert.equal(
    { exitCode, stdout, stderr, isTimedOut },
    { exitCode: 3, stdout: 'out\n', stderr: 'err\n', isTimedOut: false },
  )
})

programs('words reach it as they are', async () => {
  const words = ['', 'a b', '$HOME', "'", '"', '\\', '*', 'ö\n']
  const { stdout } = await runProgram(['printf', '[%s]', ...words])
  assert.is(stdout, words.map((word) => `[${word}]`).join(''))
})

programs('octets that are no text stay what they are', async () => {
  const { octets } = await runProgram(['printf', '\\377\\000\\200'])
  assert.equal([...octets], [0xff, 0, 0x80])
})

programs('a character that comes in two pieces is one', async () => {
  const seen: string[] = []
  const script = "printf '\\303'; sleep 0.1; printf '\\266\\n'"
  const { stdout } = await runProgram(sh(script), { onLine: (line) => void seen.push(line) })
  assert.equal([stdout, seen], ['ö\n', ['ö']])
})

programs('lines are told as they come, of both streams, the last without its end too', async () => {
  const seen: string[] = []
  const script = 'echo a; sleep 0.1; echo b >&2; sleep 0.1; printf c'
  await runProgram(sh(script), {
    onLine: async (line, stream) => {
      await delay(1)
      seen.push(`${stream} ${line}`)
    },
  })
  assert.equal(seen, ['stdout a', 'stderr b', 'stdout c'])
})

programs('who cannot take a line is heard when the program has ended', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'program-'))
  try {
    const error = await failureOf(
      runProgram(sh('echo a; sleep 0.2; touch ended'), {
        cwd: folder,
        onLine: () => {
          throw new Error('disk full')
        },
      }),
    )
    assert.match(String(error), /disk full/)
    assert.ok(existsSync(path.join(folder, 'ended')))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

programs('its environment is the one that is given, whole', async () => {
  const { stdout } = await runProgram(['env'], { env: { PATH: process.env.PATH, ONLY: 'this' } })
  const names = stdout.split('\n').flatMap((line) => line.split('=')[0] || [])
  // bash, which starts it, adds the three others
  assert.equal(names.filter((name) => !['PWD', 'SHLVL', '_'].includes(name)).sort(), ['ONLY', 'PATH'])
})

programs('nothing can be typed into it', async () => {
  assert.is((await runProgram(['cat'])).exitCode, 0)
})

programs('it reads what it is given, to its end', async () => {
  const input = 'ö\n'.repeat(200_000)
  const { stdout } = await runProgram(['cat'], { input })
  assert.ok(stdout === input)
  assert.is((await runProgram(['cat'], { input: '' })).stdout, '')
})

programs('one that does not read what it is given is no failure', async () => {
  assert.is((await runProgram(['true'], { input: 'x'.repeat(1_000_000) })).exitCode, 0)
})

programs('what a user has in ~/.bashrc is not run, with input neither', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'program-'))
  try {
    writeFileSync(path.join(home, '.bashrc'), 'echo told\n')
    const env = { PATH: process.env.PATH, HOME: home }
    assert.is((await runProgram(['cat'], { env, input: 'given' })).stdout, 'given')
    assert.is((await runProgram(['true'], { env })).stdout, '')
  } finally {
    rmSync(home, { recursive: true })
  }
})

programs('it has open files of ours as numbers from 3 on, and no other', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'program-'))
  const file = path.join(folder, 'held')
  const held = await open(file, 'a')
  try {
    const look = sh('cd /proc/$$/fd; for n in 3 4 5; do readlink $n; done; cat')
    assert.is((await runProgram(look, { held: [held] })).stdout, `${file}\n`)
    assert.is((await runProgram(look, { held: [held, held] })).stdout, `${file}\n${file}\n`)
    assert.is((await runProgram(look, { held: [held], input: 'given' })).stdout, `${file}\ngiven`)
    assert.is((await runProgram(look, { input: 'given' })).stdout, 'given')
  } finally {
    await held.close()
    rmSync(folder, { recursive: true })
  }
})

programs('whom it leaves behind in its group goes on, and is not waited for', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'program-'))
  const proof = path.join(folder, 'went-on')
  const script = `import('./lib/outside/program.ts').then(({ runProgram }) =>
    runProgram(['sh', '-c', '(cat <&3; sleep 0.5; touch ${proof}) 3<&0 >/dev/null 2>&1 &'], { input: 'text' }))`
  try {
    await runProgram([process.execPath, '--import', 'tsx', '-e', script], { cwd: root })
    assert.not(existsSync(proof))
    await delay(1_500)
    assert.ok(existsSync(proof))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

programs('one that is missing is told apart, with the remedy of who needs it', async () => {
  const error = await failureOf(
    runProgram(['no-such-program-here', 'x'], {
      missing: { means: 'nothing works', remedy: 'Install it: apt-get install x' },
    }),
  )
  assert.instance(error, ProgramMissing)
  const { message, hint, exitCode } = error as ProgramMissing
  assert.equal(
    [message, hint, exitCode],
    ['no-such-program-here is not installed: nothing works', 'Install it: apt-get install x', 2],
  )
})

programs('missing is what is not in the PATH that it is given', async () => {
  assert.instance(await failureOf(runProgram(['ls'], { env: { PATH: '/nonexistent' } })), ProgramMissing)
})

programs('one that says 127 itself is not missing', async () => {
  assert.is((await runProgram(sh('exit 127'))).exitCode, 127)
})

programs('one that cannot be started is an error that says why', async () => {
  const error = await failureOf(runProgram(['true'], { cwd: '/nonexistent' }))
  assert.instance(error, InfraError)
  assert.not.instance(error, ProgramMissing)
  assert.match(String(error), /true could not be run: .*ENOENT/)
})

programs('one that lies where no programs may be started is an error that says so', async () => {
  const script = `
    mount -t tmpfs -o noexec none /mnt && cp /bin/true /mnt/true && exec '${process.execPath}' --import tsx -e "
      import('./lib/outside/program.ts').then(({ runProgram }) => runProgram(['/mnt/true'])).catch((error) => console.log(String(error)))"`
  const { stdout, stderr } = await runProgram(['unshare', '--user', '--map-root-user', '--mount', ...sh(script)], {
    cwd: root,
  })
  assert.match(stdout + stderr, /\/mnt\/true could not be run: EACCES/)
})

programs('who does not end in time is ended, with all that it started', async () => {
  // a program is over when nobody can write to its output any more
  const { exitCode, isTimedOut } = await runProgram(sh('sleep 60 & wait'), { timeoutMs: 300 })
  assert.equal([exitCode, isTimedOut], [null, true])
})

programs('who does not listen is ended all the same', async () => {
  const stubborn = sh("trap '' TERM; while :; do sleep 0.1; done")
  const { exitCode, isTimedOut } = await runProgram(stubborn, { timeoutMs: 200, graceMs: 200 })
  assert.equal([exitCode, isTimedOut], [null, true])
})

programs('who is ended by another is not late', async () => {
  const { exitCode, isTimedOut } = await runProgram(sh('kill -9 $$'), { timeoutMs: 5_000 })
  assert.equal([exitCode, isTimedOut], [null, false])
})

programs('a signal ends it, from one of its lines too', async () => {
  const stop = new AbortController()
  const { exitCode, isTimedOut, stdout } = await runProgram(sh('echo ready; sleep 60'), {
    signal: stop.signal,
    onLine: () => stop.abort(),
  })
  assert.equal([exitCode, isTimedOut, stdout], [null, false, 'ready\n'])
})

programs('no program on this computer but this one is needed to end another', async () => {
  const { isTimedOut } = await withVariable('PATH', '/nonexistent', () =>
    runProgram(['/bin/sleep', '60'], { timeoutMs: 100 }),
  )
  assert.is(isTimedOut, true)
})

programs('nor is one needed in the PATH that we were started with', async () => {
  const script = `import('./lib/outside/program.ts').then(({ runProgram }) => runProgram(['/bin/echo', '$HOME']))
    .then(({ stdout }) => process.stdout.write(stdout))`
  const argv = [process.execPath, '--import', 'tsx', '-e', script]
  const { stdout, stderr } = await runProgram(argv, { cwd: root, env: { PATH: '/nonexistent' } })
  assert.equal([stdout, stderr], ['$HOME\n', ''])
})

programs('what we started ends with us', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'program-'))
  const proof = path.join(folder, 'went-on')
  const script = `import('./lib/outside/program.ts').then(({ runProgram }) =>
    runProgram(['sh', '-c', 'echo ready; sleep 0.5; touch ${proof}'], { onLine: () => process.exit(0) }))`
  try {
    const { exitCode } = await runProgram([process.execPath, '--import', 'tsx', '-e', script], { cwd: root })
    assert.is(exitCode, 0)
    await delay(1_000)
    assert.not(existsSync(proof))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

programs('many at a time leave no listeners behind', async () => {
  const count = (): number => process.listenerCount('exit')
  const before = count()
  await Promise.all(Array.from({ length: 15 }, () => runProgram(['true'])))
  assert.is(count(), before)
})

programs('a program is found in the PATH, or in the folders named', async () => {
  assert.match((await findProgram('sh')) ?? '', /\/sh$/)
  assert.is(await findProgram('no-such-program-here', ['/usr/sbin']), undefined)
  const folder = path.dirname((await findProgram('sh')) ?? '')
  const found = await withVariable('PATH', '/nonexistent', () => findProgram('sh', [folder]))
  assert.is(found, path.join(folder, 'sh'))
})

programs.run()
