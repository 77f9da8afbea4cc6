import { setTimeout as delay } from 'node:timers/promises'
import { createCommand, runCommand } from '../../../lib/cli.ts'
import type { Pulse } from '../../../lib/report/pulse.ts'
import { displayFor } from '../../../lib/tasks/renderer.ts'
import { runPhase } from '../../../lib/tasks/tree.ts'
import type { RunWorld } from '../../../lib/tasks/world.ts'
import { createFakeWorld } from './fake-world.ts'

// A phase of so many renames, of which each takes two seconds and more, while a witness asks: for footer.test.ts.
const command = createCommand({ name: 'drawn', summary: '', examples: [] }).option('--steps <count>', '', Number, 1)

const recent = {
  p50Ms: 0.41,
  p99Ms: 3.14,
  seconds: Array.from({ length: 60 }, (_, index) => ({ p99Ms: index % 8, isBad: index === 58 })),
}

await runCommand(command, async ({ steps }) => {
  const fake = await createFakeWorld()
  const names = Array.from({ length: steps }, (_, index) => `ns${index + 1}`)
  await Promise.all(names.map((name) => fake.addServer(`${name}-next`, 200)))
  let looks = 0
  const pulse = (): Pulse => {
    looks += 1
    return { asked: 12_000 + 345 * looks, lost: 0, wrong: 1, recent }
  }
  const { hcloud, witness } = fake.world
  const find: RunWorld['hcloud']['servers']['find'] = async (name) => {
    await delay(1200)
    return hcloud.servers.find(name)
  }
  const world = {
    ...fake.world,
    hcloud: { ...hcloud, servers: { ...hcloud.servers, find } },
    witness: { ...witness, pulse },
    estimate: { work: { ms: 12_000, runs: 3, phases: [{ title: 'Rename', ms: 12_000 }] }, waitsMs: {} },
  }
  const tracks = names.map((name) => [{ kind: 'rename-server', server: `${name}-next`, to: name } as const])
  await runPhase(
    world,
    { key: 'rename', title: 'Rename', tracks, movesTraffic: true },
    displayFor({ json: false, verbose: false }),
  )
  await fake.close()
  return 0
})
