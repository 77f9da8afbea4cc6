import { readFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runOrFail } from '../../../local/host/run.ts'
import { trustAnchorFile } from '../../../local/internet/keys.ts'
import { isInternet } from '../../../local/twin/internet.ts'
import { findProcesses } from '../../../local/twin/processes.ts'
import { createRig } from './rig.ts'

// A signed root and what is below it, judged by delv; each test finds it as the one before left it.
const test = suite('local/internet/validation')

const rig = await createRig()
const { layout } = rig
const { resolver } = layout.internet
test.after(rig.stop)

/** What delv(1) concludes by itself; it says so in words alone. */
const judgeAt = async (address: string, ...question: readonly string[]): Promise<string> => {
  const anchor = trustAnchorFile(layout.stateDir)
  const said = await runOrFail(['delv', '-a', anchor, '+root=.', `@${address}`, ...question])
  return /^; (.*validated|unsigned answer)$/m.exec(said)?.[1] ?? said
}

test('root and parent are proven to whoever has the trust anchor, and so is what is not there', async () => {
  await rig.start()
  for (const question of [
    ['.', 'SOA'],
    ['test', 'DNSKEY'],
    ['b.nic.test', 'AAAA'],
  ])
    assert.is(await judgeAt(resolver.ipv4, ...question), 'fully validated')
  assert.is(await judgeAt(resolver.ipv4, 'nobody.test', 'A'), 'negative response, fully validated')
})

test('killed and started again, has the same keys', async () => {
  const readAnchor = (): Promise<string> => readFile(trustAnchorFile(layout.stateDir), 'utf8')
  const before = await readAnchor()
  for (const pid of await findProcesses(isInternet(layout))) process.kill(pid, 'SIGKILL')
  await rig.start()
  assert.is(await readAnchor(), before)
  assert.is(await judgeAt(resolver.ipv4, 'test', 'SOA'), 'fully validated')
})

test.run()
