import { killedBefore, prepared } from '../prepared.ts'
import { hasMoved } from '../standing.ts'
import { testTable } from '../table.ts'

await testTable({
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
  // the exit code does not say yet that glue points at new lbs
  open: /^(Wait|Change the glue of ns2|Begin to drain|Rename the lbs|Remove the old lbs).*it fails$/,
  isDone: (before, after) => hasMoved(before, after, 'glue'),
})
