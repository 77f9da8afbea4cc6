import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { authorityOf } from '../../../lib/zones/authority.ts'
import { createFollower } from '../../../lib/zones/chain.ts'
import { compileZones } from '../../../lib/zones/compile.ts'
import { example2Zone, exampleZone, hosts, serial, withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/chain')

const files = {
  'example.test.zone': `${exampleZone}
one CNAME two
two CNAME mail
made CNAME x.wild
moved DNAME ent
viamoved CNAME deep.moved
away CNAME back.example2.test.
delegated CNAME x.sub
nowhere CNAME missing
outside CNAME elsewhere.invalid.
`,
  'example2.test.zone': `${example2Zone}back CNAME mail.example.test.\n`,
}
const zones = await withZoneFiles(files, (folder) => compileZones({ folder, serial, hosts }))
const follow = createFollower(zones.map((zone) => authorityOf(zone, zones)))

const short = (name: string): string => name.replace('.example.test.', '')

for (const [name, answer, others, inZone] of [
  ['mail', ['mail A'], [], 1],
  ['one', ['one CNAME', 'two CNAME', 'mail A'], [], 3],
  ['made', ['made CNAME', 'x.wild A'], [], 2],
  ['viamoved', ['viamoved CNAME', 'moved DNAME', 'deep.moved CNAME', 'deep.ent A'], [], 3],
  ['away', ['away CNAME', 'back.example2.test. CNAME', 'mail A'], [], 1],
  ['delegated', ['delegated CNAME'], ['sub NS', 'ns.sub A'], 2],
  ['nowhere', ['nowhere CNAME'], ['example.test. SOA'], 2],
  ['outside', ['outside CNAME'], [], 1],
] as const) {
  test(`${name} is followed to its end`, () => {
    const chain = follow(`${name}.example.test.`, 'A')
    const shown = (section: 'answer' | 'others') =>
      chain.links.flatMap((link) => link[section].map((rrset) => `${short(rrset.name)} ${rrset.type}`))
    assert.equal([shown('answer'), shown('others'), chain.inZone.length], [[...answer], [...others], inZone])
    assert.not.ok(chain.isLoop)
  })
}

test.run()
