import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createFinding } from '../../../lib/dns/checks/finding.ts'
import { addLook, type Course, describeWatch } from '../../../lib/report/watch-view.ts'
import type { Look } from '../../../lib/tell/teller.ts'
import { incidentAt, lookAt } from '../tell/incident.ts'

const test = suite('lib/report/watch-view')

const zoneNamed = (number: number): string => `zone-${number}.a-rather-long-name.example.test.`

/** A look at this many zones of an lb. @param ms undefined where the last zone does not answer. */
const lookOf = (zones: number, ms: number | undefined, part: Partial<Look> = {}): Look => {
  const names = Array.from({ length: zones }, (_, index) => zoneNamed(index))
  const isSilent = (zone: string): boolean => ms === undefined && zone === names.at(-1)
  const findings = names.map((zone) => {
    const place = { server: 'lb1', address: '192.0.2.10', transport: 'udp', command: 'dig' } as const
    const status = isSilent(zone) ? 'failed' : 'ok'
    const finding = createFinding({ check: 'soa', status, asked: zone, expected: 'all', got: 'none', ...place })
    return { ...finding, kind: 'lb', zone } as const
  })
  const latencies = names
    .filter((zone) => !isSilent(zone))
    .map((zone) => ({ kind: 'lb', server: 'lb1', address: '192.0.2.10', zone, ms: ms ?? 1 }) as const)
  return lookAt(1_790_000_000, {
    report: { findings, notes: [], unknown: [], isMoving: false, latencies, signatures: [] },
    ...part,
  })
}

const seen = (looks: readonly Look[]): readonly Course[] =>
  looks.reduce<readonly Course[]>((courses, look) => addLook(courses, look), [])

const size = { columns: 80, rows: 24 }

test('an lb and zone each has its state, times and course; the verdict is last', () => {
  const looks = [lookOf(1, 10), lookOf(1, 40), lookOf(1, undefined, { open: [incidentAt(1)] })]
  const [head, line, incident, verdict] = describeWatch(looks[2] as Look, seen(looks), size).split('\n')
  assert.is(head, '  lb        zone                  state       now       p99  last looks')
  assert.is(line, '  lb1       zone-0.a-rather-lon…  WRONG         -     40 ms  ▃█▁')
  assert.match(incident ?? '', /^! lb1: soa of example\.test\. over IPv4/)
  assert.is(verdict, 'WRONG: 1 open, 14:13:20 UTC, in 1.5 s. Ctrl-C ends it.')
})

for (const [columns, rows] of [
  [80, 24],
  [80, 10],
  [40, 24],
  [200, 60],
] as const) {
  test(`on ${columns} x ${rows} everything fits, the wrong ones first and the verdict last`, () => {
    const looks = [lookOf(100, 10), lookOf(100, undefined, { open: [incidentAt(1)] })]
    const lines = describeWatch(looks[1] as Look, seen(looks), { columns, rows }).split('\n')
    assert.ok(lines.length <= rows - 1, `${lines.length} lines`)
    assert.equal(
      lines.filter((line) => line.length > columns),
      [],
    )
    assert.match(lines[1] ?? '', /WRONG/)
    assert.match(lines.at(-1) ?? '', /^WRONG: 1 open/)
    assert.ok(lines.some((line) => /^ {2}and \d+ more$/.test(line)))
  })
}

test('no more than what fits is not parted into more', () => {
  const look = lookOf(3, 10)
  const text = describeWatch(look, seen([look]), size)
  assert.is(text.split('\n').length, 5)
  assert.is(text.includes('more'), false)
})

test('an lb that is gone is not shown, and a look that was cut off forgets nothing', () => {
  const cut = lookAt(2, { report: undefined })
  assert.is(seen([lookOf(1, 10), cut]).length, 1)
  assert.equal(seen([lookOf(1, 10), lookAt(2)]), [])
})

test('a lost link says so', () => {
  const look = lookAt(1, { isLinkUp: false })
  assert.match(describeWatch(look, [], size), /^UNKNOWN: nothing is open, the way out of this computer is lost, /m)
})

test.run()
