import { testTable } from '../table.ts'

await testTable({
  title: 'bootstrap-infra',
  name: 'bootstrap',
  flags: { register: true },
  prepare: async () => undefined,
  leads: undefined,
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: () => true,
})
