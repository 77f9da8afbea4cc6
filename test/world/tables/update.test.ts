import { prepared } from '../prepared.ts'
import { testTable } from '../table.ts'

await testTable({
  title: 'update-lbs',
  name: 'update',
  flags: {},
  prepare: async (fast) => {
    await prepared(fast)
    fast.release('nginx 2')
  },
  leads: 'releases',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (_before, { releases }) => Object.values(releases).every((release) => release === 'nginx 2'),
})
