import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findMarked } from '../../../local/machines/vagrant/orphans.ts'
import { downSteps } from '../../../local/twin/down.ts'
import { runSteps, type TwinStep } from '../../../local/twin/steps.ts'
import { upSteps } from '../../../local/twin/up.ts'

const test = suite('local/twin with libvirt')

const stateDir = await mkdtemp(path.join(tmpdir(), 'twin-test-'))

const runQuietly = (steps: readonly TwinStep[]): Promise<void> => runSteps(steps, { say: () => {} })

const clean = async (): Promise<void> => {
  await runQuietly(await downSteps({ stateDir }))
  await rm(stateDir, { recursive: true, force: true })
}
test.after(clean)
process.once('SIGTERM', () => void clean().finally(() => process.exit(1)))

// down itself fails when it finds anything left
test('a twin in which no machine was made goes with its libvirtd', async () => {
  await runQuietly(upSteps({ stateDir, backend: { kind: 'vagrant', provider: 'libvirt' } }))
  assert.ok((await findMarked(stateDir)).length > 0, 'libvirtd runs')
  await runQuietly(await downSteps({ stateDir }))
  assert.equal(await findMarked(stateDir), [])
})

test.run()
