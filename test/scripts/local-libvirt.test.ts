import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findMarked } from '../../local/machines/vagrant/orphans.ts'
import { startTwin, type Twin } from './twin.ts'

const test = suite('scripts/local-down with libvirt')

let twin: Twin | undefined
test.after(async () => twin?.down())

// local-down itself fails when it finds anything left
test('a twin in which no machine was made goes with its libvirtd', async () => {
  twin = await startTwin('--backend', 'vagrant', '--provider', 'libvirt')
  const { state } = twin
  assert.ok((await findMarked(state)).length > 0, 'libvirtd runs')
  await twin.down()
  twin = undefined
  assert.equal(await findMarked(state), [])
})

test.run()
