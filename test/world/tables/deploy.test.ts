import { prepared } from '../prepared.ts'
import { generationsIn } from '../standing.ts'
import { testTable } from '../table.ts'

await testTable({
  title: 'deploy-infra',
  name: 'deploy',
  flags: {},
  prepare: prepared,
  leads: 'answers',
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: (before, after) => Number(generationsIn(after)[0]) > Number(generationsIn(before)[0]),
})
