import { execFileSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createFinding } from '../../../lib/dns/checks/finding.ts'
import type { CheckedFinding } from '../../../lib/report/check-dns.ts'
import { type CheckReport, describeReport, exitCodeOfReport, reportJson } from '../../../lib/report/check-dns.ts'
import { describeExplanation, listExplanations } from '../../../lib/report/explain-check.ts'
import { fold, foldCommand } from '../../../lib/report/fold.ts'
import { withProgressLine } from '../../../lib/report/progress-line.ts'

const test = suite('lib/report/check-dns')

const finding = (status: CheckedFinding['status'], part: Partial<CheckedFinding> = {}): CheckedFinding =>
  ({
    ...createFinding({
      check: 'rrsets',
      server: 'lb1',
      address: '192.0.2.10',
      transport: 'udp',
      status,
      asked: 'www.example.test. A',
      expected: 'www.example.test. 300 A 192.0.2.1',
      got: status === 'ok' ? 'as expected' : 'missing: A 192.0.2.1',
      command: "dig @192.0.2.10 +norecurse 'www.example.test.' A",
    }),
    kind: 'lb',
    zone: 'example.test.',
    ...part,
  }) as CheckedFinding

const report = (findings: readonly CheckedFinding[], part: Partial<CheckReport> = {}): CheckReport => ({
  findings,
  notes: [],
  isMoving: false,
  latencies: [],
  signatures: [],
  unknown: [],
  ...part,
})

for (const [title, given, exitCode, verdict] of [
  ['all ok', report([finding('ok'), finding('ok')]), 0, 'OK: all 2 checks passed.'],
  ['one failed', report([finding('ok'), finding('failed')]), 3, 'WRONG: 1 of 2 checks failed.'],
  [
    'failed outweighs unknown, and does not hide it',
    report([finding('unknown'), finding('failed')]),
    3,
    'WRONG: 1 of 2 checks failed, and 1 thing could not be measured.',
  ],
  [
    'one unknown',
    report([finding('ok'), finding('unknown')]),
    8,
    'UNKNOWN: 1 thing could not be measured; 1 other check passed.',
  ],
  [
    'something beside the checks is unknown',
    report([finding('ok')], { unknown: ['What lb2 must answer is not known.'] }),
    8,
    'UNKNOWN: 1 thing could not be measured; 1 other check passed.',
  ],
  ['nothing was checked', report([]), 8, 'UNKNOWN: nothing was checked.'],
] as const) {
  test(`${title}: ${exitCode}`, () => {
    assert.is(exitCodeOfReport(given), exitCode)
    assert.is(describeReport(given, 80).split('\n')[0], verdict)
  })
}

test('what differs in its place alone is told once', () => {
  const [here, there] = [finding('failed'), finding('failed', { transport: 'tcp' })]
  const text = describeReport(report([here, there, finding('failed', { server: 'lb2', address: '192.0.2.20' })]), 80)
  assert.match(
    text,
    /^ {2}www\.example\.test\. A at lb1 \(192\.0\.2\.10 over UDP and TCP\),\s+lb2 \(192\.0\.2\.20\s+over\s+UDP\)$/m,
  )
  assert.is(text.match(/expected/g)?.length, 1)
})

test('of one check not more than a few cases are told, and how many there are beside them', () => {
  const many = Array.from({ length: 30 }, (_, index) => finding('failed', { asked: `host${index}.example.test. A` }))
  const text = describeReport(report(many), 80)
  assert.is(text.match(/expected/g)?.length, 5)
  assert.match(text, /^ {2}and 25 more; --json has all of them\.$/m)
  assert.is(JSON.parse(reportJson(report(many))).findings.length, 30)
})

test('the root causes come first', () => {
  const text = describeReport(report([finding('failed', { check: 'glue' }), finding('failed', { check: 'soa' })]), 80)
  assert.ok(text.indexOf('\nsoa: ') < text.indexOf('\nglue: '))
})

test('a program gets what is not ok, and how much was asked of whom', () => {
  const told = JSON.parse(reportJson(report([finding('ok'), finding('failed'), finding('unknown')])))
  assert.equal([told.verdict, told.ok, told.failed, told.unknown], ['failed', 1, 1, 1])
  assert.equal(told.targets, [{ kind: 'lb', server: 'lb1', address: '192.0.2.10', ok: 1, failed: 1, unknown: 1 }])
  assert.equal(told.checks, [{ check: 'rrsets', ok: 1, failed: 1, unknown: 1 }])
  assert.equal(
    told.findings.map(({ status, zone, command }: CheckedFinding & { command: string }) => [
      status,
      zone,
      command.split(' ')[0],
    ]),
    [
      ['failed', 'example.test.', 'dig'],
      ['unknown', 'example.test.', 'dig'],
    ],
  )
})

test('explanations fit, and say what, why, what to do and what to type', () => {
  const text = describeExplanation('glue', 80)
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
  for (const beginning of ['glue: ', 'why   ', 'see   RFC ', 'do    ', 'try   dig '])
    assert.ok(
      text.split('\n').some((line) => line.startsWith(beginning)),
      beginning,
    )
  for (const line of listExplanations(80).split('\n')) assert.ok(line.length <= 80, line)
})

test('text is folded between words, behind a prefix; a long word stays whole', () => {
  assert.is(fold('one two three', 11, '  - '), '  - one two\n    three')
  assert.is(fold('one two three', Number.POSITIVE_INFINITY, '- '), '- one two three')
  assert.ok(fold(`a ${'b'.repeat(30)}`, 20).includes('b'.repeat(30)))
})

test('a folded command is the same command for a shell', () => {
  const command = `printf '%s\\n' ${Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ')}`
  const folded = foldCommand(command, 40, '    ')
  assert.ok(folded.split('\n').every((line) => line.length <= 40))
  assert.is(
    execFileSync('sh', ['-c', folded], { encoding: 'utf8' }),
    execFileSync('sh', ['-c', command], { encoding: 'utf8' }),
  )
})

const recorder = (isTTY: boolean) => {
  const written: string[] = []
  return { written, isTTY, columns: 20, write: (text: string) => written.push(text) > 0 }
}

test('progress is a line on a terminal that is gone in the end, also when the work fails; elsewhere there is none', async () => {
  const terminal = recorder(true)
  const failing = withProgressLine(terminal as never, async (show) => {
    show('asked 1 of 1000000 questions')
    throw new Error('no more')
  })
  await failing.then(assert.unreachable, ({ message }) => assert.is(message, 'no more'))
  assert.equal(terminal.written, ['\r\u001b[Kasked 1 of 1000000 ', '\r\u001b[K'])
  const pipe = recorder(false)
  assert.is(await withProgressLine(pipe as never, async (show) => show('asked 1') ?? 5), 5)
  assert.equal(pipe.written, [])
})

test.run()
