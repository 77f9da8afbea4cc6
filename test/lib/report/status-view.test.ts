import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Status } from '../../../lib/report/status.ts'
import { describeStatusView } from '../../../lib/report/status-view.ts'

const test = suite('lib/report/status-view')

const server = (name: string): Status['servers'][number] => ({
  name,
  id: 1,
  state: 'running',
  generation: 1_790_000_000,
  serverType: 'cpx22',
  location: 'fsn1',
  ipv4: '198.18.1.1',
  ipv6: undefined,
  privateIpv4: undefined,
})

const status = (servers: number, drift: readonly string[] = []): Status => ({
  operation: undefined,
  servers: Array.from({ length: servers }, (_, index) => server(`ns${index + 1}`)),
  lbs: [],
  addresses: [],
  answers: [],
  delegations: [],
  drift,
  unknown: [],
  signatures: undefined,
})

const at = Date.UTC(2026, 10, 27, 8, 18, 51)
const size = { columns: 80, rows: 24 }
const viewOf = (found: Status | { readonly fault: string }): readonly string[] =>
  describeStatusView({ at, tookMs: 1200, found }, size).split('\n')

for (const [title, found, verdict] of [
  ['all is well', status(2), 'OK'],
  ['something differs', status(2, ['ns1 is off.', 'ns2 is off.']), 'DRIFT (2)'],
  ['something is not known', { ...status(2), unknown: ['lb1 was not heard.'] }, 'UNKNOWN'],
  ['nothing is', { fault: 'the cloud does not answer' }, 'UNKNOWN'],
] as const) {
  test(`the last line says that ${title}`, () => {
    assert.is(viewOf(found).at(-1), `${verdict}: 08:18:51 UTC, in 1.2 s. Ctrl-C ends it.`)
  })
}

test('what does not fit goes at the beginning, and is counted', () => {
  const whole = describeStatusView({ at, tookMs: 1, found: status(40, ['ns1 is off.']) }, { columns: 80, rows: 200 })
  const lines = viewOf(status(40, ['ns1 is off.']))
  assert.is(lines.length, 23)
  const [first = '', ...others] = lines
  assert.is(others.slice(0, -1).join('\n'), whole.split('\n').slice(-others.length, -1).join('\n'))
  const left = whole.split('\n').length - others.length
  assert.is(first, `… ${left} lines more above: status without --watch has them`)
  assert.ok(lines.includes('  - ns1 is off.'))
})

test('no line is longer than the terminal', () => {
  const lines = viewOf(status(2, ['x'.repeat(200)]))
  assert.ok(lines.every((line) => line.length <= 80))
  assert.ok(lines.some((line) => line.endsWith('…')))
})

test.run()
