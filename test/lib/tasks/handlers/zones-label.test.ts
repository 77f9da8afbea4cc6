import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withZonesLabel } from '../../../../lib/tasks/handlers/zones-label.ts'
import { getServer } from '../../../../lib/tasks/servers.ts'
import { hashArtefact, hashKeys, hashZones } from '../../../../lib/zones/hash.ts'
import { createFakeWorld, type FakeWorld } from '../fake-world.ts'

const test = suite('lib/tasks/handlers/zones-label')

const withFiles = async (use: (fake: FakeWorld) => Promise<void>): Promise<void> => {
  const fake = await createFakeWorld({ zones: { 'example.test.zone': '; one\n' } })
  try {
    await fake.addServer('ns1-next', 200)
    await use(fake)
  } finally {
    await fake.close()
  }
}

test('a nameserver that was ordered for other zone files is labelled with those that it gets', () =>
  withFiles(async ({ world, zonesFolder }) => {
    const ordered = await getServer(world, 'ns1-next')
    const soa = { name: 'example.test.', type: 'SOA', ttl: 7200, rdata: ['an SOA record'], octets: 20 }
    const published = { ...soa, type: 'DNSKEY', ttl: 3600, rdata: ['a key'] }
    const finished = [
      {
        origin: 'example.test.',
        serial: 200,
        text: 'finished',
        rrsets: [soa],
        signing: { published, signers: [1], expires: undefined },
      },
    ]
    assert.is(await withZonesLabel(world, [ordered], async () => finished), finished)
    const labelled = await getServer(world, 'ns1-next')
    assert.equal(labelled, {
      ...ordered,
      zones: await hashZones(zonesFolder),
      content: hashArtefact(finished),
      keys: hashKeys(new Map([['example.test.', ['a key']]])),
      ttlSeconds: 7200,
    })
  }))

test('files that change while they are compiled are refused', () =>
  withFiles(async ({ world, zonesFolder }) => {
    const edit = async () => {
      writeFileSync(path.join(zonesFolder, 'example.test.zone'), '; two\n')
      return []
    }
    try {
      await withZonesLabel(world, [await getServer(world, 'ns1-next')], edit)
      assert.unreachable()
    } catch (error) {
      assert.match(String(error), /changed while they were compiled/)
    }
  }))

test.run()
