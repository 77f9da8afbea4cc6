import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nodeLine, openScreen } from '../screen.ts'
import { runScript, startScript } from '../scripts/command.ts'

const cli = suite('lib/cli')

const directory = mkdtempSync(path.join(tmpdir(), 'cli-'))
cli.after(() => rmSync(directory, { recursive: true }))

const emptyEnv = path.join(directory, 'empty.env')
writeFileSync(emptyEnv, '')

const scripts = ['bootstrap-infra', 'deploy-infra', 'status', 'local-up', 'local-down'] as const

cli('--help shows examples and exit codes on stdout, and is no failure', async () => {
  for (const { code, stdout, stderr } of await Promise.all(scripts.map((name) => runScript(name, ['--help'])))) {
    assert.is(code, 0)
    assert.match(stdout, /Examples:(\n {2}# .+)+\n {2}npx tsx scripts\//)
    assert.match(stdout, / 4 {2}a gate failed, traffic on the old/)
    assert.is(stderr, '')
  }
})

/** A command line is copied, so it is not folded. */
const longest = (help: string): number =>
  Math.max(...help.split(/\r?\n/).flatMap((line) => (/^( {2}|Usage: )npx tsx /.test(line) ? [] : [line.length])))

cli('--help is as wide as the terminal, and 80 columns where there is none', async () => {
  const all = readdirSync('scripts').flatMap((file) => (file.endsWith('.ts') ? [file.replace('.ts', '')] : []))
  for (const { stdout } of await Promise.all(all.map((name) => runScript(name, ['--help'])))) {
    const width = longest(stdout)
    assert.ok(width > 70 && width <= 80, `${width}: ${stdout}`)
  }
  for (const columns of [90, 132]) {
    const screen = openScreen(nodeLine('scripts/rotate-lbs.ts --help'), { columns })
    assert.is((await screen.ended).code, 0)
    const width = longest(screen.written())
    assert.ok(width > columns - 10 && width <= columns, `${width} of ${columns}`)
  }
})

cli('an unknown option is refused with 2 and a suggestion', async () => {
  const { code, stderr } = await runScript('deploy-infra', ['--yess'])
  assert.is(code, 2)
  assert.match(stderr, /unknown option '--yess'\n\(Did you mean --yes\?\)/)
})

cli('stray arguments and values of the wrong kind are refused with 2', async () => {
  assert.is((await runScript('status', ['everything'])).code, 2)
  const { code, stderr } = await runScript('deploy-infra', ['--lock-wait', 'long'])
  assert.is(code, 2)
  assert.match(stderr, /whole number of seconds/)
})

cli('a missing token: fact, remedy and 2 on stderr, nothing on stdout', async () => {
  const { code, stdout, stderr } = await runScript('deploy-infra', ['--env-file', emptyEnv], { HCLOUD_TOKEN: '' })
  assert.is(code, 2)
  assert.is(stdout, '')
  assert.match(stderr, /HCLOUD_TOKEN: is not set; put a read and write token/)
})

cli('an environment file that is missing is named, with the remedy, and 2', async () => {
  for (const name of ['deploy-infra', 'status']) {
    const { code, stderr } = await runScript(name, ['-e', path.join(directory, 'missing.env')])
    assert.is(code, 2)
    assert.match(stderr, /--env-file: there is no file .*missing\.env; local-up writes one/)
  }
})

cli('with --json the failure is the last line on stdout', async () => {
  const { code, stdout } = await runScript('deploy-infra', ['--env-file', emptyEnv, '--json'], { HCLOUD_TOKEN: '' })
  const end = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  assert.is(code, 2)
  assert.equal([end.event, end.ok, end.exitCode], ['end', false, 2])
  assert.match(end.error.message, /HCLOUD_TOKEN/)
})

cli('nobody listening: says so while it tries again, and an interrupt ends that with 130', async () => {
  const file = path.join(directory, 'nobody.env')
  const key = path.join(directory, 'id.pub')
  writeFileSync(key, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFm1 me@here\n')
  writeFileSync(
    file,
    `HCLOUD_TOKEN=s3cret\nHCLOUD_ENDPOINT=http://127.0.0.1:${await closedPort()}/v1\nINFRA_SSH_KEY=${key}\n`,
  )
  const script = startScript('status', ['--env-file', file])
  await script.saw(/trying again in/)
  process.kill(script.pid, 'SIGTERM')
  const { code, stderr } = await script.ended
  assert.is(code, 130, stderr)
  assert.not.match(stderr, /s3cret/)
})

/** A port of loopback on which nobody listens: one that was free a moment ago. */
const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

cli.run()
