import { suite } from 'uvu'
import { addCases } from './cases.ts'
import { page } from './scripted-server.ts'

const images = suite('images')

await addCases(images, {
  'images.find needs the architecture': {
    script: [['GET /images?name=debian-12&architecture=x86&page=1&per_page=50', page('images', [{ id: 114_690_387 }])]],
    use: (hcloud) => hcloud.images.find('debian-12', 'x86'),
    result: { id: 114_690_387 },
  },
  'images.list with deprecated ones': {
    script: [['GET /images?type=system&include_deprecated=true&page=1&per_page=50', page('images', [])]],
    use: (hcloud) => hcloud.images.list({ type: 'system', includeDeprecated: true }),
    result: [],
  },
  'images.delete': {
    script: [['DELETE /images/9', { status: 204 }]],
    use: (hcloud) => hcloud.images.delete(9),
  },
})

images.run()
