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

test.run()
