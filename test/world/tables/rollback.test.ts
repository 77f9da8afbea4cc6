import { prepared, requireRun } from '../prepared.ts'
import { generationsIn } from '../standing.ts'
import { testTable } from '../table.ts'

await testTable({
  name: 'rollback',
  flags: {},
  prepare: async (fast) => {
    await prepared(fast)
    await requireRun(fast, 'deploy', { keepOld: true })
  },
  isBackAndForth: true,
  leads: 'answers',
  servers: ['lb1', 'lb2', 'ns1', 'ns1-old', 'ns2', 'ns2-old'],
  // neither exit code nor text says yet where traffic is
  open: /^(?!Rename back: Protect).*it fails$/,
  isDone: (before, after) => Number(generationsIn(after)[0]) < Number(generationsIn(before)[0]),
})
