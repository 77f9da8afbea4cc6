import { killedBefore, prepared } from '../prepared.ts'
import { generationsIn } from '../standing.ts'
import { testTable, withoutPreparation } from '../table.ts'

await testTable({
  title: 'rotate-lbs --abandon',
  name: 'rotate',
  flags: { abandon: true, wait: true },
  // zones name the new lbs, and glue does not
  prepare: async (fast) => {
    await prepared(fast)
    await killedBefore(fast, 'rotate', 'Check the delegation')
  },
  phases: withoutPreparation,
  isBackAndForth: true,
  leads: 'answers',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (before, after) => Number(generationsIn(after)[0]) > Number(generationsIn(before)[0]),
})
