import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileZones } from '../../../lib/zones/compile.ts'
import { compileZonesOnce } from '../../../lib/zones/compile-once.ts'
import { example2Zone, hosts, serial, withZoneFiles } from './fixture.ts'

const once = suite('lib/zones/compile-once')

once('the same files, serial and hosts are compiled once, also when asked for side by side', () =>
  withZoneFiles({ 'example2.test.zone': example2Zone }, async (folder) => {
    const [one, other] = await Promise.all([
      compileZonesOnce({ folder, serial, hosts }),
      compileZonesOnce({ folder, serial, hosts }),
    ])
    assert.is(one, other)
    assert.is(await compileZonesOnce({ folder, serial, hosts: [...hosts] }), one)
  }),
)

once('with another serial they are what they would be if they were compiled anew', () =>
  withZoneFiles({ 'example2.test.zone': example2Zone }, async (folder) => {
    await compileZonesOnce({ folder, serial, hosts })
    const later = await compileZonesOnce({ folder, serial: serial + 1, hosts })
    assert.equal(later, await compileZones({ folder, serial: serial + 1, hosts }))
    assert.is(await compileZonesOnce({ folder, serial: serial + 1, hosts }), later)
    await compileZonesOnce({ folder, serial: 0, hosts }).then(
      () => assert.unreachable('compiled'),
      (error: Error) => assert.match(error.message, /0 cannot be an SOA serial/),
    )
  }),
)

once('what was edited or failed is compiled anew', () =>
  withZoneFiles({ 'example2.test.zone': example2Zone }, async (folder) => {
    const before = await compileZonesOnce({ folder, serial, hosts })
    const file = path.join(folder, 'example2.test.zone')
    await appendFile(file, 'new A 192.0.2.9\nnew CNAME @\n')
    await compileZonesOnce({ folder, serial, hosts }).then(
      () => assert.unreachable('compiled'),
      (error: Error) => assert.match(error.message, /example2\.test\.zone/),
    )
    await withZoneFiles({ 'example2.test.zone': `${example2Zone}new A 192.0.2.9\n` }, async (mended) => {
      const after = await compileZonesOnce({ folder: mended, serial, hosts })
      assert.is(after[0]?.rrsets.length, (before[0]?.rrsets.length ?? 0) + 1)
    })
  }),
)

once.run()
