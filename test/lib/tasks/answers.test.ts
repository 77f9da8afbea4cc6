import { once } from 'node:events'
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { askWhoAnswers } from '../../../lib/tasks/answers.ts'
import { getServer, lbsInService, listServers } from '../../../lib/tasks/servers.ts'
import { ownNetwork } from '../dns/parents.ts'
import { createFakeWorld } from './fake-world.ts'

const test = suite('lib/tasks/answers')

test('however many zones there are, no more than some are asked for at a time', async () => {
  const fake = await createFakeWorld({ loopback: `${ownNetwork(82)}.0/24` })
  let open = 0
  let most = 0
  const server = createServer((socket) => {
    open += 1
    most = Math.max(most, open)
    socket.on('close', () => {
      open -= 1
    })
    socket.on('error', () => undefined)
    setTimeout(() => socket.destroy(), 20)
  })
  try {
    await fake.addServer('lb1', 100)
    server.listen(53, (await getServer(fake.world, 'lb1')).ipv4)
    await once(server, 'listening')
    const zones = Array.from({ length: 200 }, (_, index) => `zone${index}.test.`)
    const answers = await askWhoAnswers(fake.world, zones, lbsInService(await listServers(fake.world)))
    assert.is(answers.length, 400)
    assert.ok(most > 1 && most <= 64, `${most} at a time`)
  } finally {
    server.close()
    await fake.close()
  }
})

test('an lb is asked although it is not in service yet, when it is named', async () => {
  const fake = await createFakeWorld({ loopback: `${ownNetwork(83)}.0/24` })
  try {
    await fake.addServer('lb1-next', 100)
    const lb = await getServer(fake.world, 'lb1-next')
    const answers = await askWhoAnswers(fake.world, ['example.test.'], [lb])
    assert.equal(
      answers.map(({ lb: name, transport }) => [name, transport]),
      [
        ['lb1-next', 'udp'],
        ['lb1-next', 'tcp'],
      ],
    )
    assert.equal(await askWhoAnswers(fake.world, ['example.test.'], lbsInService(await listServers(fake.world))), [])
  } finally {
    await fake.close()
  }
})

test.run()
