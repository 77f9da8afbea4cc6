import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { createHcloud } from '../../../lib/hcloud/client.ts'
import { withLock } from '../../../lib/lock.ts'
import { deploy } from '../../../lib/operations/deploy.ts'
import { rollback } from '../../../lib/operations/rollback.ts'
import { runOperation } from '../../../lib/tasks/operate.ts'
import { startCloud } from '../../../local/cloud/serve.ts'
import { createFakeMachines } from '../../../local/machines/fake.ts'
import { startScript } from '../../scripts/command.ts'
import { errorOf } from '../error-of.ts'
import { createFakeWorld } from './fake-world.ts'

const operates = suite('lib/tasks/operate')

const directory = mkdtempSync(path.join(tmpdir(), 'operate-'))
operates.after(() => rmSync(directory, { recursive: true }))

operates(
  'interrupted before it has begun, while it waits for another run, it says that nothing was changed',
  async () => {
    const cloud = await startCloud({
      machines: createFakeMachines(),
      pools: { ipv4: '198.18.1.0/24', ipv6: '2001:2:0:100::/56' },
      timing: { minMs: 1, maxMs: 5 },
    })
    const key = path.join(directory, 'id.pub')
    const envFile = path.join(directory, 'cloud.env')
    writeFileSync(key, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFm1 me@here\n')
    writeFileSync(envFile, `HCLOUD_TOKEN=t\nHCLOUD_ENDPOINT=${cloud.endpoint}\nINFRA_SSH_KEY=${key}\n`)
    const lock = {
      hcloud: createHcloud({ endpoint: cloud.endpoint, token: 't' }),
      clock: systemClock,
      project: 'example',
      operation: 'another',
      waitMs: 0,
      signal: new AbortController().signal,
      say: () => undefined,
    }
    try {
      await withLock(lock, async () => {
        const script = startScript('bootstrap-infra', ['--env-file', envFile, '--yes', '--lock-wait', '60'])
        await script.saw(/Waits: another is at work/)
        process.kill(script.pid, 'SIGINT')
        const { code, stderr } = await script.ended
        assert.is(code, 130, stderr)
        assert.match(stderr, /interrupted\n {2}Nothing was changed\. Run the same command again\./)
      })
    } finally {
      await cloud.close()
    }
  },
)

operates('an operation runs in whatever world it is given, and what its planner refuses is its failure', async () => {
  const fake = await createFakeWorld()
  const { settings } = fake.world
  const pairs = ['ns1', 'ns2'].map((name) => ({
    location: 'fsn1',
    hostname: `${name}.example.test`,
    formerHostnames: [],
    serverTypes: ['cpx22'],
  }))
  const sources = path.resolve(import.meta.dirname, '../../..')
  const world = { ...fake.world, settings: { ...settings, sources, config: { ...settings.config, pairs } } }
  try {
    for (const [operation, refused] of [
      [deploy, 'lb1 does not exist'],
      [rollback, 'There is nothing warm to go back to, and no commit of the generation before is on record'],
    ] as const) {
      const { message, exitCode } = await errorOf(
        runOperation(world, operation, { lockWait: 0 }, fake.interrupt.signal),
      )
      assert.equal([message, exitCode], [refused, 1])
    }
  } finally {
    await fake.close()
  }
})

operates.run()
