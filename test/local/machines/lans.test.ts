import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runOrFail, runShell } from '../../../local/host/run.ts'
import { layoutOf } from '../../../local/layout.ts'
import { lansOf, raiseLans } from '../../../local/machines/lans.ts'

const test = suite('local/machines/lans')

test('the gateway keeps its MAC address while machines with lower ones come and go', async () => {
  const layout = layoutOf(`/nowhere/${process.pid}`, 1)
  const { publicBridge } = lansOf(layout)
  const ip = (...args: readonly string[]): Promise<string> => runOrFail(['ip', '-n', layout.namespace, ...args])
  const macOf = async (link: string): Promise<string> => JSON.parse(await ip('-j', 'link', 'show', link))[0].address
  await runOrFail(['ip', 'netns', 'add', layout.namespace])
  try {
    await runShell(raiseLans(layout, 'vagrant'))
    const before = await macOf(publicBridge)
    await ip('link', 'add', 'name', 'port', 'address', '00:00:00:00:00:05', 'type', 'veth', 'peer', 'name', 'card')
    await ip('link', 'set', 'port', 'master', publicBridge)
    assert.is(await macOf('port'), '00:00:00:00:00:05')
    assert.is(await macOf(publicBridge), before)
    await ip('link', 'del', 'port')
    assert.is(await macOf(publicBridge), before)
  } finally {
    await runOrFail(['ip', 'netns', 'del', layout.namespace])
  }
})

test.run()
