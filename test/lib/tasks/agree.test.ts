import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../lib/errors.ts'
import type { Answers } from '../../../lib/plan/questions.ts'
import type { Plan } from '../../../lib/plan/types.ts'
import { canAsk } from '../../../lib/prompts.ts'
import { agree, agreeToDelete, verifyAccepted } from '../../../lib/tasks/agree.ts'

const test = suite('lib/tasks/agree')

const plan = (zones: readonly string[], isAgreed = false): Plan => ({
  operation: 'deploy',
  generation: 200,
  notes: [],
  phases: [{ key: 'switch', title: 'Switch', tracks: [[{ kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1-next' }]] }],
  dangers: zones.map((zone) => ({ zone, kind: 'goes', fact: 'goes', effect: 'REFUSED', isAgreed })),
})

const outcomeOf = async (work: () => Promise<void> | void): Promise<string> => {
  try {
    await work()
    return 'agreed'
  } catch (error) {
    if (!(error instanceof InfraError)) throw error
    return `${error.exitCode}: ${error.message} ${error.hint}`
  }
}
const outcome = (going: Plan, answers: Answers): Promise<string> =>
  outcomeOf(() => agree(going, { yes: true, ...answers }))

test('without a terminal, a zone that goes needs its flag, and --yes is not it', async () => {
  // whoever runs this by hand at a terminal would be asked
  if (canAsk()) return
  assert.match(
    await outcome(plan(['a.test', 'b.test']), { yesDelete: true }),
    /^2: a\.test goes; REFUSED\.\nb\.test goes; REFUSED\.\n.*Take --accept-zone a\.test --accept-zone b\.test /s,
  )
  assert.match(await outcome(plan(['a.test', 'b.test']), { acceptZone: ['a.test'] }), /Take --accept-zone b\.test /)
})

test('without a terminal, being locked out needs its flag, and --yes is not it', async () => {
  if (canAsk()) return
  const locking: Plan = { ...plan(['a.test']), lockout: { address: '203.0.113.9', loss: 'Lets us in no more.' } }
  assert.match(
    await outcome(locking, {}),
    /^2: Lets us in no more\.\nThis has to be agreed to\na\.test goes.*Take --accept-lockout, and --accept-zone a\.test /s,
  )
  assert.is(await outcome(locking, { acceptLockout: true, acceptZone: ['a.test'] }), 'agreed')
})

test('a zone is asked about once for all its dangers, each of which is named', async () => {
  if (canAsk()) return
  const dangers = (['mail', 'shrinks'] as const).map((kind) => {
    return { zone: 'a.test', kind, fact: `has ${kind}`, effect: 'bad', isAgreed: false }
  })
  const two = { ...plan([]), dangers }
  assert.match(
    await outcome(two, {}),
    /^2: a\.test has mail; bad\.\na\.test has shrinks; bad\.\nThis has to be agreed to, .*Take --accept-zone a\.test to/s,
  )
  assert.is(await outcome(two, { acceptZone: ['a.test'] }), 'agreed')
})

test('the name counts however it is spelled', async () => {
  assert.is(await outcome(plan(['a.test']), { acceptZone: ['A.test.'] }), 'agreed')
})

test('what was agreed to before is not asked again', async () => {
  assert.is(await outcome(plan(['a.test'], true), {}), 'agreed')
})

test('agreeing to dangers of a zone that has none is a mistake; one that is gone already does no harm', async () => {
  const verify = (...acceptZone: readonly string[]) =>
    outcomeOf(() => verifyAccepted(plan(['going.test']), ['kept.test.'], { acceptZone }))
  assert.match(await verify('Kept.test'), /^2: --accept-zone Kept\.test: this zone does not go/)
  assert.is(await verify('going.test', 'gone.test'), 'agreed')
})

test('so it is no mistake where nothing is left to move, or where nobody knows what changes', async () => {
  const verify = (rest: Partial<Plan>) =>
    outcomeOf(() => verifyAccepted({ ...plan([]), ...rest }, ['kept.test.'], { acceptZone: ['kept.test'] }))
  assert.match(await verify({}), /^2/)
  assert.is(await verify({ phases: [] }), 'agreed')
  assert.is(await verify({ change: [{ unknown: 'ns1 is silent' }] }), 'agreed')
})

const deleting: Plan = {
  ...plan([]),
  phases: [{ key: 'remove', title: 'Remove', tracks: [], confirm: { name: 'ns1-old', loss: 'Deletes ns1-old.' } }],
}

test('without a terminal, all flags that are needed are named at once, and these do', async () => {
  if (canAsk()) return
  assert.match(
    await outcomeOf(() => agree(deleting, { insteadOfDeleting: '--keep-old' })),
    /^2: .*Take --yes, and --yes-delete or --keep-old to answer/s,
  )
  assert.is(await outcome(deleting, { yesDelete: true }), 'agreed')
})

test('a deletion behind a wait is not asked about before the wait is over, and then names its flag', async () => {
  if (canAsk()) return
  const wait = { key: 'caches', title: 'Wait', tracks: [], waits: true } as const
  assert.is(await outcome({ ...deleting, phases: [wait, ...deleting.phases] }, {}), 'agreed')
  const [deletion] = deleting.phases.flatMap(({ confirm }) => confirm ?? [])
  const ask = (answers: Answers) => outcomeOf(async () => void (deletion && (await agreeToDelete(deletion, answers))))
  assert.match(await ask({ yes: true }), /^2: .*Deletes ns1-old\. Nothing was deleted\. Run again with --yes-delete/s)
  assert.is(await ask({ yesDelete: true }), 'agreed')
})

test.run()
