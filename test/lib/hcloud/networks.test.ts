import { suite } from 'uvu'
import { addCases } from './cases.ts'
import { fault, json, page } from './scripted-server.ts'

const networks = suite('networks')
const labels = { project: 'dns' }

await addCases(networks, {
  'networks.create': {
    script: [['POST /networks', json(201, { network: { id: 5 } })]],
    use: (hcloud) =>
      hcloud.networks.create({
        name: 'dns',
        ip_range: '10.0.0.0/16',
        subnets: [{ type: 'cloud', network_zone: 'eu-central' }],
      }),
    result: { id: 5 },
    body: { name: 'dns', ip_range: '10.0.0.0/16', subnets: [{ type: 'cloud', network_zone: 'eu-central' }] },
  },
  'networks.create adopts what a lost answer made': {
    script: [
      ['POST /networks', fault('cut')],
      ['GET /networks?name=dns&page=1&per_page=50', page('networks', [{ id: 5, labels }])],
    ],
    use: (hcloud) => hcloud.networks.create({ name: 'dns', ip_range: '10.0.0.0/16', labels }),
    result: { id: 5, labels },
  },
})

networks.run()
