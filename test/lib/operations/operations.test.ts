import { existsSync } from 'node:fs'
import path from 'node:path'
import type { CommanderError } from '@commander-js/extra-typings'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createOperationCommand } from '../../../lib/cli.ts'
import { abandonment } from '../../../lib/operations/abandon.ts'
import { bake } from '../../../lib/operations/bake.ts'
import { bootstrap } from '../../../lib/operations/bootstrap.ts'
import { deploy } from '../../../lib/operations/deploy.ts'
import { removalOfKept } from '../../../lib/operations/remove-kept.ts'
import { rollback } from '../../../lib/operations/rollback.ts'
import { rotate } from '../../../lib/operations/rotate.ts'
import { update } from '../../../lib/operations/update.ts'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import type { Observed } from '../../../lib/plan/types.ts'
import { undoRecovery } from '../../../lib/plan/undo-recovery.ts'
import type { CommonOptions, Course, Operation } from '../../../lib/tasks/operation.ts'
import { guards } from '../plan/operations.ts'
import { lb, observed, server, twoServing } from '../plan/simulate.ts'

const operations = suite('lib/operations')

const scripts = path.resolve(import.meta.dirname, '../../../scripts')

/** What a command line asks of an operation; throws what it is refused with. */
const optionsOf = <Options extends CommonOptions>(operation: Operation<Options>, line: string): Options => {
  const command = operation.options(createOperationCommand(operation)).configureOutput({ writeErr: () => undefined })
  return command.parse(line.split(' ').filter(Boolean), { from: 'user' }).opts()
}

const checkReport = (title: string, { report, witness }: Pick<Course<unknown>, 'report' | 'witness'>): void =>
  operations(`${title} says at the end what was done, what its witness saw, what answers and what to type next`, () => {
    const shown = ['done', ...(witness === 'none' ? [] : ['witness']), 'answers', 'next']
    assert.equal(
      report.filter((name) => shown.includes(name)),
      shown,
    )
  })

const checkOperation = <Options extends CommonOptions>(operation: Operation<Options>): void => {
  operations(`${operation.name} has a script, and takes every example of its help`, () => {
    assert.ok(existsSync(path.join(scripts, `${operation.name}.ts`)))
    for (const [line] of operation.examples) assert.not.throws(() => optionsOf(operation, line))
  })
  checkReport(operation.name, operation)
}
checkOperation(bake)
checkOperation(bootstrap)
checkOperation(deploy)
checkOperation(rollback)
checkOperation(rotate)
checkOperation(update)
checkReport('rotate-lbs --abandon', abandonment)
checkReport('deploy-infra --remove-kept', removalOfKept)

operations('who removes what is warm does not deploy with the same command', () => {
  for (const other of ['--keep-old', '--fresh']) {
    const parse = (): unknown => optionsOf(deploy, `--remove-kept ${other}`)
    assert.throws(parse, (error: CommanderError) => error.code === 'commander.conflictingOption')
  }
})

operations('an option that another operation has is refused', () => {
  for (const [operation, option] of [
    [bootstrap, '--keep-old'],
    [deploy, '--wait'],
    [rotate, '--fresh'],
    [update, '--yes-delete'],
  ] as const) {
    const parse = (): unknown => optionsOf<CommonOptions>(operation as unknown as Operation<CommonOptions>, option)
    assert.throws(parse, (error: CommanderError) => error.code === 'commander.unknownOption')
  }
})

const situation = { now: 300, pairs: 2, hostnames: [], addresses: 'server', hasRegistrar: false, guards } as const
const lookAt = (world: Observed) => ({ situation, observe: async () => world })

operations('rotate-lbs goes back when it is told so', async () => {
  const look = lookAt(twoServing())
  assert.is(await rotate.instead?.(optionsOf(rotate, '--abandon'), look), abandonment)
  assert.is(await rotate.instead?.(optionsOf(rotate, '--yes'), look), undefined)
})

const cold = (previous: string): Observed =>
  observed(
    [...[1, 2].map((pair) => server(`lb${pair}`)), ...[1, 2].map((pair) => server(`ns${pair}`, { previous }))],
    [lb('lb1', 'ns1'), lb('lb2', 'ns2')],
  )

const insteadOfRollback = async (world: Observed) => rollback.instead?.(optionsOf(rollback, ''), lookAt(world))

operations(
  'rollback-infra rebuilds from the commit of before once nothing is warm, and is refused without one',
  async () => {
    const warm = {
      ...cold('abc'),
      servers: [
        ...cold('abc').servers,
        ...[1, 2].map((pair) => server(`ns${pair}-old`, { generation: 50, kept: true })),
      ],
    }
    assert.is(await insteadOfRollback(warm), undefined)
    const rebuild = await insteadOfRollback(cold('abc'))
    assert.equal(rebuild && 'commit' in rebuild && [rebuild.commit, rebuild.recovery], ['abc', deploy.recovery])
    assert.ok(isRefusal(await insteadOfRollback(cold(''))))
    assert.ok(isRefusal(await insteadOfRollback(cold('abc-dirty'))))
  },
)

operations('rollback-infra takes back a deployment that has not come to its end, before anything else', async () => {
  const begun = {
    ...cold('abc'),
    servers: [...cold('abc').servers, ...[1, 2].map((pair) => server(`ns${pair}-next`, { generation: 200 }))],
  }
  const undo = await insteadOfRollback(begun)
  assert.ok(undo && 'recovery' in undo)
  assert.is(undo.recovery, undoRecovery)
  const plan = undo.plan(begun, { ...situation, zones: 'z', zoneNames: [] }, optionsOf(rollback, ''))
  assert.match('notes' in plan ? plan.notes.join() : '', /Takes back the unfinished deployment of generation 200/)
})

operations('what became warm while a rebuild was asked about is gone back to', async () => {
  const rebuild = await insteadOfRollback(cold('abc'))
  assert.ok(rebuild && 'plan' in rebuild)
  const input = { ...situation, zones: 'z', zoneNames: [] }
  const options = optionsOf(rollback, '')
  const later = cold('abc')
  const revertible = { ...later, lbs: later.lbs.map((one) => ({ ...one, revertible: true })) }
  const [before, after] = [later, revertible].map((world) => rebuild.plan(world, input, options))
  assert.is(
    before && 'notes' in before && before.notes[0],
    'Nothing is warm: deploys commit abc, which made the generation before.',
  )
  assert.is(after && 'operation' in after && after.operation, 'rollback')
})

operations.run()
