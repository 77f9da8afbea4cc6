import { prepared, requireRun } from '../prepared.ts'
import { generationsIn } from '../standing.ts'
import { testTable } from '../table.ts'

await testTable({
  title: 'rollback-infra',
  name: 'rollback',
  flags: {},
  prepare: async (fast) => {
    await prepared(fast)
    await requireRun(fast, 'deploy', { keepOld: true })
  },
  isBackAndForth: true,
  leads: 'answers',
  servers: ['lb1', 'lb2', 'ns1', 'ns1-old', 'ns2', 'ns2-old'],
  isDone: (before, after) => Number(generationsIn(after)[0]) < Number(generationsIn(before)[0]),
})
