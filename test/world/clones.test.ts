import { appendFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { query } from '../../lib/dns/query.ts'
import type { FastRun } from './clone.ts'
import type { RunEvent } from './gate.ts'
import { prepared } from './prepared.ts'
import { generationsIn, readStanding } from './standing.ts'
import { createFastWorld } from './world.ts'

// One clone has edits that are in no commit, and dies in the middle of their deployment. The other one never saw them.
const test = suite('world/clones')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())
const [dirty, other] = fast.clones
await prepared(fast)
const [before = ''] = generationsIn(await readStanding(fast))
const serving = await fast.save()

const zoneFileOf = (root: string): string => path.join(root, 'zones', 'example.test.zone')
const clean = await readFile(zoneFileOf(other.root), 'utf8')

test.before.each(async () => {
  await fast.load(serving)
  await writeFile(zoneFileOf(other.root), clean)
  await writeFile(zoneFileOf(dirty.root), clean)
  await appendFile(zoneFileOf(dirty.root), 'edited A 192.0.2.99\n')
})

const isDone =
  (step: string) =>
  (event: RunEvent): boolean =>
    event.event === 'step' && event.state === 'done' && event.step === step

/** Its process is killed once that is done, and the lock expires. */
const killedAfter = async (step: string): Promise<void> => {
  const { exitCode, stderr } = await dirty.run('deploy', { killAfter: isDone(step) })
  assert.is(exitCode, undefined, stderr)
  fast.clock.pass(3_600_000)
}

const betweenTwoSwitches = (): Promise<void> => killedAfter('Switch lb1 to ns1-next')

const requireDone = ({ exitCode, stderr, events }: FastRun): void => {
  assert.is(exitCode, 0, stderr)
  const { report } = events.find(({ event }) => event === 'witness') as unknown as {
    report: { totals: { sent: number; lost: number; wrong: number } }
  }
  const { sent, lost, wrong } = report.totals
  assert.ok(sent > 0)
  assert.equal({ lost, wrong }, { lost: 0, wrong: 0 })
}

/** Of one mind, with nothing left of anything: the generation that serves. */
const sole = async (): Promise<string> => {
  const [generation = '', ...others] = generationsIn(await readStanding(fast))
  assert.equal(others, [])
  const servers = await fast.servers()
  assert.equal(servers.map(({ name }) => name).sort(), ['lb1', 'lb2', 'ns1', 'ns2'])
  assert.is(await fast.lock(), undefined)
  return generation
}

const hasEdit = async (): Promise<boolean> => {
  const address = fast.machine('lb2').ipv4
  const question = { name: 'edited.example.test', type: 'A', transport: 'udp' } as const
  const reply = await query({ address, port: 53 }, question, { timeoutMs: 500 })
  return reply.kind === 'answered' && reply.answers.length > 0
}

for (const [zones, text] of [
  ['other zone files', clean],
  ['zone files that do not compile', `${clean}x BOGUS y\n`],
] as const) {
  test(`with ${zones}, another clone finishes what was begun, as it was made`, async () => {
    await betweenTwoSwitches()
    await writeFile(zoneFileOf(other.root), text)
    const run = await other.run('deploy')
    requireDone(run)
    assert.match(run.stderr, /The zone files at hand are others than those that it was made from/)
    assert.ok(Number(await sole()) > Number(before))
    assert.ok(await hasEdit())
  })

  test(`with ${zones}, another clone goes back`, async () => {
    await betweenTwoSwitches()
    await writeFile(zoneFileOf(other.root), text)
    const run = await other.run('rollback')
    requireDone(run)
    assert.match(run.stdout, /Traffic was back after/)
    assert.is(await sole(), before)
    assert.not(await hasEdit())
  })
}

test('a nameserver of it that is lost is made again, and like the others', async () => {
  await betweenTwoSwitches()
  await fast.lose('ns2-next')
  requireDone(await other.run('deploy'))
  await sole()
  assert.ok(await hasEdit())
})

test('what makes no nameserver needs no zone files: an update of the lbs, and a rotation from the glue on', async () => {
  await writeFile(zoneFileOf(other.root), `${clean}x BOGUS y\n`)
  fast.release('nginx 2')
  requireDone(await other.run('update'))
  const killed = await dirty.run('rotate', {
    flags: { wait: true },
    killAfter: ({ event, title }) => event === 'phase' && title === 'Check the delegation',
  })
  assert.is(killed.exitCode, undefined, killed.stderr)
  fast.clock.pass(3_600_000)
  requireDone(await other.run('rotate', { flags: { wait: true } }))
  await sole()
  assert.ok(await hasEdit())
})

test('the zone files of the other clone are deployed by the next deployment', async () => {
  await betweenTwoSwitches()
  requireDone(await other.run('deploy'))
  const finished = await sole()
  fast.clock.pass(3_600_000)
  requireDone(await other.run('deploy'))
  assert.ok(Number(await sole()) > Number(finished))
  assert.not(await hasEdit())
})

test('once it has gone back, the next deployment begins anew', async () => {
  await betweenTwoSwitches()
  requireDone(await other.run('rollback'))
  fast.clock.pass(3_600_000)
  requireDone(await dirty.run('deploy'))
  assert.ok(Number(await sole()) > Number(before))
  assert.ok(await hasEdit())
})

for (const step of [
  'Check ns1-next through the preview port of lb1',
  'Switch lb2 to ns2-next',
  'Drain and stop the idle colour of lb1',
  'Rename ns1 to ns1-old',
  'Rename ns1-next to ns1',
  'Protect ns2 from deletion',
]) {
  test(`killed after "${step}", another clone goes back`, async () => {
    await killedAfter(step)
    requireDone(await other.run('rollback'))
    assert.is(await sole(), before)
  })
}

test('with one of the old gone, it says what is left and what leads out', async () => {
  await killedAfter('Protect ns2 from deletion')
  await fast.lose('ns1-old')
  const { exitCode, stderr } = await other.run('rollback')
  assert.is(exitCode, 1, stderr)
  assert.match(stderr, /only ns2-old is left of the generation before/)
  requireDone(await other.run('deploy'))
  assert.ok(Number(await sole()) > Number(before))
})

test.run()
