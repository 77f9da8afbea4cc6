import { killedBefore, prepared } from '../prepared.ts'
import { hasMoved } from '../standing.ts'
import { testTable } from '../table.ts'

await testTable({
  title: 'rotate-lbs, from the glue on',
  name: 'rotate',
  flags: { wait: true },
  // new lbs and nameservers are there already
  prepare: async (fast) => {
    await prepared(fast)
    await killedBefore(fast, 'rotate', 'Check the delegation')
  },
  isBackAndForth: true,
  leads: 'glue',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (before, after) => hasMoved(before, after, 'glue'),
})
