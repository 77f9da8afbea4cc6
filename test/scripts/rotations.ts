import { spawn } from 'node:child_process'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { openTcp } from '../../lib/dns/query/tcp.ts'
import { query } from '../../lib/dns/query.ts'
import { prepareQuestion } from '../../lib/dns/wire/question.ts'
import { hostAddress } from '../../lib/fleet/server.ts'
import type { InternetLayout } from '../../local/layout.ts'
import { getTwin } from '../../local/twin/record.ts'
import { assertSays, type Outcome, type RunningScript } from './command.ts'
import type { Lab } from './lab.ts'
import { assertNothingLost, ofIpv4, startLoads } from './load.ts'
import { startResolverStream } from './resolver-stream.ts'
import { withoutIncidents } from './watch.ts'

/** At each lb at once, of which there are four in the middle; what two shared cores hold beside eight machines. */
const queriesPerSecond = 500
const resolverQueriesPerSecond = 50

export const promiseRotations = (rotates: Test, lab: Lab): void => {
  /** Two laptops, with nothing in common but the token. */
  const laptops = [lab.laptop('laptop'), lab.laptop('second')] as const
  let internet: InternetLayout

  rotates.before(async () => {
    internet = (await getTwin(lab.twin().state)).layout.internet
  })

  const startOn = (laptop: 0 | 1, name: string, ...args: readonly string[]): RunningScript =>
    laptops[laptop].start(name, ...args)

  const expectOn = (laptop: 0 | 1, code: number, name: string, ...args: readonly string[]): Promise<Outcome> =>
    laptops[laptop].expect(code, name, ...args)

  const finish = (name: string, ...args: readonly string[]): Promise<Outcome> => expectOn(0, 0, name, ...args)

  rotates('the zones are delegated to what serves', async () => {
    await finish('bootstrap-infra', '--register')
  })

  /** Runs until the first step of a kind is done, and no further. */
  const killAfter = async (laptop: 0 | 1, kind: string): Promise<void> => {
    const script = startOn(laptop, 'rotate-lbs', '--yes-delete', '--wait', '--json')
    await script.saw(new RegExp(`"kind":"${kind}","state":"done"`))
    process.kill(script.pid, 'SIGKILL')
    await script.ended
  }

  const withFault = async <T>(fault: object, work: () => Promise<T>): Promise<T> => {
    await lab.twin().registrarFault(fault)
    return work().finally(lab.twin().clearRegistrarFaults)
  }

  const glueAtRegistrar = async (): Promise<readonly string[]> => {
    const { endpoint, token } = lab.twin().registrar
    const answer = await fetch(`${endpoint}/domains/example.test`, { headers: { authorization: `Bearer ${token}` } })
    const { domain } = (await answer.json()) as { domain: { hosts: readonly { addresses: readonly string[] }[] } }
    return domain.hosts.flatMap(({ addresses }) => addresses).sort()
  }

  /** New machines alone, and glue that points at them. */
  const assertRotated = async (before: readonly string[], generation: string): Promise<void> => {
    await lab.fleet().assertNothingBeside()
    assert.ok(Number(await lab.fleet().generationOf('lb1')) > Number(generation))
    const after = await glueAtRegistrar()
    assert.is(after.length, 4)
    assert.not(after.some((address) => before.includes(address)))
    await lab.fleet().everyAnswerIsOf(await lab.fleet().generationOf('ns1'))
    await lab.fleet().assertNotLocked()
  }

  const rotateUnderLoad = async (): Promise<void> => {
    const [before, generation] = [await glueAtRegistrar(), await lab.fleet().generationOf('lb1')]
    const stream = startResolverStream(internet.resolver.ipv4, { rate: resolverQueriesPerSecond })
    const old = startLoads(ofIpv4(await lab.fleet().lbAddresses()), queriesPerSecond)
    const script = startOn(0, 'rotate-lbs', '--yes-delete', '--wait', '--json')
    await script.saw(/"step":"Check ns1-next through the preview port of lb1","kind":"verify-lb","state":"done"/)
    const connection = openTcp({ address: (await lab.fleet().lbAddresses('lb1'))[0] ?? '', port: 53 })
    const question = prepareQuestion({ name: 'example.test', type: 'SOA', transport: 'tcp' })
    assert.is((await connection.ask(question, 3000)).kind, 'answered')
    await script.saw(/"step":"Switch lb1 to ns1-next","kind":"switch-lb","state":"done"/)
    assert.is((await connection.ask(question, 3000)).kind, 'answered', 'the connection of before the switch')
    connection.close()
    await script.saw(/"kind":"publish-glue","state":"started"/)
    const fresh = startLoads(
      ofIpv4([...(await lab.fleet().lbAddresses('lb1-next')), ...(await lab.fleet().lbAddresses('lb2-next'))]),
      queriesPerSecond,
    )
    await script.saw(/"kind":"await-idle","state":"started"/)
    await assertNothingLost(old, queriesPerSecond)
    const { code, stdout, stderr } = await script.ended
    await assertNothingLost(fresh, queriesPerSecond)
    const { asked, faults } = await stream.stop()
    assert.is(code, 0, stderr)
    assert.equal(faults, [])
    assert.ok(asked > resolverQueriesPerSecond * 20, `${asked} asked through the resolver`)
    assertSays(stdout, /[▁▂▃▄▅▆▇█]{3}.* a minute, idle below/)
    // the resolver went on asking where it had learnt to, until the TTL of what it had learnt was over
    assertSays(stdout, new RegExp(`lb1-old: asked most within the last hour.*${internet.resolver.ipv4} `))
    await assertRotated(before, generation)
  }

  rotates('under load at every lb and through the resolver, a whole rotation loses nothing, and raises nothing', () =>
    withoutIncidents({ root: laptops[0].root, envFile: lab.twin().envFile }, rotateUnderLoad),
  )

  rotates('afterwards status shows no drift, and check-dns finds nothing wrong from the root down', async () => {
    await laptops[0].expectUnanswered(0, 'status')
    assertSays((await laptops[0].expectUnanswered(0, 'check-dns')).stdout, /^OK: all \d+ checks passed/)
    await laptops[0].expectUnanswered(0, 'check-dns', '--serving')
  })

  /** From here on glue shall point at Floating IPs: the way there is an ordinary rotation, with all that can go wrong in one. */
  let beforeMigration: { readonly glue: readonly string[]; readonly generation: string }

  rotates(
    'killed on one computer and gone on with on another; a registrar that refuses is told with its own words',
    async () => {
      for (const laptop of laptops)
        laptop.edit('infra.config.ts', 'zonesFolder:', "addresses: 'floating',\n  zonesFolder:")
      beforeMigration = { glue: await glueAtRegistrar(), generation: await lab.fleet().generationOf('lb1') }
      await killAfter(0, 'switch-lb')
      const refusal = { code: 'account_locked', message: 'the account is locked', status: 422, times: 9 }
      const { stderr } = await withFault({ refuse: refusal }, () => expectOn(1, 1, 'rotate-lbs', '--yes-delete'))
      assertSays(stderr, /the account is locked[\s\S]*old and new lbs both serve/)
      assert.equal(await glueAtRegistrar(), beforeMigration.glue)
      assert.equal(await lab.fleet().namesOfServers(), ['lb1', 'lb1-next', 'lb2', 'lb2-next', 'ns1', 'ns2'])
      await lab.fleet().assertNotLocked()
    },
  )

  rotates('a deployment may come between, and is for the new lbs too', async () => {
    const { stdout } = await expectOn(1, 0, 'deploy-infra', '--yes-delete')
    assertSays(stdout, /Switch lb1-next[\s\S]*The witness asked all the while[\s\S]*lb2-next/)
    assert.equal(await lab.fleet().namesOfServers(), ['lb1', 'lb1-next', 'lb2', 'lb2-next', 'ns1', 'ns2'])
  })

  rotates('a parent server that shows wrong glue is named, and waited for by another run', async () => {
    await withFault({ wrongGlue: true }, async () => {
      const { stderr } = await expectOn(0, 7, 'rotate-lbs', '--yes-delete', '--no-wait')
      assertSays(
        stderr,
        /b\.nic\.test \(.*\): .*glue of ns1\.example\.test\. .*192\.0\.2\.1[\s\S]*Run the same command again/,
      )
    })
    await lab.fleet().assertNotLocked()
  })

  rotates('a parent server that lags behind is waited for', async () => {
    await withFault({ publishDelayMs: { a: 0, b: 6000 } }, async () => {
      const script = startOn(1, 'rotate-lbs', '--yes-delete', '--wait', '--json')
      await script.saw(/"event":"wait","seen":"b\.nic\.test/)
      await script.saw(/"kind":"await-parents","state":"done"/)
      process.kill(script.pid, 'SIGKILL')
      await script.ended
    })
    await killAfter(0, 'begin-drain')
    await killAfter(1, 'rename-server')
  })

  rotates('while caches may hold the old glue, and while old lbs are asked, they stay', async () => {
    const early = await expectOn(0, 7, 'rotate-lbs', '--yes-delete', '--no-wait')
    assertSays(early.stderr, /caches may know the old lbs until|hardly asked/)
    assert.ok((await lab.fleet().namesOfServers()).includes('lb1-old'))
    const asking = askFromOutside((await lab.fleet().lbAddresses('lb1-old'))[0] ?? '')
    try {
      const script = startOn(1, 'rotate-lbs', '--yes-delete', '--wait', '--json')
      await script.saw(/"event":"wait","seen":"lb1-old .* [1-9]\d*\.\d a minute/)
      process.kill(script.pid, 'SIGINT')
      assert.is((await script.ended).code, 130)
    } finally {
      asking.stop()
    }
    const { stderr } = await expectOn(0, 7, 'rotate-lbs', '--yes-delete', '--no-wait')
    assertSays(stderr, /lb1-old.*a minute, idle below/)
    assert.ok((await lab.fleet().namesOfServers()).includes('lb1-old'))
  })

  rotates('once nobody asks, the old lbs go, and glue points at Floating IPs', async () => {
    const { stdout } = await expectOn(1, 0, 'rotate-lbs', '--yes-delete', '--wait')
    assertSays(stdout, /Done: rotate/)
    await assertRotated(beforeMigration.glue, beforeMigration.generation)
    const floating = (await lab.twin().cloud.floatingIps.list()).map(({ ip }) => hostAddress(ip)).sort()
    assert.equal(await glueAtRegistrar(), floating)
  })

  rotates(
    'with Floating IPs, a rotation that has moved some of them is taken back: they lead where they led',
    async () => {
      const [glue, generation] = [await glueAtRegistrar(), await lab.fleet().generationOf('lb1')]
      await killAfter(0, 'verify-address')
      const { stderr } = await expectOn(1, 0, 'rotate-lbs', '--abandon', '--yes-delete')
      assertSays(stderr, /Move lb1-ipv4 back[\s\S]*Remove the new lbs/)
      await lab.fleet().assertNothingBeside()
      assert.is(await lab.fleet().generationOf('lb1'), generation)
      for (const address of glue) {
        const reply = await query({ address, port: 53 }, { name: 'example.test', type: 'SOA', transport: 'udp' })
        assert.is(reply.kind, 'answered', address)
      }
      await lab.fleet().assertNotLocked()
    },
  )

  rotates('an address whose new lb fails is led back at once', async () => {
    const glue = await glueAtRegistrar()
    const script = startOn(0, 'rotate-lbs', '--yes-delete', '--json')
    await script.saw(/"step":"Lead lb1-ipv4 to lb1-next","kind":"move-address","state":"done"/)
    await script.pausedWhile(() => lab.fleet().onMachine('lb1-next', "systemctl stop 'dns-lb@*'"))
    const { code, stderr } = await script.ended
    assert.is(code, 4, stderr)
    assertSays(stderr, /lb1-ipv4 does not answer as it must[\s\S]*It was taken back/)
    for (const address of glue) {
      const reply = await query({ address, port: 53 }, { name: 'example.test', type: 'SOA', transport: 'udp' })
      assert.is(reply.kind, 'answered', address)
    }
    await lab.fleet().assertNotLocked()
  })

  rotates('with Floating IPs a rotation under load loses nothing and waits for nothing', async () => {
    const [glue, generation] = [await glueAtRegistrar(), await lab.fleet().generationOf('lb1')]
    const stream = startResolverStream(internet.resolver.ipv4, { rate: resolverQueriesPerSecond })
    const loads = startLoads(ofIpv4(glue), queriesPerSecond)
    const { stderr } = await finish('rotate-lbs', '--yes-delete')
    await assertNothingLost(loads, queriesPerSecond)
    const { asked, faults } = await stream.stop()
    assert.equal(faults, [])
    assert.ok(asked > resolverQueriesPerSecond * 10)
    assertSays(stderr, /Move lb1-ipv4[\s\S]*Move lb2-ipv6/)
    assert.equal(await glueAtRegistrar(), glue)
    assert.ok(Number(await lab.fleet().generationOf('lb1')) > Number(generation))
    await lab.fleet().assertNothingBeside()
  })

  /** Somebody who is no operator asks an lb ten times a second, from the namespace of the little internet. */
  const askFromOutside = (address: string): { stop(): void } => {
    const loop = `for i in $(seq 600); do dig +time=1 +tries=1 +norecurse SOA example.test @${address} >/dev/null; sleep 0.1; done`
    const child = spawn('ip', ['netns', 'exec', internet.namespace, 'sh', '-c', loop], {
      stdio: 'ignore',
      detached: true,
    })
    return {
      stop: () => {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      },
    }
  }
}
