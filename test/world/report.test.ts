import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../lib/errors.ts'
import type { RecordedWitness, RunRecord } from '../../lib/report/run-record.ts'
import type { FastRun } from './clone.ts'
import { hostileText, startReported } from './reported.ts'

// What is left in runs/<generation> of an operation that came to its end, failed or was interrupted.
const test = suite('world/report')

const { fast, reset, deploy, deployBadly, folderOf } = await startReported()
test.after(() => fast.close())
test.before.each(reset)

const recordOf = async (run: FastRun): Promise<RunRecord> => {
  const file = path.join(folderOf(run), 'report.json')
  assert.ok(existsSync(file), `${run.stdout}\n${run.stderr}`)
  return JSON.parse(await readFile(file, 'utf8'))
}

const witnessIn = ({ witness }: RunRecord): RecordedWitness => {
  if (!witness || 'unasked' in witness) throw new Error(`no witness: ${JSON.stringify(witness)}`)
  return witness
}

test('a deployment leaves its plan, its steps with their times, what changed, and what was seen of each address when', async () => {
  const run = await deploy()
  assert.is(run.exitCode, 0, run.stderr)
  assert.match(run.stderr, /\nReport: \S*runs\/\d+\/report\.html\n/)
  const record = await recordOf(run)
  assert.equal([record.version, record.operation, record.outcome], [1, 'deploy', { exitCode: 0, meaning: 'done' }])
  assert.ok(record.startedAtUnixMs <= record.endedAtUnixMs)
  assert.equal(
    record.phases.map(({ title, state }) => [title, state]),
    record.plan.phases.map(({ title }) => [title, 'done']),
  )
  assert.equal(
    record.phases.flatMap(({ steps }) => steps.map(({ step }) => step)).sort(),
    record.plan.phases.flatMap(({ steps }) => steps).sort(),
  )
  for (const { startedAtUnixMs, endedAtUnixMs = Number.NaN, steps } of record.phases) {
    assert.ok(startedAtUnixMs <= endedAtUnixMs)
    for (const step of steps) assert.ok(startedAtUnixMs <= step.startedAtUnixMs && step.state === 'done')
  }
  const [change] = record.zoneChanges
  if (!change || 'unknown' in change) throw new Error(JSON.stringify(change))
  assert.equal(
    change.zones.flatMap(({ zone, records }) =>
      records.map(({ name, type, sign, after }) => [zone, name, type, sign, after]),
    ),
    [
      ['example.test', 'new.example.test.', 'A', '+', '192.0.2.6'],
      ['example.test', 'new.example.test.', 'TXT', '+', `"${hostileText}"`],
    ],
  )
  assert.ok(record.answers.length > 0)
  const { targets, timeline, marks, incidents, totals } = witnessIn(record)
  assert.equal([totals.lost, totals.wrong, incidents], [0, 0, []])
  assert.equal(
    marks.map(({ name }) => name),
    ['start', 'switch lb1', 'switch lb2'],
  )
  for (const target of targets) {
    const lane = timeline.lanes.find(({ address }) => address === target.address)
    const bins = lane?.bins ?? []
    assert.is(
      bins.reduce((sum, { asked }) => sum + asked, 0),
      target.asked,
    )
    const heard = new Set(
      bins.flatMap(({ answeredBy }) => answeredBy.map(({ identity }) => timeline.identities[identity])),
    )
    assert.equal([...heard].sort(), target.identities.map(({ nsid }) => nsid).sort())
    assert.is(heard.size, 2, 'both generations answered')
    assert.is(target.family, 4)
  }
})

test('what was wrong is told with its moment, its question and the step', async () => {
  const run = await deployBadly()
  assert.is(run.exitCode, 4, run.stderr)
  const record = await recordOf(run)
  assert.is(record.outcome.exitCode, 4)
  assert.ok(run.stderr.includes(record.outcome.message ?? '?'))
  assert.ok((record.outcome.hint ?? '').length > 0)
  const { incidents, totals } = witnessIn(record)
  assert.ok(totals.wrong > 0)
  assert.is(incidents.filter(({ kind }) => kind === 'wrong').length, totals.wrong)
  for (const { lb, mark, question, atUnixMs } of incidents) {
    assert.equal([lb, mark], ['lb1', 'switch lb1'])
    assert.match(question, /\S+ \S+/)
    assert.ok(record.startedAtUnixMs <= atUnixMs && atUnixMs <= record.endedAtUnixMs)
  }
  assert.ok(incidents.some(({ steps }) => steps.includes('Check ns1-next through port 53 of lb1')))
  assert.ok(record.phases.some(({ state }) => state === 'failed'))
})

test('an interrupted run leaves its report too', async () => {
  const stop = new AbortController()
  const run = await fast.run('deploy', {
    interrupt: stop.signal,
    onEvent: ({ event, key }) => {
      if (event === 'phase' && key === 'configure') stop.abort(new InfraError('interrupted', { exitCode: 130 }))
    },
  })
  assert.is(run.exitCode, 130, run.stderr)
  const { outcome, phases } = await recordOf(run)
  assert.is(outcome.exitCode, 130)
  assert.match(outcome.hint ?? '', /No traffic has moved/)
  assert.ok(phases.length > 0)
})

test('a report that cannot be written is told, and changes no exit code', async () => {
  const run = await fast.run('deploy', {
    onEvent: ({ event, generation }) => {
      if (event === 'plan')
        void mkdir(path.join(fast.clones[0].root, 'runs', String(generation), 'report.html'), { recursive: true })
    },
  })
  assert.is(run.exitCode, 0, run.stderr)
  assert.match(run.stderr, /\nThe report of this run could not be written: EISDIR/)
})

/** Of the page without its style. */
const pageOf = async (run: FastRun): Promise<string> =>
  (await readFile(path.join(folderOf(run), 'report.html'), 'utf8')).replace(/<style>.*?<\/style>/s, '')

test('the page runs nothing, fetches nothing, and takes for text what zone files and servers say', async () => {
  for (const work of [deploy, deployBadly]) {
    await reset()
    const page = await pageOf(await work())
    assert.match(page, `&lt;script&gt;alert(1)&lt;/script&gt;&amp;&lt;b title=x&gt;`)
    assert.not.match(page, /<(script|img|link|iframe|object|embed|base|form|a)\b|\bon\w+=|url\(|https?:/i)
    assert.match(
      page,
      /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/,
    )
    assert.not.match(page, /undefined|NaN|\[object/)
  }
})

test('the page has every question that was wrong, who answered, and how it ended', async () => {
  const run = await deployBadly()
  const page = await pageOf(run)
  const record = await recordOf(run)
  const { incidents, timeline, targets } = witnessIn(record)
  assert.is(page.match(/<b>wrong<\/b>/g)?.length, incidents.length)
  for (const nsid of timeline.identities) assert.ok(page.includes(nsid), nsid)
  for (const { steps } of record.phases) for (const { step } of steps) assert.ok(page.includes(step), step)
  assert.ok(page.includes('A gate failed, traffic on the old'))
  assert.match(page, /<dt>exit code<\/dt><dd>4<\/dd>/)
  for (const { lb, address, identities } of targets) {
    const latest = Math.max(...identities.map(({ lastUnixMs }) => lastUnixMs))
    const last = identities.findLast(({ lastUnixMs }) => lastUnixMs === latest)
    assert.ok(page.includes(`${lb} (${address}) was last answered by ${last?.nsid}, at `))
  }
  // a picture of who answered and one of latency for each address
  assert.is(page.match(/<svg /g)?.length, 2 * timeline.lanes.length)
})

const script = (
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> =>
  new Promise((resolve) => {
    const runs = path.join(fast.clones[0].root, 'runs')
    const all = ['--import', 'tsx', 'scripts/report.ts', '--runs', runs, ...words]
    execFile(process.execPath, all, { cwd: path.resolve(import.meta.dirname, '../..') }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })

test('the summary in Markdown says how it ended, counts each address, and has what errors say in code', async () => {
  const run = await deployBadly()
  const text = await readFile(path.join(folderOf(run), 'report.md'), 'utf8')
  const record = await recordOf(run)
  const [head = ''] = text.split('\n')
  assert.is(head, `## deploy ${record.generation}: a gate failed, traffic on the old`)
  const { message = '', hint } = record.outcome
  const [first, ...rest] = message.split('\n')
  assert.ok(text.includes(`\n\n\`\`\`text\n${first}\n`))
  assert.ok(
    text.includes(`\n${rest[13]}\n… and ${rest.length - 14} lines more: report.html has them\n${hint}\n\`\`\`\n`),
  )
  const { targets, incidents } = witnessIn(record)
  for (const { lb, address, asked, lost, wrong } of targets)
    assert.ok(text.includes(`\n| ${lb} | ${address} | ${asked} | ${lost} | ${wrong} |`), text)
  assert.is(text.match(/^\* wrong: /gm)?.length, Math.min(20, incidents.length))
  assert.match(text, /^\| Switch lb1 \| .* \| failed \|$/m)
  assert.ok(text.includes(`+ new 3600 TXT "${hostileText}"`))
  assert.not.match(text.replace(/```.*?```/gs, ''), /<script>/)
})

test('what goes on with an earlier run leaves its report as it is; both are listed, opened and compared', async () => {
  const failed = await deployBadly()
  const name = path.basename(folderOf(failed))
  const page = await readFile(path.join(folderOf(failed), 'report.html'), 'utf8')
  await fast.mend()
  const run = await deploy()
  assert.is(run.exitCode, 0, run.stderr)
  assert.is(folderOf(run), folderOf(failed))
  assert.is(await readFile(path.join(folderOf(run), 'report-1.html'), 'utf8'), page)
  const listed = await script()
  assert.is(listed.code, 0, listed.stderr)
  assert.match(
    listed.stdout,
    new RegExp(`^  ${name}-1 .* deploy .* 4 \\(a gate failed.*\\n  ${name}   .* deploy .* 0 \\(done\\)\\n$`, 'm'),
  )
  const opened = await script('--open', name)
  assert.is(opened.stdout, `${path.join(folderOf(run), 'report.html')}\n`)
  const compared = await script('--compare', `${name}-1`, name)
  assert.is(compared.code, 0, compared.stderr)
  assert.match(compared.stdout, new RegExp(`^ +${name}-1 +${name}\\n`))
  assert.match(compared.stdout, /^ {2}ended +4 \(a gate failed, traffic on the old\) +0 \(done\)$/m)
  assert.match(compared.stdout, /^ {2}wrong +[1-9]\d* +0$/m)
  assert.match(compared.stdout, /^ {2}Switch back +\S+ ms +–$/m)
})

test('of what cannot be read it is said why, and what is not there is named', async () => {
  const run = await deploy()
  const name = path.basename(folderOf(run))
  const record = { ...(await recordOf(run)), version: 2 }
  await writeFile(path.join(folderOf(run), 'report.json'), JSON.stringify(record))
  const listed = await script()
  assert.match(listed.stdout, new RegExp(`^  ${name} .* unknown: it has another form than those of this version$`, 'm'))
  const compared = await script('--compare', name, name)
  assert.equal([compared.code, /cannot be read: it has another form/.test(compared.stderr)], [8, true])
  const missing = await script('--open', '7')
  assert.equal([missing.code, /no report of a run 7 .*\n {2}The latest are /.test(missing.stderr)], [2, true])
  assert.is((await script('--compare', name)).code, 2)
})

test.run()
