import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createOperationCommand } from '../../lib/cli.ts'
import { createCheckDnsCommand } from '../../lib/operations/check-dns.ts'
import { deploy } from '../../lib/operations/deploy.ts'
import { parsed, play, readWorkflow, runsOf } from './workflow.ts'

const test = suite('examples/github')

const files = readdirSync(path.resolve(import.meta.dirname, '../../examples/github')).filter((name) =>
  name.endsWith('.yml'),
)

interface Parsing {
  parseAsync(words: readonly string[], origin: { readonly from: 'user' }): Promise<unknown>
  opts(): object
}

const commands: Readonly<Record<string, () => Parsing>> = {
  'scripts/check-dns.ts': createCheckDnsCommand,
  'scripts/deploy-infra.ts': () => deploy.options(createOperationCommand(deploy)),
}

/** What the script that was called would take for its options. */
const optionsOf = async (words: readonly string[] = []): Promise<Readonly<Record<string, unknown>>> => {
  const [npx, tsx, script = '', ...rest] = words
  assert.equal([npx, tsx], ['npx', 'tsx'])
  const command = commands[script]?.()
  await command?.parseAsync(rest, { from: 'user' })
  return { ...command?.opts() }
}

test('there are some', () => assert.ok(files.length > 0))

for (const file of files) {
  test(`${file} is a workflow to GitHub's own parser, and what it runs is text for bash`, async () => {
    const workflow = await parsed(file)
    for (const { id } of workflow.jobs) {
      for (const run of runsOf(workflow, id.toString())) {
        const { status, stderr } = spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' })
        assert.is(status, 0, stderr)
        // whoever names a branch would write into the script
        assert.is(run.includes('${{'), false, run)
      }
    }
  })

  test(`${file} says what its token may, takes actions at a commit, and has no secret for a fork`, () => {
    const text = readWorkflow(file)
    assert.match(text, /^permissions:/m)
    assert.is(/write-all|pull_request_target/.test(text.replace(/^ *#.*$/gm, '')), false)
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, name = '']) => name)
    assert.ok(used.length > 0)
    for (const name of used) assert.match(name, /@[0-9a-f]{40}$/)
  })
}

test('a workflow with a misspelt key is none', async () => {
  const text = readWorkflow('check-dns.yml').replace('timeout-minutes', 'timeout-minute')
  let said = ''
  await parsed('check-dns.yml', text).catch((error: Error) => {
    said = error.message
  })
  assert.match(said, /Unexpected value 'timeout-minute'/)
})

test('the scheduled job looks often enough to open an issue and to close it', async () => {
  const run = runsOf(await parsed('check-dns.yml'), 'look').at(-1) ?? ''
  const { code, programs } = play(run)
  assert.is(code, 0)
  const { watch, looks, github, targets } = await optionsOf(programs[0])
  assert.equal([watch, looks, github], [30_000, 3, 'example/dns'])
  assert.is((targets as readonly string[]).length, 2)
})

for (const [ends, code, why] of [
  [3, 0, 'the issue tells'],
  [8, 8, 'nobody knows'],
  [1, 1, 'the issue could not be written'],
] as const) {
  test(`a look that ends with ${ends} is a job that ends with ${code}: ${why}`, async () => {
    const run = runsOf(await parsed('check-dns.yml'), 'look').at(-1) ?? ''
    assert.is(play(run, { codes: { npx: ends } }).code, code)
  })
}

const deployed = async (id: string, step: number): Promise<string> =>
  runsOf(await parsed('deploy.yml'), id).at(step) ?? ''

for (const [ends, code, why] of [
  [3, 0, 'there is something to do'],
  [0, 0, 'there is nothing to do'],
  [2, 2, 'the zone files are not right'],
] as const) {
  test(`a plan that ends with ${ends} is a job that ends with ${code}: ${why}`, async () => {
    const played = play(await deployed('plan', 1), {
      codes: { npx: ends },
      prints: { 'ssh-keygen': 'ssh-ed25519 AAAA' },
    })
    assert.is(played.code, code, played.output)
    const { markdown, dryRun } = await optionsOf(played.programs.find(([program]) => program === 'npx'))
    assert.equal([markdown, dryRun], [true, true])
    assert.equal(played.left, ['key.pub', 'plan.md'], 'the key is gone')
  })
}

for (const [title, found, words] of [
  ['is made when there is none', '', ['POST', 'repos/example/dns/issues/7/comments']],
  ['is edited when there is one', '41\n42\n', ['PATCH', 'repos/example/dns/issues/comments/41']],
] as const) {
  test(`the comment of a pull request ${title}`, async () => {
    const { code, programs, output } = play(await deployed('plan', 2), {
      prints: { gh: found },
      env: { NUMBER: '7' },
      files: { 'plan.md': 'plan' },
    })
    assert.is(code, 0, output)
    assert.is(programs.length, 2)
    assert.equal(programs[1]?.slice(0, 6), ['gh', 'api', '--silent', '--method', ...words])
  })
}

test('comments that cannot be listed are no reason for another one', async () => {
  const { code, programs } = play(await deployed('plan', 2), {
    codes: { gh: 4 },
    env: { NUMBER: '7' },
    files: { 'plan.md': 'plan' },
  })
  assert.equal([code, programs.length], [4, 1])
})

test('what is merged is deployed without a question, and what is dangerous only when its zone was named', async () => {
  for (const [named, acceptZone] of [
    ['', undefined],
    ['old.example  other.example', ['old.example', 'other.example']],
  ] as const) {
    const { code, programs, output } = play(await deployed('deploy', 1), { env: { ACCEPT_ZONES: named } })
    assert.is(code, 0, output)
    const options = await optionsOf(programs.find(([program]) => program === 'npx'))
    assert.equal(options.acceptZone, acceptZone)
    assert.equal([options.yes, options.keepOld, options.lockWait], [true, true, 1800])
  }
})

test('signatures are made anew each month, long before they end', () => {
  const [, day, month] = /cron: \d+ \d+ (\d+) (\S+) \*$/m.exec(readWorkflow('deploy.yml')) ?? []
  assert.ok(Number(day) <= 28)
  assert.is(month, '*')
})

test('a deployment that fails is a job that fails with its exit code', async () => {
  assert.is(play(await deployed('deploy', 1), { codes: { npx: 5 } }).code, 5)
})

test('no secret reaches a pull request of a fork, and no two deployments run at once', () => {
  const [plan = '', deployment = ''] = readWorkflow('deploy.yml')
    .split(/^ {2}(?:plan|deploy):$/m)
    .slice(1)
  assert.match(plan, /^ {4}if: .*head\.repo\.full_name == github\.repository$/m)
  assert.match(deployment, /^ {4}if: github\.event_name != 'pull_request' && github\.ref == 'refs\/heads\/main'$/m)
  assert.match(deployment, /^ {4}concurrency:\n {6}group: deploy\n {4}steps/m)
})

test.run()
