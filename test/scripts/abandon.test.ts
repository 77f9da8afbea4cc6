import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../lib/clock.ts'
import { query } from '../../lib/dns/query.ts'
import type { Registrar } from '../../lib/registrar/driver.ts'
import { createRegistrar } from '../../lib/registrar/registrar.ts'
import { addressesOf } from '../../lib/tasks/servers.ts'
import { getTwin } from '../../local/twin/record.ts'
import { type Checkout, createHastyCheckout } from './checkout.ts'
import { assertSays, expectCode, type Outcome, type RunningScript, startScript } from './command.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { assertNothingLost, ofIpv4, startLoads } from './load.ts'
import { startResolverStream } from './resolver-stream.ts'
import { startTwin, type Twin } from './twin.ts'

const abandons = suite('scripts/rotate-lbs --abandon on real machines and a little internet')

const queriesPerSecond = 300
const resolverQueriesPerSecond = 50
const domain = 'example.test'

const scratch = mkdtempSync(path.join(tmpdir(), 'abandon-'))
let twin: Twin
let fleet: Fleet
let laptop: Checkout
let registrar: Registrar
/** As the twin's own, but nobody can tell the registrar anything: a rotation ends where a person has to change the glue. */
let byHand: string
/** What glue and zones say before any rotation, by host name. */
let before: Readonly<Record<string, readonly string[]>>

abandons.before(async () => {
  twin = await startTwin()
  fleet = createFleet(twin)
  registrar = createRegistrar({ kind: 'twin', ...twin.registrar }, { clock: systemClock })
  byHand = path.join(scratch, 'by-hand.env')
  writeFileSync(byHand, readFileSync(twin.envFile, 'utf8').replace(/^REGISTRAR=.*$/m, 'REGISTRAR=manual'))
  laptop = createHastyCheckout(path.join(scratch, 'laptop'))
  await twin.registrarFault({ parentTtl: 5 })
  await start('bootstrap-infra', ['--register', '--yes'], twin.envFile).ended.then(expectCode(0))
  before = {
    'ns1.example.test': addressesOf(await fleet.machine('lb1')),
    'ns2.example.test': addressesOf(await fleet.machine('lb2')),
  }
})
abandons.after(async () => {
  await twin?.down()
  rmSync(scratch, { recursive: true, force: true })
})

const start = (name: string, args: readonly string[], envFile = byHand): RunningScript =>
  startScript(name, ['--env-file', envFile, ...args], {}, laptop.root)

const rotate = (code: number, ...args: readonly string[]): Promise<Outcome> =>
  start('rotate-lbs', ['--yes', '--yes-delete', ...args]).ended.then(expectCode(code))

/** What the zones themselves say of a host name, at every address of these lbs: one answer, or the test fails. */
const addressesInZone = async (host: string, lbs = 'lb'): Promise<readonly string[]> => {
  const seen = new Set<string>()
  for (const address of await fleet.lbAddresses(lbs)) {
    const ask = async (type: string): Promise<readonly string[]> => {
      const reply = await query({ address, port: 53 }, { name: host, type, transport: 'udp' }, { timeoutMs: 3000 })
      return reply.kind === 'answered' ? reply.answers.map(({ rdata }) => rdata) : [reply.kind]
    }
    seen.add(JSON.stringify([...(await ask('A')), ...(await ask('AAAA'))]))
  }
  assert.is(seen.size, 1, [...seen].join(' '))
  return JSON.parse([...seen][0] ?? '[]')
}

const assertTakenBack = async (): Promise<void> => {
  await fleet.assertNothingBeside()
  for (const [host, addresses] of Object.entries(before)) {
    assert.equal(await addressesInZone(host), addresses)
    assert.equal([...((await registrar.read(domain, host)) ?? [])].sort(), [...addresses].sort())
  }
  await fleet.everyAnswerIsOf(await fleet.generationOf('ns1'))
  await fleet.assertNotLocked()
  expectCode(0)(await start('status', []).ended)
}

/** Killed in the middle of it, and gone on with; the old and the new lbs answer until nobody can know the new. */
const takeBackInTwo = async (beforeTheEnd: () => Promise<void>): Promise<void> => {
  const killed = start('rotate-lbs', ['--abandon', '--yes', '--yes-delete', '--wait', '--json'])
  await killed.saw(/"kind":"switch-lb","state":"done"/)
  process.kill(killed.pid, 'SIGKILL')
  await killed.ended
  await rotate(1, '--wait').then(({ stderr }) => assertSays(stderr, /being taken back[\s\S]*rotate-lbs --abandon/))
  const script = start('rotate-lbs', ['--abandon', '--yes', '--yes-delete', '--wait', '--json'])
  await script.saw(/"kind":"await-caches","state":"started"/)
  await beforeTheEnd()
  expectCode(0)(await script.ended)
}

abandons('a rotation that ends at its first glue is taken back under load, and nothing is lost', async () => {
  await rotate(7, '--no-wait')
  assert.equal(await addressesInZone('ns1.example.test'), addressesOf(await fleet.machine('lb1-next')))
  const { internet } = (await getTwin(twin.state)).layout
  const addresses = ofIpv4(await fleet.lbAddresses())
  const stream = startResolverStream(internet.resolver.ipv4, { rate: resolverQueriesPerSecond })
  const loads = startLoads(addresses, queriesPerSecond)
  try {
    await takeBackInTwo(() => assertNothingLost(loads, queriesPerSecond))
  } finally {
    await Promise.allSettled([...loads.map((load) => load.stop()), stream.stop()])
  }
  const { asked, faults } = await stream.stop()
  assert.equal(faults, [])
  assert.ok(asked > resolverQueriesPerSecond * 20, `${asked} asked through the resolver`)
  await assertTakenBack()
})

const removeByHand = async (name: string): Promise<void> => {
  const { id } = await fleet.machine(name)
  await twin.cloud.servers.delete(id)
}

abandons('once glue points at a new lb, nothing is taken back until the glue is', async () => {
  await rotate(7, '--no-wait')
  const fresh = addressesOf(await fleet.machine('lb1-next'))
  await registrar.setGlue(domain, 'ns1.example.test', fresh)
  const { stderr } = await rotate(1, '--abandon', '--wait')
  assertSays(stderr, new RegExp(`nic\\.test.*shows ${fresh[0]?.replaceAll('.', '\\.')} as ns1\\.example\\.test`))
  assertSays(stderr, /Finish the rotation with rotate-lbs[\s\S]*at the registrar/)
  assert.equal(await fleet.namesOfServers(), ['lb1', 'lb1-next', 'lb2', 'lb2-next', 'ns1', 'ns2'])
  await registrar.setGlue(domain, 'ns1.example.test', before['ns1.example.test'] ?? [])
  await removeByHand('lb1-next')
  const { stdout } = expectCode(3)(await start('status', []).ended)
  assertSays(stdout, new RegExp(`ns1\\.example\\.test\\. is ${fresh[0]} in its zone.*deploy-infra`))
  await rotate(0, '--abandon', '--wait')
  await assertTakenBack()
})

abandons('there is nothing to take back any more', async () => {
  await rotate(1, '--abandon').then(({ stderr }) => assertSays(stderr, /no rotation to abandon/))
})

abandons.run()
