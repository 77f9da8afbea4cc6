import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock, waitFor } from '../../lib/clock.ts'
import { query } from '../../lib/dns/query.ts'
import { createRegistrar } from '../../lib/registrar/registrar.ts'
import { addressesOf } from '../../lib/tasks/servers.ts'
import { type RunningGithub, startGithub } from '../lib/tell/scripted-github.ts'
import { type ScriptedWebhook, startWebhook } from '../lib/tell/scripted-webhook.ts'
import { assertSays } from './command.ts'
import type { Lab } from './lab.ts'
import { type ChangeLine, startWatch, type Watch, withoutIncidents } from './watch.ts'

const token = 'a-token'

/** Something that goes wrong, and the incident that must come of it once all of it is seen. */
interface Outage {
  readonly title: string
  readonly make: () => Promise<unknown>
  /** Resolves when it is over for those who ask. */
  readonly mend: () => Promise<unknown>
}

/** Which may be asked to be over by a test that fails too. */
const mendedOnce = (outage: Outage): Outage => {
  let mended: Promise<unknown> | undefined
  return {
    ...outage,
    mend: () => {
      mended ??= outage.mend()
      return mended
    },
  }
}

/** All that a watch sees go wrong, on real machines: several things at once where they have nothing to do with each other. */
export const promiseOutages = (watches: Test, lab: Lab): void => {
  const laptop = lab.laptop('outages')
  let github: RunningGithub
  let webhook: ScriptedWebhook

  watches.before(async () => {
    ;[github, webhook] = await Promise.all([startGithub(), startWebhook()])
    github.state.token = token
  })
  watches.after(() => {
    github?.close()
    webhook?.close()
  })

  const here = () => ({ root: laptop.root, envFile: lab.twin().envFile })
  const onMachine = (name: string, command: string) => lab.fleet().onMachine(name, command)

  watches('a deployment under a watch raises nothing', async () => {
    await laptop.expect(0, 'bootstrap-infra', '--register')
    await withoutIncidents(here(), () => laptop.expect(0, 'deploy-infra', '--keep-old', '--yes-delete'))
  })

  const watchAndTell = (): Watch => {
    github.forget()
    github.state.token = token
    webhook.forget()
    const env = { GITHUB_TOKEN: token, GITHUB_API_URL: github.endpoint }
    return startWatch({ ...here(), env }, '1s', '--github', 'example/dns', '--webhook', webhook.url)
  }

  /** What is open, as it was told last, but for how many checks there are. */
  const openTitles = (watch: Watch): readonly string[] => {
    const titles = new Map<string, string>()
    for (const { event, key, title } of watch.changes()) {
      if (event === 'closed') titles.delete(key)
      else titles.set(key, title.replace(/ and \d+ more/, ' and more'))
    }
    return [...titles.values()].sort()
  }

  /** Two looks that began afterwards have to agree, and no more of them are needed. */
  const assertPrompt = (watch: Watch, { time, title }: ChangeLine, since: number): void => {
    const looks = watch.looks().filter((look) => Date.parse(look.time) >= since && look.time <= time)
    assert.ok(looks.length <= 2, `${title} was told after ${looks.length} looks`)
  }

  const assertTold = (watch: Watch): void => {
    const told = watch.changes().map(({ event, key, title }) => [`incident.${event}`, key, title])
    const posted = webhook.posted.map(({ body }) => JSON.parse(body))
    assert.equal(
      posted.map(({ type, data }) => [type, data.key, data.title]),
      told,
    )
    const { issues, requests } = github.state
    // beside the one that says that the watch lives
    const reports = issues.filter(({ labels }) => labels.some(({ name }) => name === 'dns-outage'))
    assert.equal(
      reports.map(({ title, state }) => [title, state]),
      [['Outage report', 'closed']],
    )
    const edits = requests.filter((one) => one === `PATCH /repos/example/dns/issues/${reports[0]?.number}`)
    assert.ok(edits.length >= 2)
  }

  const makeAll = async (watch: Watch, outages: readonly Outage[]): Promise<void> => {
    for (const { make } of outages) await make()
    const since = Date.now()
    const titles = outages.map(({ title }) => title).sort()
    await watch.until(titles.join('; '), () => openTitles(watch).join() === titles.join())
    for (const change of watch.changes().filter(({ event }) => event === 'opened')) assertPrompt(watch, change, since)
  }

  /** The first before the others, so that the issue is edited in between. */
  const mendAll = async (watch: Watch, [first, ...others]: readonly Outage[]): Promise<void> => {
    await first?.mend()
    await watch.until('the first is closed', () => openTitles(watch).length === others.length)
    for (const { mend } of others) await mend()
    const since = Date.now()
    await watch.until('all are closed', () => openTitles(watch).length === 0)
    for (const change of watch.changes().slice(-1)) assertPrompt(watch, change, since)
    await watch.until('all is well', () => watch.looks().at(-1)?.verdict === 'ok')
  }

  const promise = (name: string, outages: () => Promise<readonly Outage[]>): void =>
    watches(`${name}: an incident each, told at once and closed`, async () => {
      const all = (await outages()).map(mendedOnce)
      const watch = watchAndTell()
      await watch.until('all is well', () => watch.looks().at(-1)?.verdict === 'ok')
      try {
        await makeAll(watch, all)
        await mendAll(watch, all)
      } finally {
        await Promise.allSettled(all.map(({ mend }) => mend()))
      }
      const { code, stdout, stderr } = await watch.end()
      assert.is(code, 0, stdout + stderr)
      const count = (wanted: string): number => watch.changes().filter(({ event }) => event === wanted).length
      assert.equal([count('opened'), count('closed')], [all.length, all.length], stdout)
      assertTold(watch)
    })

  /** Packets that come from outside, of a kind as nft writes it, get lost before the lb. */
  const blocked = (lb: string, kind: string, title: string): Outage => ({
    title,
    make: () =>
      onMachine(
        lb,
        `nft 'table inet lost { chain incoming { type filter hook prerouting priority -400; iifname eth0 ${kind} drop; }; }'`,
      ),
    mend: () => onMachine(lb, 'nft delete table inet lost'),
  })

  const stopped: Outage = {
    title: 'ns1, lb1: soa of example.test. over IPv4, IPv6',
    make: () => onMachine('ns1', 'systemctl stop named'),
    mend: () => onMachine('ns1', 'systemctl start named'),
  }

  const zoneFile = '/etc/bind/db.example.test'
  const changed: Outage = {
    title: 'ns2, lb2: rrsets of example.test. over IPv4, IPv6',
    make: () => onMachine('ns2', `cp -p ${zoneFile} /root; sed -i s/192.0.2.80/192.0.2.99/ ${zoneFile}; rndc reload`),
    mend: () => onMachine('ns2', `cp -p /root/db.example.test ${zoneFile}; touch ${zoneFile}; rndc reload`),
  }

  promise('named stopped, a record changed on the other nameserver, an lb without IPv6', async () => [
    stopped,
    changed,
    blocked('lb2', 'meta nfproto ipv6 meta l4proto { tcp, udp } th dport 53', 'lb2: soa of example.test. over IPv6'),
  ])

  const conf = '/etc/bind/named.conf'
  const expired: Outage = {
    title: 'ns2: soa, absent, no-transfer and more of example2.test. over IPv4, IPv6',
    // a secondary whose primary has been silent for longer than the zone may be served
    make: () =>
      onMachine(
        'ns2',
        `cp -p ${conf} /root; touch -d '2 years ago' /etc/bind/db.example2.test
        sed -i '/"example2.test"/,$ s/type primary;/type secondary; primaries { 127.0.0.1 port 9; }; masterfile-format text;/' ${conf}
        systemctl reload named`,
      ),
    mend: () => onMachine('ns2', `cp -p /root/named.conf ${conf}; touch /etc/bind/db.*; systemctl reload named`),
  }

  const delayed: Outage = {
    title: 'ns2, lb2: soa of example.test. over IPv4, IPv6',
    make: () => onMachine('ns2', 'systemctl kill --signal=STOP named'),
    mend: () => onMachine('ns2', 'systemctl kill --signal=CONT named'),
  }

  const cutOff: Outage = {
    title: 'lb2: soa of example.test. over IPv4, IPv6',
    make: () => lab.twin().power('lb2', 'off'),
    mend: async () => {
      await lab.twin().power('lb2', 'on')
      for (const address of await lab.fleet().lbAddresses('lb2')) await untilAnswered(address)
    },
  }

  const untilAnswered = (address: string): Promise<void> =>
    waitFor(
      `${address} answers`,
      async () => {
        const asked = { name: 'example.test', type: 'SOA', transport: 'tcp' } as const
        const { kind } = await query({ address, port: 53 }, asked, { timeoutMs: 1000 })
        return kind === 'answered' ? { done: undefined } : { seen: kind }
      },
      { clock: systemClock, everyMs: 200, timeoutMs: 30_000 },
    )

  const ledBack = async (): Promise<Outage> => {
    const { active } = await lab.fleet().lbStatus('lb1')
    const idle = active === 'blue' ? 'green' : 'blue'
    const { privateIpv4 } = await lab.fleet().machine('ns1-old')
    return {
      title: 'lb1: nsid, soa, foreign and more of example.test., example2.test. over IPv4, IPv6',
      make: () => onMachine('lb1', `dns-lb stage --upstream ${privateIpv4}; dns-lb switch --to ${idle}`),
      mend: () => onMachine('lb1', `dns-lb switch --to ${active}; dns-lb retire --colour ${idle}`),
    }
  }

  const wrongGlue = async (): Promise<Outage> => {
    const registrar = createRegistrar({ kind: 'twin', ...lab.twin().registrar }, { clock: systemClock })
    const set = (...addresses: readonly string[]) => registrar.setGlue('example.test', 'ns2.example.test', addresses)
    const [ours, others] = [
      addressesOf(await lab.fleet().machine('lb2')),
      addressesOf(await lab.fleet().machine('lb1')),
    ]
    return {
      title: 'a.nic.test, b.nic.test: glue of example.test., example2.test. over IPv4, IPv6',
      // of the other lb, so that nobody else is asked
      make: () => set(others[0] ?? '', ours[1] ?? ''),
      mend: () => set(...ours),
    }
  }

  promise('an lb that is off, a zone that has expired behind it, the other lb led to the old generation', async () => [
    await ledBack(),
    expired,
    cutOff,
  ])

  promise('a nameserver that answers late, an lb without TCP, wrong glue', async () => [
    await wrongGlue(),
    delayed,
    blocked('lb1', 'tcp dport 53', 'lb1: soa of example.test. over IPv4, IPv6'),
  ])

  watches('a token that is none is told at the start, and no look is made', async () => {
    const env = { GITHUB_TOKEN: 'another', GITHUB_API_URL: github.endpoint }
    const watch = startWatch({ ...here(), env }, '1s', '--github', 'example/dns')
    const { code, stdout, stderr } = await watch.ended
    assert.is(code, 2, stdout)
    assert.equal(watch.looks(), [])
    assertSays(stderr, /401 Bad credentials/)
  })
}
