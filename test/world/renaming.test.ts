import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { query } from '../../lib/dns/query.ts'
import { prepared, requireRun } from './prepared.ts'
import { createFastWorld } from './world.ts'

// A nameserver gets another host name: the old one is there for whoever still knows it.
const test = suite('world/renaming')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())

const addressOf = async (name: string): Promise<readonly string[]> => {
  const lb = (await fast.servers()).find((one) => one.name === 'lb1')
  const question = { name, type: 'A', transport: 'udp' } as const
  const reply = await query({ address: lb?.public_net.ipv4?.ip ?? '', port: 53 }, question, { timeoutMs: 500 })
  return reply.kind === 'answered' ? reply.answers.map(({ rdata }) => rdata) : [reply.kind]
}

const named = (hostname: string, formerHostnames: readonly string[]) =>
  fast.changePair(1, { hostname, formerHostnames: [...formerHostnames] })

/** By hand: no program removes a nameserver there. */
const putInPlace = (old: string, fresh: string): void => {
  const call = (host: string): string => (host === old ? fresh : host)
  fast.internet.register(
    new Map(
      [...fast.internet.registered()].map(([name, { nameservers, hosts }]) => [
        name,
        {
          nameservers: nameservers.map(call),
          hosts: new Map([...hosts].map(([host, addresses]) => [call(host), addresses])),
        },
      ]),
    ),
  )
}

test('as long as parents name it, a deployment that takes its address away is refused, and says what to do', async () => {
  await prepared(fast)
  const before = await addressOf('ns1.example.test')
  await named('dns1.example.test', [])
  const { exitCode, stderr } = await fast.run('deploy', { flags: { acceptZone: 'example.test' } })
  assert.is(exitCode, 1, stderr)
  assert.match(stderr, /zones would not have the address of a nameserver any more, and parents still lead there:/)
  assert.match(stderr, /a\.nic\.test \(.*\) names ns1\.example\.test\. for example\.test\./)
  assert.match(stderr, /`formerHostnames`/)
  assert.equal(await addressOf('ns1.example.test'), before)
})

test('with it as a former name both lead to the same addresses, and the new one is registered', async () => {
  const before = await addressOf('ns1.example.test')
  await named('dns1.example.test', ['ns1.example.test'])
  await requireRun(fast, 'deploy', { acceptZone: 'example.test' })
  assert.equal(await addressOf('ns1.example.test'), before)
  assert.equal(await addressOf('dns1.example.test'), before)
  await named('dns1.example.test', [])
  assert.is((await fast.run('deploy', {})).exitCode, 1)
  await named('dns1.example.test', ['ns1.example.test'])
  const { stdout } = await fast.run('bootstrap', {})
  assert.match(stdout, new RegExp(`Register this glue[\\s\\S]*dns1\\.example\\.test +${before[0]}`))
  putInPlace('ns1.example.test', 'dns1.example.test')
})

test('once no parent names the old one, zones go without it', async () => {
  await named('dns1.example.test', [])
  await requireRun(fast, 'deploy', {})
  assert.equal(await addressOf('ns1.example.test'), [])
  await requireRun(fast, 'rotate', { wait: true })
})

test.run()
