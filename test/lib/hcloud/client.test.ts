import { inspect } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addCases } from './cases.ts'
import { clientFor, page, token } from './scripted-server.ts'

const client = suite('client')

await addCases(client, {
  'locations.list': {
    script: [['GET /locations?page=1&per_page=50', page('locations', [{ id: 1 }])]],
    use: (hcloud) => hcloud.locations.list(),
    result: [{ id: 1 }],
  },
  'serverTypes.find': {
    script: [['GET /server_types?name=cpx22&page=1&per_page=50', page('server_types', [{ id: 109 }])]],
    use: (hcloud) => hcloud.serverTypes.find('cpx22'),
    result: { id: 109 },
  },
})

client('keeps the token to itself', () => {
  const { hcloud } = clientFor('http://127.0.0.1:1/v1')
  assert.not.match(inspect(hcloud, { depth: 20, showHidden: true }), token)
})

client.run()
