import { prepared } from '../prepared.ts'
import { testTable } from '../table.ts'

await testTable({
  name: 'update',
  flags: {},
  prepare: async (fast) => {
    await prepared(fast)
    fast.release('nginx 2')
  },
  leads: 'releases',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (_before, { releases }) => Object.values(releases).every((release) => release === 'nginx 2'),
  // taken for where it was, although this lb or the one before has moved
  open: /^(Retire the idle colour of lb1|(Configure|Stage|Switch|Retire the idle colour of) lb2): .*it fails$/,
})
