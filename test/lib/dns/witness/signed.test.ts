import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../../lib/clock.ts'
import { acceptGenerations, generationFromZones, witnessQuestions } from '../../../../lib/dns/accept.ts'
import { isInSigned } from '../../../../lib/dns/dnssec/zones-proof.ts'
import { isWantingProofs } from '../../../../lib/dns/wire/question.ts'
import { startWitness, type WitnessReport } from '../../../../lib/dns/witness.ts'
import type { Zone } from '../../../../lib/zones/zone.ts'
import { compileFixture, nsid, serial } from '../../zones/fixture.ts'
import { readSignedZone } from '../dnssec/signed-zone.ts'
import { type Named, startNamed } from '../named.ts'
import { type Spoil, startSpoiled } from '../relay.ts'

const test = suite('lib/dns/witness: signed zones')

const [plain, other] = await compileFixture()
if (!plain || !other) throw new Error('the fixture has two zones')
const signed = await readSignedZone(plain)
const served = [signed, other]
let named: Named

test.before(async () => {
  named = await startNamed(served, { nsid })
})
test.after(() => named.stop())

/** @param zones that the server should have. */
const watch = async (
  zones: readonly Zone[],
  spoil: Spoil = () => undefined,
): Promise<WitnessReport & { proven: number }> => {
  const relay = await startSpoiled(named.port, spoil)
  const accept = acceptGenerations([generationFromZones(serial, zones)])
  let proven = 0
  const witness = startWitness({
    targets: [relay.target],
    questions: witnessQuestions(zones),
    queriesPerSecond: 200,
    timeoutMs: 500,
    clock: systemClock,
    isSigned: (name) => isInSigned(zones, name),
    accept: (question, reply) => {
      if (isWantingProofs(question)) proven += 1
      return accept(question, reply)
    },
  })
  await systemClock.sleep(600)
  const report = await witness.stop()
  await relay.close()
  return { ...report, proven }
}

const wrongsOf = ({ targets }: WitnessReport): readonly string[] =>
  targets.flatMap(({ wrongs }) => wrongs.map(({ detail }) => detail))

test('some answers of a signed zone are asked for with their proofs, and all are right', async () => {
  const report = await watch(served)
  assert.equal(wrongsOf(report), [])
  assert.is(report.totals.lost, 0)
  assert.ok(report.proven > 5 && report.proven < report.totals.sent / 2, `${report.proven} of ${report.totals.sent}`)
})

test('where nothing is signed nobody asks for proofs', async () => {
  assert.is((await watch([plain, other])).proven, 0)
})

test('signatures that go missing, and a key that is not that of the zone, are wrong answers', async () => {
  const stripped = await watch(served, ({ answer }) => {
    answer.answers = answer.answers.filter(({ type }) => type !== 'RRSIG')
  })
  assert.match(wrongsOf(stripped)[0] ?? '', /^ns1\.\d+: \S+ \S+ has no signature/)
  const another = await readSignedZone(plain)
  assert.match(wrongsOf(await watch([another, other]))[0] ?? '', /is by key \d+, which the zone does not publish/)
})

test.run()
