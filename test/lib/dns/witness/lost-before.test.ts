import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../../lib/clock.ts'
import { lostBefore, lostByOperation } from '../../../../lib/dns/witness/lost-before.ts'
import { startWitness, type Witness } from '../../../../lib/dns/witness.ts'
import { describeWitnessTable } from '../../../../lib/report/summary.ts'
import { compileFixture, nsid } from '../../zones/fixture.ts'
import { startNamed } from '../named.ts'
import { forward, type Relay, startServer } from '../relay.ts'

const test = suite('lib/dns/witness/lost-before')

const named = await startNamed(await compileFixture(), { nsid })
test.after(() => named.stop())

const question = { name: 'example.test', type: 'SOA', transport: 'udp' } as const

/** Two lbs in front of the real BIND, of which each can be told to pass nothing on. */
const witnessed = async (deaf: ReadonlySet<string>, work: (witness: Witness, third: Relay) => Promise<void>) => {
  const behind = (name: string) =>
    startServer((asked, transport) => (deaf.has(name) ? null : forward(asked, transport, named.ipv4.port)), name)
  const [lb1, lb2, lb3] = [await behind('lb1'), await behind('lb2'), await behind('lb3')]
  const witness = startWitness({
    targets: [lb1.target, lb2.target],
    questions: [question],
    queriesPerSecond: 100,
    timeoutMs: 150,
    accept: () => true,
    clock: systemClock,
  })
  try {
    await systemClock.sleep(200)
    await work(witness, lb3)
  } finally {
    await witness.stop()
    await Promise.all([lb1, lb2, lb3].map(({ close }) => close()))
  }
  const report = witness.snapshot()
  const lost = report.targets.map((one) => one.lost + one.refused)
  return { report, lost, before: report.targets.map((one) => lostBefore(report, one)) }
}

/** Marks the step, and has the lb answer from then on. */
const mend = async (witness: Witness, deaf: Set<string>, lb: string): Promise<void> => {
  witness.markStep(`switch ${lb}`)
  deaf.delete(lb)
  await systemClock.sleep(200)
}

test('nobody answered through an lb until its switch: that is no loss of the operation', async () => {
  const deaf = new Set(['lb2'])
  const { report, lost, before } = await witnessed(deaf, async (witness) => {
    await mend(witness, deaf, 'lb1')
    await mend(witness, deaf, 'lb2')
  })
  assert.ok((lost[1] ?? 0) > 10)
  assert.equal(before, [0, lost[1]])
  assert.is(lostByOperation(report), 0)
  assert.match(
    describeWitnessTable(report, 80),
    new RegExp(`nobody answered through lb2 .*: ${lost[1]} lost more, as before`),
  )
})

test('what is lost after its switch counts, although nobody had answered before', async () => {
  const { report, before } = await witnessed(new Set(['lb1']), async (witness) => {
    witness.markStep('switch lb1')
    await systemClock.sleep(200)
  })
  assert.ok((before[0] ?? 0) > 10)
  assert.ok(lostByOperation(report) > 10)
})

test('what begins during the operation counts, before the switch of that lb too', async () => {
  const deaf = new Set<string>()
  const { report, before } = await witnessed(deaf, async (witness) => {
    deaf.add('lb2')
    await systemClock.sleep(200)
    await mend(witness, deaf, 'lb2')
  })
  assert.equal(before, [0, 0])
  assert.ok(lostByOperation(report) > 10)
})

test('an lb that is asked from the middle of the operation on has nothing before it', async () => {
  const { report, lost, before } = await witnessed(new Set(['lb3']), async (witness, third) => {
    witness.join([third.target])
    await systemClock.sleep(200)
  })
  assert.is(before[2], 0)
  assert.is(lostByOperation(report), lost[2])
})

test.run()
