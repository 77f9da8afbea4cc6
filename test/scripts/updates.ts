import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock, waitFor } from '../../lib/clock.ts'
import { openTcp } from '../../lib/dns/query/tcp.ts'
import { query } from '../../lib/dns/query.ts'
import { prepareQuestion } from '../../lib/dns/wire/question.ts'
import { getTwin } from '../../local/twin/record.ts'
import { loseHosts } from '../ansible/lose-hosts.ts'
import { assertSays, expectCode, runScript } from './command.ts'
import { startFlows } from './flows.ts'
import { askHalfClosed } from './half-closed.ts'
import type { Lab } from './lab.ts'
import { assertNothingLost, ofIpv4, startLoads } from './load.ts'
import { makeNginxPackages, useNginxPackages } from './nginx-packages.ts'
import { startResolverStream } from './resolver-stream.ts'

/** At each address of each lb at once; what two shared cores hold beside four machines, Ansible and the load generator itself. */
const queriesPerSecond = 500
const resolverQueriesPerSecond = 50
/** From one source port, besides. */
const flowQueriesPerSecond = 100

const template = 'ansible/roles/lb/templates/nginx.conf.template'

export const promiseUpdates = (updates: Test, lab: Lab): void => {
  const checkout = lab.laptop('updates')
  const { start, expect } = checkout

  updates('the zones of a fleet that serves are delegated to it', async () => {
    await expect(0, 'bootstrap-infra', '--register')
  })

  /** dnsperf at every address, from many source ports and from one, and a stream through the resolver of names that it has never been asked for. */
  const startAsking = async () => {
    const addresses = await lab.fleet().lbAddresses()
    const loads = startLoads(addresses, queriesPerSecond)
    const flows = startLoads(ofIpv4(addresses), flowQueriesPerSecond, 1)
    const { internet } = (await getTwin(lab.twin().state)).layout
    const stream = startResolverStream(internet.resolver.ipv4, { rate: resolverQueriesPerSecond })
    return {
      assertNothingLost: async () => {
        await assertNothingLost(loads, queriesPerSecond)
        await assertNothingLost(flows, flowQueriesPerSecond)
        const { asked, faults } = await stream.stop()
        assert.equal(faults, [])
        assert.ok(asked > resolverQueriesPerSecond, `${asked} asked through the resolver`)
      },
    }
  }

  const colours = async (): Promise<readonly (string | null)[]> => [
    (await lab.fleet().lbStatus('lb1')).active,
    (await lab.fleet().lbStatus('lb2')).active,
  ]

  const other = (colour: string | null): string => (colour === 'blue' ? 'green' : 'blue')

  updates('lbs that are up to date are left as they are, and one that needs a reboot is named', async () => {
    const before = await colours()
    await lab.fleet().onMachine('lb2', 'touch /run/reboot-required')
    const { stdout, stderr } = await expect(0, 'update-lbs')
    await lab.fleet().onMachine('lb2', 'rm /run/reboot-required')
    assertSays(stdout, /lb1 .* -\n +lb2 .* reboot required: rotate-lbs/)
    assertSays(stderr, /lb1 is up to date: Ansible finds nothing to change[\s\S]*lb2 is up to date/)
    assert.equal(await colours(), before)
  })

  /** Hangs with questions in hand, then dies; systemd starts it again. */
  const crash = 'systemctl kill --signal=STOP named; sleep 0.5; systemctl kill --signal=KILL named'

  /** Asked from a new source port each time. */
  const untilAnswered = (address: string): Promise<unknown> => {
    const question = { name: 'example.test', type: 'SOA', transport: 'udp' as const }
    const attempt = async () => {
      const reply = await query({ address, port: 53 }, question, { timeoutMs: 200 })
      return reply.kind === 'answered' ? { done: true as const } : { seen: reply.detail }
    }
    return waitFor(address, attempt, { clock: systemClock, everyMs: 20, timeoutMs: 60_000 })
  }

  updates(
    'flows that ask through a crash of their nameserver are answered once it is back, and get no empty datagram',
    async () => {
      const { counters: before } = await lab.fleet().lbStatus('lb1')
      for (const address of await lab.fleet().lbAddresses('lb1')) {
        // ICMP errors to one host are limited to six at once and one a second: one for each flow
        const flows = await startFlows(address, { count: 6, everyMs: 50 })
        try {
          assert.is(await flows.countDeaf(3000), 0, 'before the crash')
          await lab.fleet().onMachine('ns1', crash)
          await untilAnswered(address)
          assert.is(await flows.countDeaf(3000), 0, `deaf flows at ${address}`)
          assert.is(flows.countEmpty(), 0, 'empty datagrams')
        } finally {
          flows.stop()
        }
      }
      const { counters } = await lab.fleet().lbStatus('lb1')
      assert.ok((counters.empty ?? 0) > (before.empty ?? 0), 'there was an empty datagram to be dropped')
    },
  )

  /** Connections that nginx still holds although their clients have ended them. */
  const held = "ss -Htn state close-wait '( sport = :5301 or sport = :5302 )' | wc -l"

  updates('TCP clients that end their side once they have asked are answered, and leave nothing behind', async () => {
    for (const address of await lab.fleet().lbAddresses('lb1')) {
      let answered = 0
      // One after the other: of fifty that come at once, BIND itself resets a few.
      for (let i = 0; i < 50; i += 1) answered += (await askHalfClosed(address)) ? 1 : 0
      assert.is(answered, 50, address)
      assert.is((await lab.fleet().onMachine('lb1', held)).trim(), '0', 'connections held')
    }
  })

  updates(
    'clients that ask how long they may stay are told less than an lb allows, and nobody the version of BIND',
    async () => {
      const [address = ''] = await lab.fleet().lbAddresses('lb1')
      const ask = (...args: readonly string[]) => promisify(execFile)('dig', [`@${address}`, '+norecurse', ...args])
      const { stdout: kept } = await ask('+tcp', '+keepalive', 'example.test', 'SOA')
      assert.match(kept, /; TCP KEEPALIVE: 15\.0 secs/)
      assert.match((await ask('+tcp', 'version.bind', 'CH', 'TXT')).stdout, /status: NOERROR[\s\S]* ANSWER: 0,/)
    },
  )

  updates('an lb that does not exist is refused, and so is an option that does not exist', async () => {
    const before = await lab.twin().snapshot()
    assert.match(
      (await expect(2, 'update-lbs', '--only', 'lb9')).stderr,
      /--only lb9: there is no such lb[\s\S]*lb1, lb2/,
    )
    assertSays((await expect(2, 'update-lbs', '--config')).stderr, /--config/)
    assert.equal(await lab.twin().snapshot(), before)
  })

  const asksInVain = async (name: string, ...args: readonly string[]): Promise<void> => {
    const before = await lab.twin().snapshot()
    const { stderr } = await checkout.expectUnanswered(2, name, ...args)
    assertSays(stderr, /there is no terminal to ask on[\s\S]*--yes/)
    assert.equal(await lab.twin().snapshot(), before)
  }

  updates('without a terminal and without --yes nothing is updated', async () => {
    checkout.edit(template, 'worker_shutdown_timeout 3s;', 'worker_shutdown_timeout 4s;')
    await asksInVain('update-lbs', '--config-only')
    checkout.edit(template, 'worker_shutdown_timeout 4s;', 'worker_shutdown_timeout 3s;')
  })

  updates(
    'a real upgrade of nginx under load from dnsperf loses nothing, and open TCP connections get their answers',
    async () => {
      const packages = path.join(lab.scratch, 'nginx-packages')
      const version = makeNginxPackages(packages)
      for (const name of ['lb1', 'lb2']) {
        await lab.fleet().copyTo(name, packages)
        await lab.fleet().onMachine(name, useNginxPackages)
      }
      const before = await colours()
      const [address = ''] = await lab.fleet().lbAddresses('lb1')
      const question = prepareQuestion({ name: 'example.test', type: 'SOA', transport: 'tcp' })
      const asking = await startAsking()
      const script = start('update-lbs', '--keep-old', '--json')
      await script.saw(/"step":"Check ns1 through the preview port of lb1","kind":"verify-lb","state":"started"/)
      const connection = openTcp({ address, port: 53 })
      assert.is((await connection.ask(question, 3000)).kind, 'answered')
      await script.saw(/"step":"Switch lb1 to what was staged","kind":"switch-lb","state":"done"/)
      assert.is((await connection.ask(question, 3000)).kind, 'answered', 'the connection of before the switch')
      connection.close()
      const { code, stderr } = await script.ended
      assert.is(code, 0, stderr)
      await asking.assertNothingLost()
      assert.equal(await colours(), before.map(other))
      for (const name of ['lb1', 'lb2']) {
        assert.is((await lab.fleet().onMachine(name, 'dpkg-query -W nginx')).trim(), `nginx\t${version}`)
        const { active, colours } = await lab.fleet().lbStatus(name)
        assert.is(colours[active ?? 'blue'].pending_upgrade, false)
        assert.is(colours[active === 'blue' ? 'green' : 'blue'].pending_upgrade, true, 'the old nginx runs on')
      }
    },
  )

  updates('rollback-infra goes back to the nginx of before the update in seconds, under load', async () => {
    const before = await colours()
    const asking = await startAsking()
    const { stdout } = await expect(0, 'rollback-infra')
    await asking.assertNothingLost()
    assertSays(stdout, /Traffic was back after \d+(\.\d+)? m?s\./)
    assert.equal(await colours(), before.map(other))
    const { stdout: status } = await checkout.expectUnanswered(0, 'status')
    assert.match(status, /newer nginx or configuration installed: update-lbs/)
  })

  updates('a changed configuration comes into use under load, and nothing is lost', async () => {
    checkout.edit(template, 'worker_shutdown_timeout 3s;', 'worker_shutdown_timeout 4s;')
    const asking = await startAsking()
    const { stdout } = await expect(0, 'update-lbs', '--config-only')
    await asking.assertNothingLost()
    assertSays(stdout, /The witness asked all the while/)
    for (const name of ['lb1', 'lb2']) {
      const { active, colours } = await lab.fleet().lbStatus(name)
      assert.match(await lab.fleet().onMachine(name, `cat /etc/dns-lb/${active}.conf`), /worker_shutdown_timeout 4s;/)
      assert.is(colours[active === 'blue' ? 'green' : 'blue'].running, false)
    }
  })

  updates('a changed unit of the instances comes into use', async () => {
    checkout.edit('ansible/roles/lb/templates/dns-lb@.service.j2', 'LimitNOFILE=', 'OOMScoreAdjust=7\nLimitNOFILE=')
    await expect(0, 'update-lbs', '--config-only', '--only', 'lb1')
    const { active } = await lab.fleet().lbStatus('lb1')
    const pid = `$(systemctl show --property=MainPID --value dns-lb@${active})`
    assert.is((await lab.fleet().onMachine('lb1', `cat /proc/${pid}/oom_score_adj`)).trim(), '7')
  })

  updates(
    'operators of which an lb was told when its connection was lost are let in, or not, after the next run',
    async () => {
      const operators = 'nft list set inet dns_lb operators4'
      // each connection by itself: Mitogen keeps its own
      const lost = () =>
        runScript(
          'update-lbs',
          ['--env-file', lab.twin().envFile, '--yes', '--config-only', '--only', 'lb1'],
          {},
          checkout.root,
        ).then(expectCode(1))
      for (const [from, to] of [
        ["'198.18.0.0/16'", "'198.18.0.0/16', '198.51.100.0/24'"],
        ["'198.18.0.0/16', '198.51.100.0/24'", "'198.18.0.0/16'"],
      ] as const) {
        checkout.edit('infra.config.ts', from, to)
        await loseHosts(
          path.join(checkout.root, 'ansible'),
          { lb1: 'lb : Write the firewall, the nginx template and the Floating IPs' },
          lost,
        )
        await expect(0, 'update-lbs', '--config-only', '--only', 'lb1')
        assert.is((await lab.fleet().onMachine('lb1', operators)).includes('198.51.100.0'), to.includes('198.51.100.0'))
      }
    },
  )

  updates('an operator whom the lbs would let in no more is asked first', async () => {
    checkout.edit('infra.config.ts', "'198.18.0.0/16'", "'198.51.100.0/24'")
    const { stderr } = await expect(2, 'update-lbs', '--config-only')
    assertSays(stderr, /The machines see this computer at 198\.18\.\d+\.\d+, [\s\S]* Take --accept-lockout/)
    checkout.edit('infra.config.ts', "'198.51.100.0/24'", "'198.18.0.0/16'")
  })

  /** The lbs go on as they are, and the run says why. */
  const changesNothing = async (code: number, message: RegExp, ...args: readonly string[]): Promise<void> => {
    const generation = await lab.fleet().generationOf('ns1')
    const before = await colours()
    const { stderr } = await expect(code, 'update-lbs', '--config-only', ...args)
    assertSays(stderr, message)
    assert.equal(await colours(), before)
    await lab.fleet().everyAnswerIsOf(generation)
    await lab.fleet().assertNotLocked()
  }

  updates('a configuration that nginx refuses never gets traffic', async () => {
    checkout.edit(template, 'multi_accept off;', 'multi_accept perhaps;')
    await changesNothing(1, /multi_accept[\s\S]*No traffic of this lb has moved/)
    checkout.edit(template, 'multi_accept perhaps;', 'multi_accept off;')
  })

  updates('a configuration that nginx takes but that answers nothing over UDP never gets traffic', async () => {
    checkout.edit(template, 'proxy_responses 1;', 'proxy_responses 0;')
    await changesNothing(4, /lb1 port 531[12] does not answer as it must[\s\S]*No traffic of this lb has moved/)
    checkout.edit(template, 'proxy_responses 0;', 'proxy_responses 1;')
  })

  updates('when the new nginx fails after the switch, the lb is switched back', async () => {
    checkout.edit(template, 'worker_shutdown_timeout 4s;', 'worker_shutdown_timeout 5s;')
    const generation = await lab.fleet().generationOf('ns1')
    const [before = null] = await colours()
    const script = start('update-lbs', '--config-only', '--only', 'lb1', '--json')
    await script.saw(/"step":"Switch lb1 to what was staged","kind":"switch-lb","state":"done"/)
    await script.pausedWhile(() => lab.fleet().onMachine('lb1', `systemctl stop dns-lb@${other(before)}`))
    const { code, stderr } = await script.ended
    assert.is(code, 4, stderr)
    assertSays(stderr, /lb1 port 53 does not answer as it must[\s\S]*The lb was switched back/)
    assert.is((await colours())[0], before)
    await lab.fleet().everyAnswerIsOf(generation)
    await lab.fleet().assertNotLocked()
  })

  updates('rollback-infra after a deployment serves the old generation again, under load', async () => {
    const first = (await lab.fleet().machine('ns1')).commit
    checkout.edit('ansible/zones/example2.test.zone', 'www   CNAME  @', 'www   CNAME  @\nnew   CNAME  @')
    checkout.commit()
    const before = await lab.fleet().generationOf('ns1')
    await expect(0, 'deploy-infra', '--keep-old')
    const asking = await startAsking()
    const { stdout } = await expect(0, 'rollback-infra')
    await asking.assertNothingLost()
    assertSays(stdout, /Traffic was back after \d+(\.\d+)? m?s\./)
    assert.is(await lab.fleet().generationOf('ns1'), before)
    await lab.fleet().everyAnswerIsOf(before)
    assert.equal(await lab.fleet().namesOfServers(), ['lb1', 'lb2', 'ns1', 'ns1-old', 'ns2', 'ns2-old'])
    assert.is((await lab.fleet().machine('ns1')).commit, first)
  })

  updates('without a terminal and without --yes nothing is rolled back', () => asksInVain('rollback-infra'))
}
