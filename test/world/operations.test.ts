import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WitnessReport } from '../../lib/dns/witness.ts'
import type { FastRun } from './clone.ts'
import { createFastWorld } from './world.ts'

const test = suite('world/operations')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())

const totalsOf = ({ events }: FastRun): WitnessReport['totals'] | undefined =>
  (events.find(({ event }) => event === 'witness') as { report: WitnessReport } | undefined)?.report.totals

const requireDone = (name: string, run: FastRun): void => {
  process.stdout.write(`${name}: ${Math.round(run.ms)} ms\n`)
  assert.is(run.exitCode, 0, `${run.stderr}\n${run.stdout}`)
  const totals = totalsOf(run)
  if (!totals) return
  const { sent, lost, refused, wrong } = totals
  assert.equal({ lost, refused, wrong }, { lost: 0, refused: 0, wrong: 0 })
  assert.ok(sent > 0)
}

const names = async (): Promise<readonly string[]> => (await fast.servers()).map(({ name }) => name).sort()
const sole = async (): Promise<string> => {
  const generations = new Set(Object.values(await fast.whoAnswers()).map((nsid) => nsid.split('.')[1]))
  assert.is(generations.size, 1, JSON.stringify(await fast.whoAnswers()))
  return [...generations][0] ?? ''
}

/** Nothing of an operation is left. */
const requireTidy = async (): Promise<void> => {
  assert.equal(await names(), ['lb1', 'lb2', 'ns1', 'ns2'])
  assert.is(await fast.lock(), undefined)
}

let first = ''

test('bootstrap-infra makes everything, and the registrar is told', async () => {
  requireDone('bootstrap-infra', await fast.run('bootstrap', { flags: { register: true } }))
  await requireTidy()
  first = await sole()
  assert.equal(fast.internet.registered().get('example.test')?.nameservers, ['ns1.example.test', 'ns2.example.test'])
})

test('deploy-infra leads to a new generation', async () => {
  fast.clock.pass(3_600_000)
  requireDone('deploy-infra', await fast.run('deploy'))
  await requireTidy()
  assert.ok(Number(await sole()) > Number(first))
})

test('update-lbs starts a newer nginx', async () => {
  const { active } = fast.machine('lb1').lb ?? {}
  fast.release('nginx 2')
  requireDone('update-lbs', await fast.run('update'))
  await requireTidy()
  const lb = fast.machine('lb1').lb
  assert.is.not(lb?.active, active)
  assert.is(lb?.active && lb.colours[lb.active].release, 'nginx 2')
})

test('rollback-infra goes back to what is warm', async () => {
  const before = await sole()
  fast.clock.pass(3_600_000)
  const kept = await fast.run('deploy', { flags: { keepOld: true } })
  requireDone('deploy-infra --keep-old', kept)
  const wayOn = /Kept warm: ns1-old, ns2-old\. To go back, or to remove them:\n.*rollback-infra\.ts.*\n.*--remove-kept/
  assert.match(kept.stdout, wayOn)
  assert.ok(Number(await sole()) > Number(before))
  requireDone('rollback-infra', await fast.run('rollback'))
  assert.is(await sole(), before)
  assert.equal(await names(), ['lb1', 'lb2', 'ns1', 'ns1-old', 'ns2', 'ns2-old'])
})

test('deploy-infra --remove-kept removes what is warm, and touches nothing else', async () => {
  const before = await sole()
  const result = await fast.run('deploy', { flags: { removeKept: true } })
  requireDone('deploy-infra --remove-kept', result)
  assert.not.match(result.stdout, /Kept warm/)
  assert.is(await sole(), before)
  await requireTidy()
  requireDone('the same again', await fast.run('deploy', { flags: { removeKept: true } }))
})

test('rotate-lbs leads the world to new lbs and removes the old', async () => {
  const old = fast.machine('lb1').ipv4
  fast.clock.pass(3_600_000)
  requireDone('rotate-lbs --wait', await fast.run('rotate', { flags: { wait: true } }))
  await requireTidy()
  const { ipv4 } = fast.machine('lb1')
  assert.is.not(ipv4, old)
  assert.equal(fast.internet.registered().get('example.test')?.hosts.get('ns1.example.test'), [ipv4])
})

test('a pair that is added later has a generation of its own, until the next deployment', async () => {
  const before = await sole()
  fast.clock.pass(3_600_000)
  await fast.addPair()
  const registered = () => fast.internet.registered().get('example.test')?.nameservers
  const two = registered()
  const grown = await fast.run('bootstrap', { flags: { register: true } })
  requireDone('bootstrap-infra of one pair more', grown)
  assert.match(grown.stderr, /answers from other zones than those that serve: deploy-infra then makes all of one/)
  assert.match(grown.stdout, /Once deploy-infra has made all nameservers of one generation, register this glue with/)
  assert.equal(registered(), two, 'two of three nameservers do not know the third yet')
  const { lb3, ...others } = await fast.whoAnswers()
  assert.equal(others, { lb1: `ns1.${before}`, lb2: `ns2.${before}` })
  assert.ok(Number(lb3?.split('.')[1]) > Number(before), `${lb3} has other zones than ns1.${before}`)
  requireDone('deploy-infra to three pairs', await fast.run('deploy', { flags: { acceptZone: 'example.test' } }))
  assert.ok(Number(await sole()) > Number(before))
  requireDone('bootstrap-infra --register', await fast.run('bootstrap', { flags: { register: true } }))
  assert.equal(
    registered(),
    [1, 2, 3].map((pair) => `ns${pair}.example.test`),
  )
})

test.run()
