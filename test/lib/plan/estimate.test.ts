import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeAbout, describeWork, estimateWork, type PastWork, workLeft } from '../../../lib/plan/estimate.ts'
import type { Plan, PlanPhase } from '../../../lib/plan/types.ts'

const test = suite('lib/plan/estimate')

const phase = (title: string, more: Partial<PlanPhase> = {}): PlanPhase => ({
  key: 'create',
  title,
  tracks: [],
  ...more,
})
const planOf = (...phases: readonly PlanPhase[]): Plan => ({ operation: 'deploy', generation: 1, notes: [], phases })
const run = (times: Readonly<Record<string, number>>, operation = 'deploy'): PastWork => ({
  operation,
  phases: Object.entries(times).map(([title, seconds]) => ({ title, ms: seconds * 1000 })),
})

const plan = planOf(phase('Create'), phase('Switch'))

for (const [title, past, expected] of [
  ['none is known of nothing', [], undefined],
  ['one run', [run({ Create: 20, Switch: 10 })], [30, 1]],
  ['of two runs the middle', [run({ Create: 20, Switch: 10 }), run({ Create: 30, Switch: 20 })], [40, 2]],
  [
    'the median of three, whatever one of them had to suffer',
    [run({ Create: 20, Switch: 10 }), run({ Create: 900, Switch: 10 }), run({ Create: 22, Switch: 10 })],
    [32, 3],
  ],
  ['no more than the last three', [500, 500, 1, 2, 3].map((seconds) => run({ Create: seconds, Switch: 0 })), [2, 3]],
  ['none of another operation', [run({ Create: 20, Switch: 10 }, 'rotate')], undefined],
  ['none of a run that had less to do', [run({ Switch: 10 })], undefined],
  ['none of a run that had more to do', [run({ Create: 1, Stage: 1, Switch: 10 })], undefined],
] as const) {
  test(title, () => {
    const work = estimateWork(plan, past)
    assert.equal(work && [work.ms / 1000, work.runs], expected)
  })
}

const waiting = planOf(phase('Create'), phase('Wait', { waits: true }), phase('Remove'))

test('waits are not work, whether or not the runs of before had any', () => {
  const work = estimateWork(waiting, [run({ Create: 20, Wait: 9000, Remove: 1 }), run({ Create: 20, Remove: 1 })])
  assert.equal(work && [work.ms / 1000, work.runs], [21, 2])
  assert.equal(
    work?.phases.map(({ ms }) => ms / 1000),
    [20, 0, 1],
  )
  assert.equal(describeWork(waiting, work), ['Takes about 21 s besides the waits, as the last 2 runs like this took.'])
})

test('it is said from how many runs, and nothing where nothing is known', () => {
  assert.equal(describeWork(plan, estimateWork(plan, [run({ Create: 20, Switch: 10 })])), [
    'Takes about 30 s, as the last run like this took.',
  ])
  assert.equal(describeWork(plan, undefined), [])
})

const usual = [
  { title: 'Create', ms: 20_000 },
  { title: 'Switch', ms: 10_000 },
]
const begun = (...titles: readonly (readonly [title: string, at: number])[]) =>
  titles.map(([title, startedAtUnixMs]) => ({ title, startedAtUnixMs }))

for (const [title, phases, now, left] of [
  ['what runs counts for the rest of it', begun(['Create', 0]), 5000, 25_000],
  ['what takes longer than usual is nearly over', begun(['Create', 0]), 60_000, 10_000],
  ['what is over counts no more', begun(['Create', 0], ['Switch', 60_000]), 64_000, 6000],
  ['before the first nobody knows', [], 0, undefined],
  ['nobody knows once something else is done than was planned', begun(['Create', 0], ['Switch back', 9]), 9, undefined],
  ['or something more', begun(['Create', 0], ['Switch', 5], ['Switch back', 9]), 9, undefined],
] as const) {
  test(`of what is left, ${title}`, () =>
    assert.is(workLeft({ ms: 30_000, runs: 1, phases: usual }, phases, now), left))
}

test('no more exact than it can be', () => {
  assert.equal([400, 34_100, 61_000, 1_234_000].map(describeAbout), [
    'about 1 s',
    'about 35 s',
    'about 1 min 10 s',
    'about 21 min',
  ])
})

test.run()
