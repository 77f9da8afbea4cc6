import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../lib/clock.ts'
import { query } from '../../lib/dns/query.ts'
import type { Registrar } from '../../lib/registrar/driver.ts'
import { createRegistrar } from '../../lib/registrar/registrar.ts'
import { addressesOf } from '../../lib/tasks/servers.ts'
import { getTwin } from '../../local/twin/record.ts'
import { assertSays, expectCode, type Outcome, type RunningScript, startScript } from './command.ts'
import { type Lab, withMitogen } from './lab.ts'
import { assertNothingLost, ofIpv4, startLoads } from './load.ts'
import { startResolverStream } from './resolver-stream.ts'

const queriesPerSecond = 300
const resolverQueriesPerSecond = 50
const domain = 'example.test'

/** A rotation is taken back on the way, by lbs that glue points at by their own addresses. */
export const promiseTakingBack = (abandons: Test, lab: Lab): void => {
  const laptop = lab.laptop('laptop')
  let registrar: Registrar
  /** As the twin's own, but nobody can tell the registrar anything: a rotation ends where a person has to change the glue. */
  let byHand: string
  /** What glue and zones say before, by host name. */
  let before: Readonly<Record<string, readonly string[]>>

  abandons.before(() => {
    registrar = createRegistrar({ kind: 'twin', ...lab.twin().registrar }, { clock: systemClock })
    byHand = path.join(lab.scratch, 'by-hand.env')
    writeFileSync(byHand, readFileSync(lab.twin().envFile, 'utf8').replace(/^REGISTRAR=.*$/m, 'REGISTRAR=manual'))
  })

  const start = (name: string, args: readonly string[], envFile = byHand): RunningScript =>
    startScript(name, ['--env-file', envFile, ...args], withMitogen, laptop.root)

  const rotate = (code: number, ...args: readonly string[]): Promise<Outcome> =>
    start('rotate-lbs', ['--yes', '--yes-delete', ...args]).ended.then(expectCode(code))

  /** What the zones themselves say of a host name, at every address of these lbs: one answer, or the test fails. */
  const addressesInZone = async (host: string, lbs = 'lb'): Promise<readonly string[]> => {
    const seen = new Set<string>()
    for (const address of await lab.fleet().lbAddresses(lbs)) {
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
    await lab.fleet().assertNothingBeside()
    for (const [host, addresses] of Object.entries(before)) {
      assert.equal(await addressesInZone(host), addresses)
      assert.equal([...((await registrar.read(domain, host)) ?? [])].sort(), [...addresses].sort())
    }
    await lab.fleet().everyAnswerIsOf(await lab.fleet().generationOf('ns1'))
    await lab.fleet().assertNotLocked()
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
    before = {
      'ns1.example.test': addressesOf(await lab.fleet().machine('lb1')),
      'ns2.example.test': addressesOf(await lab.fleet().machine('lb2')),
    }
    await rotate(7, '--no-wait')
    assert.equal(await addressesInZone('ns1.example.test'), addressesOf(await lab.fleet().machine('lb1-next')))
    const { internet } = (await getTwin(lab.twin().state)).layout
    const addresses = ofIpv4(await lab.fleet().lbAddresses())
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

  abandons('there is nothing to take back any more', async () => {
    await rotate(1, '--abandon').then(({ stderr }) => assertSays(stderr, /no rotation to abandon/))
  })
}
