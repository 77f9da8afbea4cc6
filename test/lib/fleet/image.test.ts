import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { imageLabels, toFleetImage } from '../../../lib/fleet/image.ts'
import type { Image } from '../../../lib/hcloud/types.ts'

const images = suite('lib/fleet/image')

const facts = { role: 'nameserver', architecture: 'x86', recipe: 'abc', baked: 1790000000 } as const

const image = (changes: Partial<Image> = {}): Image => ({
  id: 7,
  name: null,
  description: '',
  type: 'snapshot',
  status: 'available',
  architecture: 'x86',
  os_flavor: 'debian',
  os_version: '12',
  deprecated: null,
  disk_size: 40,
  image_size: 0.4,
  labels: imageLabels('dns', facts),
  ...changes,
})

images('is known by its labels', () => {
  assert.equal(toFleetImage('dns', image()), {
    ...facts,
    id: 7,
    name: 'ns-x86-1790000000',
    diskSize: 40,
    sizeGb: 0.4,
    isReady: true,
  })
  const making = toFleetImage('dns', image({ status: 'creating', image_size: null }))
  assert.equal([making?.isReady, making?.sizeGb], [false, undefined])
})

images('is none of ours when anything else is so', () => {
  const labels = imageLabels('dns', facts)
  for (const changes of [
    { type: 'backup' },
    { architecture: 'arm' },
    { labels: {} },
    { labels: { ...labels, project: 'other' } },
    { labels: { ...labels, role: 'web' } },
    { labels: { ...labels, recipe: '' } },
    { labels: { ...labels, baked: 'yesterday' } },
  ] as const) {
    assert.is(toFleetImage('dns', image(changes)), undefined, JSON.stringify(changes))
  }
})

images.run()
