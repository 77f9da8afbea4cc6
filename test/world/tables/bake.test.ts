import { prepared, requireRun } from '../prepared.ts'
import { testTable } from '../table.ts'

await testTable({
  title: 'bake-images',
  name: 'bake',
  flags: {},
  // the third time, the first images go
  prepare: async (fast) => {
    await prepared(fast)
    await requireRun(fast, 'bake', {})
    await requireRun(fast, 'bake', {})
  },
  leads: 'answers',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (before, after) => JSON.stringify(before) === JSON.stringify(after),
})
