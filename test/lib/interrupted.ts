import { createCommand, runCommand } from '../../lib/cli.ts'
import { runProgram } from '../../lib/outside/program.ts'
import { runPhase } from '../../lib/tasks/tree.ts'
import { createFakeWorld } from './tasks/fake-world.ts'

// A script in the middle of a step that takes long, drawn as a tree, while a program of its own runs: for interrupt.test.ts.
const command = createCommand({ name: 'interrupted', summary: '', examples: [] }).requiredOption('--sleep <seconds>')

await runCommand(command, async ({ sleep }) => {
  const fake = await createFakeWorld({ loopback: '127.85.1.0/24' })
  await fake.addServer('ns1-next', 200)
  const steps = [{ kind: 'await-server', server: 'ns1-next' } as const]
  void runProgram(['sleep', sleep])
  await runPhase(fake.world, { key: 'create', title: 'Create', tracks: [steps], movesTraffic: true }, 'tree')
  return 0
})
