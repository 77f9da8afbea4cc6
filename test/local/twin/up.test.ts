import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { query } from '../../../lib/dns/query.ts'
import { runOrFail } from '../../../local/host/run.ts'
import { layoutOf } from '../../../local/layout.ts'
import { isAptCache } from '../../../local/twin/apt-cache.ts'
import { isCloud } from '../../../local/twin/cloud.ts'
import { downSteps } from '../../../local/twin/down.ts'
import { isInternet, isInternetDaemon } from '../../../local/twin/internet.ts'
import { findLeftovers } from '../../../local/twin/leftovers.ts'
import { findProcesses } from '../../../local/twin/processes.ts'
import { getTwin } from '../../../local/twin/record.ts'
import { runSteps, type TwinStep } from '../../../local/twin/steps.ts'
import { upSteps } from '../../../local/twin/up.ts'

// A real twin without machines, next to any other that runs; each test finds it as the one before left it.
const test = suite('local/twin/up')

const stateDir = await mkdtemp(path.join(tmpdir(), 'twin-test-'))
const layout = layoutOf(stateDir, 1)

const runQuietly = (steps: readonly TwinStep[]): Promise<void> => runSteps(steps, { say: () => {} })
const up = (): Promise<void> => runQuietly(upSteps({ stateDir }))
const down = async (): Promise<void> => runQuietly(await downSteps({ stateDir }))

const clean = async (): Promise<void> => {
  await down()
  await rm(stateDir, { recursive: true, force: true })
}
test.after(clean)
process.once('SIGTERM', () => void clean().finally(() => process.exit(1)))

const readEnvironment = async (): Promise<Record<string, string>> => {
  const lines = (await readFile(path.join(stateDir, 'twin.env'), 'utf8')).trim().split('\n')
  return Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string]))
}

const statusOf = async (url: string, token = ''): Promise<number> =>
  (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status

const cloudStatus = async (): Promise<number> => {
  const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = await readEnvironment()
  return statusOf(`${HCLOUD_ENDPOINT}/locations`, HCLOUD_TOKEN)
}

const registrarStatus = async (): Promise<number> => {
  const { REGISTRAR_ENDPOINT, REGISTRAR_TOKEN } = await readEnvironment()
  return statusOf(`${REGISTRAR_ENDPOINT}/domains`, REGISTRAR_TOKEN)
}

/** Whether a client of the resolver is led from the root to the parent zone. */
const resolves = async (): Promise<boolean> => {
  const { resolver } = (await getTwin(stateDir)).layout.internet
  const question = { name: 'test.', type: 'SOA', transport: 'udp', rd: true } as const
  const replies = await Promise.all(
    [resolver.ipv4, resolver.ipv6].map((address) => query({ address, port: 53 }, question)),
  )
  return replies.every((reply) => reply.kind === 'answered' && reply.serial !== null)
}

const endHard = async (recognise: (argv: readonly string[]) => boolean): Promise<void> => {
  const pids = await findProcesses(recognise)
  assert.is(pids.length, 1)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}

const readProcesses = (): Promise<unknown> =>
  Promise.all([isCloud, isInternet, isAptCache].map((recognise) => findProcesses(recognise(layout))))

test('brings up a cloud and an internet, whose environment file only its owner can read', async () => {
  await up()
  const { HCLOUD_ENDPOINT, INFRA_SSH_KEY, REGISTRAR, REGISTRAR_ENDPOINT, DNS_ROOT_SERVERS } = await readEnvironment()
  assert.is(await cloudStatus(), 200)
  assert.is(await statusOf(`${HCLOUD_ENDPOINT}/locations`, 'wrong'), 401)
  assert.is(REGISTRAR, 'twin')
  assert.is(await registrarStatus(), 200)
  assert.is(await statusOf(`${REGISTRAR_ENDPOINT}/domains`, 'wrong'), 401)
  assert.match(DNS_ROOT_SERVERS ?? '', /^198\.19\.\d+\.10,2001:2:0:[89a-f][\da-f]00::10$/)
  assert.ok(await resolves())
  assert.match(await readFile(INFRA_SSH_KEY ?? '', 'utf8'), /^ssh-ed25519 /)
  assert.is((await stat(path.join(stateDir, 'twin.env'))).mode & 0o777, 0o600)
})

test('nothing leads out of the little internet', async () => {
  const routes = ['-4', '-6'].map((family) =>
    runOrFail(['ip', family, '-n', layout.internet.namespace, 'route', 'show', 'default']),
  )
  assert.equal(await Promise.all(routes), ['', ''])
})

/** A link that was laid anew has another number. */
const readLinks = (): Promise<readonly string[]> =>
  Promise.all([
    runOrFail(['ip', '-oneline', 'link', 'show', 'dev', layout.namespace]),
    runOrFail(['ip', '-n', layout.namespace, '-oneline', 'link', 'show']),
  ])

test('run again, changes nothing', async () => {
  const before = [await readEnvironment(), await readProcesses(), await readLinks()]
  await up()
  assert.equal([await readEnvironment(), await readProcesses(), await readLinks()], before)
})

test('keeps the backend it has, and says so when another is asked for', async () => {
  const refusal = await runQuietly(upSteps({ stateDir, backend: { kind: 'vagrant' } })).catch((error: unknown) => error)
  assert.match(String(refusal), 'The machines of this twin are made with nspawn')
  assert.is(await cloudStatus(), 200)
})

test('run again after all its processes died, restores them at the same addresses', async () => {
  const before = await readEnvironment()
  await endHard(isCloud(layout))
  await endHard(isInternetDaemon(layout))
  await endHard(isAptCache(layout))
  await up()
  assert.equal(await readEnvironment(), before)
  assert.equal([await cloudStatus(), await registrarStatus(), await resolves()], [200, 200, true])
})

test('run again, lays the link to the little internet anew when it or its namespace is gone', async () => {
  await runOrFail(['ip', '-n', layout.namespace, 'link', 'del', 'internet'])
  await up()
  assert.ok(await resolves())
  await runOrFail(['ip', 'netns', 'del', layout.internet.namespace])
  await up()
  assert.equal([await registrarStatus(), await resolves()], [200, true])
})

test('run again, has the addresses that an earlier version did not give it', async () => {
  const { bindResolver } = (await getTwin(stateDir)).layout.internet
  await runOrFail(['ip', '-n', layout.internet.namespace, 'addr', 'del', `${bindResolver.ipv4}/24`, 'dev', 'twin'])
  await up()
  const question = { name: 'test.', type: 'SOA', transport: 'udp', rd: true } as const
  assert.is((await query({ address: bindResolver.ipv4, port: 53 }, question)).kind, 'answered')
})

for (const count of [2, 4, 5, 6]) {
  test(`goes on after a run that ended after ${count} of its steps`, async () => {
    await down()
    await runQuietly(upSteps({ stateDir }).slice(0, count))
    await up()
    assert.equal([await cloudStatus(), await registrarStatus(), await resolves()], [200, 200, true])
  })
}

test('down leaves nothing but what somebody else put there, and is fine with nothing to do', async () => {
  await writeFile(path.join(stateDir, 'notes.txt'), 'mine')
  await down()
  assert.equal(await findLeftovers(layout), [])
  assert.is(await readFile(path.join(stateDir, 'notes.txt'), 'utf8'), 'mine')
  await down()
})

test('down removes a twin whose records are gone', async () => {
  await up()
  await rm(path.join(stateDir, 'twin.json'))
  assert.ok((await findLeftovers(layout)).length > 3)
  await down()
  assert.equal(await findLeftovers(layout), [])
})

test('down ends the servers of an internet whose daemon was killed and whose namespace is gone', async () => {
  await up()
  await endHard(isInternetDaemon(layout))
  await runOrFail(['ip', 'netns', 'del', layout.internet.namespace])
  assert.is((await findProcesses(isInternet(layout))).length, 5)
  await down()
  assert.equal(await findLeftovers(layout), [])
})

test.run()
