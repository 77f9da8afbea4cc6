import { killedBefore, prepared } from '../prepared.ts'
import { generationsIn } from '../standing.ts'
import { testTable } from '../table.ts'

await testTable({
  title: 'rotate-lbs, while lbs are switched',
  name: 'rotate',
  flags: { wait: true },
  // new lbs and nameservers are there, and nothing sends to them yet
  prepare: async (fast) => {
    await prepared(fast)
    await killedBefore(fast, 'rotate', 'Switch lb1')
  },
  phases: (phases) => {
    const [from, to] = ['Switch lb1', 'Check the delegation'].map((wanted) =>
      phases.findIndex(({ title }) => title === wanted),
    )
    return phases.slice(from, to)
  },
  leads: 'answers',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (before, after) => Number(generationsIn(after)[0]) > Number(generationsIn(before)[0]),
})
