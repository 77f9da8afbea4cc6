import { suite } from 'uvu'
import { addCases } from './cases.ts'
import { json } from './scripted-server.ts'

const placementGroups = suite('placement-groups')
const labels = { project: 'dns' }

await addCases(placementGroups, {
  'placementGroups.create': {
    script: [['POST /placement_groups', json(201, { placement_group: { id: 8 }, action: null })]],
    use: (hcloud) => hcloud.placementGroups.create({ name: 'dns', type: 'spread', labels }),
    result: { id: 8 },
    body: { name: 'dns', type: 'spread', labels },
  },
})

placementGroups.run()
