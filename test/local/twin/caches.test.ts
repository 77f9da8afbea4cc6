import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutOf } from '../../../local/layout.ts'
import { foreignDisks } from '../../../local/twin/caches.ts'

const test = suite('local/twin/caches')

const disk = (mount: string, lower: string): string =>
  `78 29 0:45 / ${mount} rw,relatime - overlay tw-m1 rw,lowerdir=${lower},upperdir=/u,workdir=/w`

test('finds the disks of other twins over an image of the cache, and no others', () => {
  const mounts = [
    disk('/state/machines/1/root', '/cache/images/debian-12-0.1'),
    disk('/other/machines/1/root', '/cache/images/debian-12-0.1'),
    disk('/third/machines/1/root', '/cache2/images/debian-12-0.1'),
    '22 29 0:21 / /proc rw - proc proc rw',
  ].join('\n')
  assert.equal(foreignDisks(layoutOf('/state', 1, '/cache'), mounts), ['/other/machines/1/root'])
})

test.run()
