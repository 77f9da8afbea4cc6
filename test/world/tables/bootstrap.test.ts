import { testTable } from '../table.ts'

await testTable({
  name: 'bootstrap',
  flags: { register: true },
  prepare: async () => undefined,
  leads: undefined,
  servers: ['lb1', 'lb2', 'ns1', 'ns2'],
  isDone: () => true,
  // the text does not say yet where traffic is
  open: /it fails$/,
})
