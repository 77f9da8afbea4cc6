import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { query } from '../../lib/dns/query.ts'
import { addressesOf } from '../../lib/tasks/servers.ts'
import { getTwin } from '../../local/twin/record.ts'
import { assertSays, type Outcome } from './command.ts'
import type { Lab } from './lab.ts'
import { assertNothingLost, startLoads } from './load.ts'
import { startResolverStream } from './resolver-stream.ts'

/** At each address of each lb at once, of names that every generation has. */
const queriesPerSecond = 100
const resolverQueriesPerSecond = 20

/** What becomes of an installation in its life: zones that are large or get another name, other machines, a pair that comes and leaves. */
export const promiseDayTwo = (lives: Test, lab: Lab): void => {
  const checkout = lab.laptop('day-two')
  const { edit, expect } = checkout
  const config = 'infra.config.ts'
  const committed = ['example', 'example2']

  const zoneFile = (zone: string): string => path.join(checkout.root, `ansible/zones/${zone}.test.zone`)
  const addZone = (zone: string, records: readonly string[]): void =>
    writeFileSync(
      zoneFile(zone),
      [
        '$TTL 5',
        '@ SOA ns1.example.test. h.example.test. 0 3h 1h 2w 5m',
        '@ NS ns1.example.test.',
        '@ NS ns2.example.test.',
        ...records,
        '',
      ].join('\n'),
    )

  /** What each lb answers: one, when all of them are of one mind. */
  const answersTo = async (name: string, type: string): Promise<readonly string[]> => {
    const replies = await Promise.all(
      (await lab.fleet().lbAddresses()).map((address) =>
        query({ address, port: 53 }, { name, type, transport: 'udp' }, { timeoutMs: 3000 }),
      ),
    )
    const said = replies.map((reply) =>
      reply.kind === 'answered' ? reply.answers.map(({ rdata }) => rdata).join(' ') || reply.rcode : reply.kind,
    )
    return [...new Set(said)]
  }

  /** The script itself ends with 5 when its witness saw anything lost or wrong. @param lbs that are asked besides, by their beginnings */
  const underLoad = async (work: () => Promise<Outcome>, lbs: readonly string[] = ['lb']): Promise<Outcome> => {
    const { internet } = (await getTwin(lab.twin().state)).layout
    const addresses = await Promise.all(lbs.map((name) => lab.fleet().lbAddresses(name)))
    const loads = startLoads(addresses.flat(), queriesPerSecond)
    const stream = startResolverStream(internet.resolver.ipv4, { rate: resolverQueriesPerSecond })
    const outcome = await work()
    await assertNothingLost(loads, queriesPerSecond)
    const { asked, faults } = await stream.stop()
    assert.equal(faults, [])
    assert.ok(asked > resolverQueriesPerSecond, `${asked} asked through the resolver`)
    return outcome
  }

  const deploy = (...accepted: readonly string[]): Promise<Outcome> =>
    underLoad(() =>
      expect(0, 'deploy-infra', '--yes-delete', ...accepted.flatMap((zone) => ['--accept-zone', `${zone}.test`])),
    )

  /** By hand: no program removes a nameserver there. */
  const atRegistrar = async (call: string, method: 'PUT' | 'DELETE', body?: object): Promise<void> => {
    const { endpoint, token } = lab.twin().registrar
    const answer = await fetch(`${endpoint}/domains/${call}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    assert.ok(answer.ok, `${method} ${call}: ${answer.status}`)
  }
  const delegateTo = async (...hosts: readonly string[]): Promise<void> => {
    for (const zone of committed)
      await atRegistrar(`${zone}.test/nameservers`, 'PUT', { nameservers: hosts.map((host) => `${host}.example.test`) })
  }

  lives('the zones are delegated to what serves', async () => {
    await expect(0, 'bootstrap-infra', '--register')
  })

  lives('a zone of 20,000 records comes', async () => {
    addZone(
      'large',
      Array.from({ length: 20_000 }, (_, index) => `n${index} A 192.0.2.${index % 256}`),
    )
    addZone('before', ['@ A 192.0.2.99'])
    const { stdout } = await deploy()
    assertSays(stdout, /large\.test {2}comes, with 20003 records/)
    assert.equal(await answersTo('n19999.large.test', 'A'), ['192.0.2.31'])
  })

  lives(
    'it goes, another zone gets another name, a record changes, a wildcard begins, and nameservers are of another type in another place',
    async () => {
      rmSync(zoneFile('large'))
      renameSync(zoneFile('before'), zoneFile('after'))
      edit(config, "location: 'hel1'", "location: 'nbg1'")
      edit(config, "serverTypes: ['cpx22', 'cpx12', 'cx23']", "serverTypes: ['cpx32']")
      edit('ansible/zones/example.test.zone', /^(?<sip>sip +A +).*$/m, '$<sip>192.0.2.61\n*.wild A 192.0.2.77')
      const { stdout } = await deploy('large', 'before', 'example')
      assertSays(stdout, /before\.test {2}GOES[\s\S]*after\.test {2}comes/)
      assert.equal(await answersTo('after.test', 'A'), ['192.0.2.99'])
      assert.equal(await answersTo('before.test', 'A'), ['REFUSED'])
      assert.equal(await answersTo('sip.example.test', 'A'), ['192.0.2.61'])
      assert.equal(await answersTo('any.wild.example.test', 'A'), ['192.0.2.77'])
      const [ns1, ns2, lb2] = await Promise.all(['ns1', 'ns2', 'lb2'].map((name) => lab.fleet().machine(name)))
      assert.equal([ns1?.serverType, ns2?.location, lb2?.location], ['cpx32', 'nbg1', 'hel1'])
      await lab.fleet().assertNothingBeside()
    },
  )

  /** The lbs are where they were, and of the type that they were, until they are rotated. */
  const assertOnlyLbsDiffer = async (): Promise<void> => {
    const { stdout } = await checkout.expectUnanswered(3, 'status', '--json')
    const { drift } = JSON.parse(stdout) as { readonly drift: readonly string[] }
    assert.is(drift.length, 2, stdout)
    assert.match(drift.join('\n'), /lb1 is of type cpx22, .* cpx32[\s\S]*lb2 .* hel1, .* nbg1/)
  }

  const addHost = (host: string): void => {
    for (const zone of committed) edit(`ansible/zones/${zone}.test.zone`, /^( *\S* +NS +)ns2(\S*)$/m, `$&\n$1${host}$2`)
  }

  lives('a third pair comes, is deployed to, and registered', async () => {
    edit(
      config,
      /^( +)\{ location: 'nbg1'.*$/m,
      "$&\n$1{ location: 'fsn1', hostname: 'ns3.example.test', serverTypes: ['cpx22'] },",
    )
    addHost('ns3')
    await underLoad(() => expect(0, 'bootstrap-infra'))
    await deploy(...committed)
    const generation = await lab.fleet().generationOf('ns1')
    assert.is(await lab.fleet().generationOf('ns3'), generation)
    await lab.fleet().everyAnswerIsOf(generation)
    await expect(0, 'bootstrap-infra', '--register')
    await assertOnlyLbsDiffer()
  })

  lives('it gets another host name, and the old one has its addresses as long as parents name it', async () => {
    const addresses = await answersTo('ns3.example.test', 'A')
    const hosts = addressesOf(await lab.fleet().machine('lb3'))
    edit(config, "hostname: 'ns3.example.test'", "hostname: 'dns3.example.test', formerHostnames: ['ns3.example.test']")
    for (const zone of committed) edit(`ansible/zones/${zone}.test.zone`, /ns3/g, 'dns3')
    await deploy(...committed)
    assert.equal(await answersTo('ns3.example.test', 'A'), addresses)
    assert.equal(await answersTo('dns3.example.test', 'A'), addresses)
    await atRegistrar('example.test/hosts/dns3.example.test', 'PUT', { addresses: hosts })
    await delegateTo('ns1', 'ns2', 'dns3')
    await atRegistrar('example.test/hosts/ns3.example.test', 'DELETE')
    await assertOnlyLbsDiffer()
  })

  lives('it leaves: first no parent leads there, then no zone names it, then no cache knows it', async () => {
    execFileSync('git', ['checkout', '--', 'ansible/zones'], { cwd: checkout.root })
    rmSync(zoneFile('after'))
    edit(config, /^ +\{.*dns3.*\n/m, '')
    const { stderr } = await expect(1, 'deploy-infra', '--yes-delete')
    assertSays(stderr, /does not have the pair of lb3, and parents still lead there/)
    await delegateTo('ns1', 'ns2')
    await atRegistrar('example.test/hosts/dns3.example.test', 'DELETE')
    await deploy(...committed, 'after')
    await lab.fleet().everyAnswerIsOf(await lab.fleet().generationOf('ns1'))
    await underLoad(() => expect(0, 'rotate-lbs', '--remove-pairs', '--yes-delete', '--wait'), ['lb1', 'lb2'])
    await lab.fleet().assertNothingBeside()
    await assertOnlyLbsDiffer()
  })
}
