import { prepared } from '../prepared.ts'
import { generationsIn } from '../standing.ts'
import { testTable, withoutPreparation } from '../table.ts'

await testTable({
  title: 'rotate-lbs, until lbs are switched',
  name: 'rotate',
  flags: { wait: true },
  prepare: prepared,
  phases: (phases) =>
    withoutPreparation(
      phases.slice(
        0,
        phases.findIndex(({ title }) => title === 'Switch lb1'),
      ),
    ),
  leads: 'answers',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (before, after) => Number(generationsIn(after)[0]) > Number(generationsIn(before)[0]),
})
