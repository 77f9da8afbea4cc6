import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Handover } from '../../../lib/dns/witness/handover.ts'
import { describeHandover } from '../../../lib/report/handover.ts'

const test = suite('lib/report/handover')

const at = Date.UTC(2026, 10, 23, 8, 18, 51)
const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}.example.test. A`)
const handover = (changes: Partial<Handover> = {}): Handover => ({
  to: 1795487195,
  from: [1795480000],
  comes: { questions: names(2), all: 2 },
  goes: { questions: ['gone.example.test. A'], all: 1 },
  unknown: [],
  lbs: [
    {
      lb: 'lb1',
      switchedAt: at,
      comes: {
        old: { first: at - 9000, last: at + 40, questions: 2 },
        new: { first: at + 120, last: at + 9000, questions: 2 },
      },
      goes: { old: { first: at - 9000, last: at + 80, questions: 1 } },
    },
    {
      lb: 'lb2-next',
      comes: { new: { first: at + 2000, last: at + 9000, questions: 1 } },
      goes: { new: { first: at + 2000, last: at + 9000, questions: 1 } },
    },
  ],
  ...changes,
})
const text = (one: Handover, verbose = false, width = 80): string =>
  describeHandover(one, { width, verbose }).join('\n\n')

test('says from when on what comes was answered, and until when what goes, through each lb', () => {
  assert.is(
    text(handover()),
    `What only generation 1795487195 has (2 questions) was answered from:
  lb        from                      seen from its switch  questions
  lb1       08:18:51 UTC, 2026-11-23  120 ms after             2 of 2
  lb2-next  08:18:53 UTC, 2026-11-23  –                        1 of 2
    n0.example.test. A
    n1.example.test. A

What only generation 1795480000 has (1 question) was answered until:
  lb        until                     seen from its switch  questions
  lb1       08:18:51 UTC, 2026-11-23  80 ms after              1 of 1
  lb2-next  not seen                  –                        0 of 1
    gone.example.test. A`,
  )
})

test('what nobody asked again before the switch was answered before it', () => {
  const [lb] = handover().lbs
  if (!lb) throw new Error('no lb')
  const early = { ...lb, goes: { old: { first: at - 9000, last: at - 1500, questions: 1 } } }
  assert.match(text(handover({ lbs: [early] })), /1\.5 s before +1 of 1/)
})

test('an lb through which the new generation was not heard is said to be so', () => {
  const lbs = [{ lb: 'lb1', switchedAt: at, comes: { old: { first: at, last: at + 5, questions: 2 } }, goes: {} }]
  assert.match(text(handover({ lbs })), /lb1 +not seen +– +0 of 2/)
})

test('an lb through which the old generation answers again is named', () => {
  const [lb] = handover().lbs
  if (!lb) throw new Error('no lb')
  const returned = { ...lb, again: { first: at + 500, last: at + 7000, count: 12 } }
  assert.match(
    text(handover({ lbs: [returned] })),
    /\n\nlb1 was answered by generation 1795480000 again after 1795487195 had answered there: 12 times, the last at 08:18:58 UTC, 2026-11-23\.$/,
  )
})

test('many questions are shown in part, or all when asked for; those that are not watched are counted', () => {
  const many = handover({ comes: { questions: names(100), all: 3120 } })
  assert.match(text(many), /\(3120 questions, of which 100 were watched\)/)
  assert.match(text(many), / {4}n4\.example\.test\. A\n {4}… and 95 more: --verbose shows all\n/)
  assert.match(text(many, true), / {4}n99\.example\.test\. A\n/)
})

test('where nothing comes or goes nothing is said; what is not known is', () => {
  const nothing = { comes: { questions: [], all: 0 }, goes: { questions: [], all: 0 } }
  assert.is(text(handover(nothing)), '')
  assert.is(
    text(handover({ ...nothing, unknown: ['the zones of generation 1 could not be read (ns1: it is off)'] })),
    'UNKNOWN in part what comes and goes: the zones of generation 1 could not be read (ns1: it is off).',
  )
})

test('tables fit a terminal of 80 columns', () => {
  for (const line of text(handover()).split('\n')) assert.ok(line.length <= 80, line)
})

test.run()
