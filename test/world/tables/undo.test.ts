import { killedBefore, prepared } from '../prepared.ts'
import { generationsIn } from '../standing.ts'
import { testTable } from '../table.ts'

await testTable({
  title: 'rollback-infra, of an unfinished deployment',
  name: 'rollback',
  flags: {},
  // every lb sends to the new nameservers, and names have not changed yet
  prepare: async (fast) => {
    await prepared(fast)
    await killedBefore(fast, 'deploy', 'Rename, retire the idle colours')
  },
  isBackAndForth: true,
  leads: 'answers',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (before, after) => Number(generationsIn(after)[0]) < Number(generationsIn(before)[0]),
})
