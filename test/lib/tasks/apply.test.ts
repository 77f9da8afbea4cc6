import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ExitCode, InfraError } from '../../../lib/errors.ts'
import { bootstrapRecovery } from '../../../lib/plan/bootstrap-recovery.ts'
import { deployRecovery } from '../../../lib/plan/deploy-recovery.ts'
import { rollbackRecovery } from '../../../lib/plan/rollback-recovery.ts'
import { rotateRecovery } from '../../../lib/plan/rotate-recovery.ts'
import type { PhaseKey, Plan, PlanPhase, Step } from '../../../lib/plan/types.ts'
import { updateRecovery } from '../../../lib/plan/update-recovery.ts'
import { type ApplyOptions, applyPlan } from '../../../lib/tasks/apply.ts'
import { afterwardsError } from '../../../lib/tasks/report-run.ts'
import type { RunWorld } from '../../../lib/tasks/world.ts'
import { errorOf } from '../error-of.ts'
import { createFakeWorld, type FakeWorld } from './fake-world.ts'

const applies = suite('lib/tasks/apply')

let fake: FakeWorld
applies.before.each(async () => {
  fake = await createFakeWorld()
  await fake.addServer('ns1', 100)
})
applies.after.each(() => fake.close())

const rename = (server: string, to: string): Step => ({ kind: 'rename-server', server, to })
const done = rename('ns1', 'ns1-old')
const failing = rename('ns9', 'ns9-old')
/** On the emulated cloud there is no lb that could be switched, so this fails; nothing else is done by it. */
const switching: Step = { kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1-old' }

const phase = (key: PhaseKey, ...steps: readonly Step[]): PlanPhase => ({ key, title: key, tracks: [steps] })
const recoveries = {
  bootstrap: bootstrapRecovery,
  deploy: deployRecovery,
  rollback: rollbackRecovery,
  rotate: rotateRecovery,
  update: updateRecovery,
}
type TestedPlan = Plan & { readonly operation: keyof typeof recoveries }
const planOf = (operation: keyof typeof recoveries, ...phases: readonly PlanPhase[]): TestedPlan => ({
  operation,
  generation: 200,
  notes: [],
  phases: phases.map((one) => (one.key === 'switch' ? { ...one, movesTraffic: true } : one)),
})

const interrupted = new InfraError('interrupted', { exitCode: 130, hint: 'Again.' })

/** The same world, in which an interrupt comes when the first step is so far. */
const interruptedWhen = (state: 'started' | 'done'): RunWorld => ({
  ...fake.world,
  events: {
    ...fake.world.events,
    emit: (event) => {
      fake.world.events.emit(event)
      if (event.event === 'step' && event.state === state) fake.interrupt.abort(interrupted)
    },
  },
})

const outcomeOf = async (
  plan: TestedPlan,
  world = fake.world,
  options: Partial<ApplyOptions> = {},
): Promise<readonly [code: ExitCode, message: string, hint: string]> => {
  const applying = applyPlan(world, plan, {
    display: 'silent',
    recovery: recoveries[plan.operation],
    approve: async () => true,
    agree: async () => true,
    waitFor: async () => undefined,
    ...options,
  })
  const { exitCode, message, hint = '' } = await errorOf(applying)
  return [exitCode, message, hint]
}

applies('an update that fails once an lb was switched says that it was, and ends with 5', async () => {
  const [code, message, hint] = await outcomeOf(planOf('update', phase('switch', done), phase('retire', failing)))
  assert.match(message, /ns9-old is gone/)
  assert.match(hint, /serves with what is new/)
  assert.is(code, 5)
})

applies('a rollback whose switch fails says where traffic is', async () => {
  const [code, message, hint] = await outcomeOf(planOf('rollback', phase('switch', switching)))
  assert.match(message, /lb1 is gone/)
  assert.match(hint, /No traffic has moved: what was to be undone serves/)
  assert.is(code, 1)
})

applies('a rollback that fails when all lbs have gone back ends with 5', async () => {
  const plan = planOf('rollback', phase('switch', done), phase('rename', failing))
  const [code, , hint] = await outcomeOf(plan)
  assert.match(hint, /What served before serves again, through every lb/)
  assert.is(code, 5)
})

applies('a bootstrap that fails says that what serves was not touched', async () => {
  const [code, , hint] = await outcomeOf(planOf('bootstrap', phase('create', failing)))
  assert.match(hint, /pairs that served before serve as they did/)
  assert.is(code, 1)
})

applies('a real failure after an interrupt is told as one, with where traffic is', async () => {
  const plan = planOf('deploy', phase('check', failing), phase('switch', switching))
  const [code, message, hint] = await outcomeOf(plan, interruptedWhen('started'))
  assert.match(message, /ns9-old is gone/)
  assert.match(hint, /No traffic has moved: the old nameservers serve/)
  assert.is(code, 1)
})

applies('a failure in a switch is taken back after an interrupt too', async () => {
  const plan = planOf('deploy', phase('switch', switching))
  const [code, message, hint] = await outcomeOf(plan, interruptedWhen('started'))
  assert.match(message, /lb1 is gone/)
  assert.match(hint, /the old nameservers serve/)
  assert.is(code, 1)
})

applies('an interrupt lets a switch be proven, and says which lbs have moved', async () => {
  const plan = planOf('update', phase('switch', done, rename('ns1-old', 'ns1')), phase('retire', failing))
  const [code, , hint] = await outcomeOf(plan, interruptedWhen('done'))
  assert.equal(await fake.names(), ['ns1'], 'both steps are done')
  assert.match(hint, /serves with what is new[\s\S]*Run the same command again/)
  assert.is(code, 130)
})

applies('an interrupt before any switch says that no traffic has moved', async () => {
  const plan = planOf('deploy', phase('create', done), phase('check', failing), phase('switch', switching))
  const [code, , hint] = await outcomeOf(plan, interruptedWhen('done'))
  assert.match(hint, /No traffic has moved/)
  assert.is(code, 130)
})

applies('an interrupt at a question says where traffic is', async () => {
  const confirm = { name: 'ns1-old', loss: 'Deletes ns1-old.' }
  const plan = planOf('deploy', phase('switch', done), { ...phase('remove', failing), confirm })
  const [code, , hint] = await outcomeOf(plan, fake.world, { approve: async () => Promise.reject(interrupted) })
  assert.match(hint, /The new nameservers serve/)
  assert.is(code, 130)
})

applies('what would be kept after a no and cannot be is a failure with the new serving', async () => {
  const confirm = { name: 'ns9', loss: 'Deletes ns9.', mayKeep: true }
  const remove = { ...phase('remove', { kind: 'delete-server', server: 'ns9' }), confirm }
  const plan = planOf('deploy', phase('switch', done), remove)
  const [code, , hint] = await outcomeOf(plan, fake.world, { approve: async () => false })
  assert.match(hint, /The new nameservers serve/)
  assert.is(code, 5)
})

applies('once the lock is lost nothing is taken back, and that is said', async () => {
  const plan = planOf('deploy', phase('switch', switching))
  const reason = new InfraError('The lock was taken away while this run held it')
  const world = { ...interruptedWhen('started') }
  fake.interrupt.signal.addEventListener('abort', () => fake.lockLost.abort(reason))
  const [code, , hint] = await outcomeOf(plan, world)
  assert.match(hint, /lb1 was switched to is not proven[\s\S]*lock is lost, so nothing was taken back/)
  assert.is(code, 5)
})

applies('a wait that nobody stays for is no failure', async () => {
  const wait: PlanPhase = { ...phase('caches', { kind: 'await-caches', lbs: ['lb1-old'] }), waits: true }
  const waiting = new InfraError('Still to wait for', { exitCode: 7, hint: 'Nothing is lost.' })
  const waitFor = async (): Promise<void> => Promise.reject(waiting)
  assert.equal(await outcomeOf(planOf('rotate', wait), fake.world, { waitFor }), [7, waiting.message, waiting.hint])
})

applies('a report that fails does not read as if nothing had been changed', () => {
  const { exitCode, message } = afterwardsError(new Error('ENOSPC'))
  assert.is(exitCode, 5)
  assert.match(message, /The operation is done, but its report failed: ENOSPC/)
  const lost = new InfraError('The operation is done, but the witness lost 3 queries', { exitCode: 5 })
  assert.is(afterwardsError(lost), lost)
})

applies.run()
