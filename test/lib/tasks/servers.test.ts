import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lbsInService, listServers } from '../../../lib/tasks/servers.ts'
import { createFakeWorld } from './fake-world.ts'

const servers = suite('lib/tasks/servers')

const { world, addServer, close } = await createFakeWorld()
servers.after(close)

const namesOf = (some: readonly { readonly name: string }[]): readonly string[] => some.map(({ name }) => name)

servers('come in the order of their names, whatever the order they were made in', async () => {
  for (const [index, name] of ['lb10', 'lb2-next', 'ns1', 'lb1-old', 'lb2', 'lb1'].entries()) {
    await addServer(name, 100 + index)
  }
  const found = await listServers(world)
  assert.equal(namesOf(found), ['lb1', 'lb1-old', 'lb2', 'lb2-next', 'lb10', 'ns1'])
  assert.equal(namesOf(lbsInService(found)), ['lb1', 'lb1-old', 'lb2', 'lb10'])
})

servers.run()
