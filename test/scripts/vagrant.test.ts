import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertSays, expectScript } from './command.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { startTwin, type Twin } from './twin.ts'

const deploys = suite('scripts/deploy-infra on machines of Vagrant')

let twin: Twin
let fleet: Fleet
deploys.before(async () => {
  twin = await startTwin('--backend', 'vagrant', '--provider', 'lxc')
  fleet = createFleet(twin)
})
deploys.after(async () => twin?.down())

deploys('bootstrap makes everything from nothing', async () => {
  await expectScript(0, 'bootstrap-infra', ['--env-file', twin.envFile, '--yes'])
  assert.equal(await fleet.namesOfServers(), ['lb1', 'lb2', 'ns1', 'ns2'])
  await fleet.everyAnswerIsOf(await fleet.generationOf('ns1'))
})

// the script itself fails when its witness saw a query lost
deploys('a whole deployment replaces the nameservers and loses nothing', async () => {
  const before = await fleet.generationOf('ns1')
  const { stdout } = await expectScript(0, 'deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete'])
  assertSays(stdout, /The witness asked all the while/)
  await fleet.assertReplaced(before)
})

deploys.run()
