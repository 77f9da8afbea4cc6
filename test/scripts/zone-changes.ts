import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { query } from '../../lib/dns/query.ts'
import { assertSays } from './command.ts'
import type { Lab } from './lab.ts'
import { losingNothing } from './load.ts'

/** Zones and records that come and go, from a checkout of its own; the fleet serves what this checkout has. */
export const promiseZoneChanges = (zones: Test, lab: Lab): void => {
  const checkout = lab.laptop('zones')
  const { start, expect } = checkout

  const zoneFile = (): string => path.join(checkout.root, 'ansible/zones/added.test.zone')
  const addZone = (): void => {
    const records = ['$TTL 1m', '@ SOA ns1.example.test. h.example.test. 0 3h 1h 2w 5m']
    const servers = [1, 2].map((pair) => `@ NS ns${pair}.example.test.`)
    writeFileSync(zoneFile(), [...records, ...servers, '@ A 192.0.2.99', 'www CNAME @', ''].join('\n'))
  }

  /** The rcodes that the lbs give for a name: one, when all of them are of one mind. */
  const rcodesOf = async (name: string): Promise<readonly string[]> => {
    const replies = await Promise.all(
      (await lab.fleet().lbAddresses()).map((address) =>
        query({ address, port: 53 }, { name, type: 'SOA', transport: 'udp' }, { timeoutMs: 3000 }),
      ),
    )
    return [...new Set(replies.map((reply) => (reply.kind === 'answered' ? reply.rcode : reply.kind)))]
  }

  zones(
    'with a zone added, a nameserver that fails after the switch is switched back from, and it is said so',
    async () => {
      const before = await lab.fleet().generationOf('ns1')
      addZone()
      const script = start('deploy-infra', '--yes-delete', '--json')
      await script.saw(/"kind":"switch-lb","state":"done"/)
      await script.pausedWhile(() => lab.fleet().onMachine('ns1-next', 'systemctl stop named'))
      const { code, stderr } = await script.ended
      assert.is(code, 4, stderr)
      assertSays(stderr, /switched back: the old nameservers serve again/)
      await lab.fleet().everyAnswerIsOf(before)
    },
  )

  zones('a zone is added, nothing is lost and nothing wrong', async () => {
    assert.equal(await rcodesOf('added.test'), ['REFUSED'])
    const { stderr } = await losingNothing(await lab.fleet().lbAddresses(), () =>
      expect(0, 'deploy-infra', '--fresh', '--keep-old', '--yes-delete'),
    )
    assert.not.match(stderr, /goes:|UNKNOWN/)
    assert.equal(await rcodesOf('added.test'), ['NOERROR'])
  })

  zones('going back to where it was not there works, and tells that it goes', async () => {
    const { stdout, stderr } = await losingNothing(await lab.fleet().lbAddresses(), () => expect(0, 'rollback-infra'))
    assertSays(stderr, /added\.test goes: generation \d+ serves it, generation \d+\s+does\s+not\s+have\s+it/)
    assertSays(stdout, /^added\.test goes: [\s\S]*\n {2}added\.test {2}GOES, with \d+ records\n/m)
    assert.not.match(stdout, /added\.test\. .*REFUSED/)
    assert.equal(await rcodesOf('added.test'), ['REFUSED'])
  })

  zones(
    'so is one while a record and a delegation are taken back, with a witness that asks once a second',
    async () => {
      checkout.edit('infra.config.ts', 'queriesPerSecond: 50', 'queriesPerSecond: 1')
      checkout.edit('ansible/zones/example.test.zone', /^sip .*\n/m, '')
      checkout.edit('ansible/zones/example.test.zone', '_sip._tcp     SRV    0 5 5060 sip\n', '')
      checkout.edit('ansible/zones/example.test.zone', /^sub +NS .*$/m, 'sub           A      192.0.2.54')
      await losingNothing(await lab.fleet().lbAddresses(), () => expect(0, 'deploy-infra', '--yes-delete'))
      assert.equal(await rcodesOf('added.test'), ['NOERROR'])
      await lab.fleet().assertNothingBeside()
    },
  )

  zones('a zone that goes is named before anything is done, and needs its name', async () => {
    const before = await lab.twin().snapshot()
    const kept = await expect(2, 'deploy-infra', '--yes-delete', '--accept-zone', 'added.test')
    assertSays(kept.stderr, /--accept-zone added\.test: this zone does not go/)
    rmSync(zoneFile())
    const { stdout } = await expect(3, 'deploy-infra', '--dry-run')
    assertSays(
      stdout,
      /^added\.test goes: generation \d+ serves it, the zone files do not\s+have\s+it;\s+who\s+asks\s+for\s+it\s+gets\s+REFUSED/,
    )
    const json = JSON.parse((await expect(3, 'deploy-infra', '--dry-run', '--json')).stdout)
    assert.equal(
      json.dangers.map(({ zone }: { zone: string }) => zone),
      ['added.test'],
    )
    const { stderr } = await expect(2, 'deploy-infra', '--yes-delete')
    assertSays(stderr, /added\.test goes: [\s\S]*Take --accept-zone added\.test /)
    assert.equal(await lab.twin().snapshot(), before)
  })

  zones('with that it goes, and nothing else is lost', async () => {
    checkout.edit('infra.config.ts', 'queriesPerSecond: 1', 'queriesPerSecond: 50')
    // the delegation comes back, which is asked about too
    execFileSync('git', ['checkout', '--', 'ansible/zones/example.test.zone'], { cwd: checkout.root })
    const accepted = ['--accept-zone', 'added.test', '--accept-zone', 'example.test']
    const { stdout } = await losingNothing(await lab.fleet().lbAddresses(), () =>
      expect(0, 'deploy-infra', '--yes-delete', ...accepted),
    )
    assertSays(stdout, /^added\.test goes: [\s\S]*\n {2}added\.test {2}GOES, with \d+ records\n/m)
    assert.equal(await rcodesOf('added.test'), ['REFUSED'])
    await lab.fleet().everyAnswerIsOf(await lab.fleet().generationOf('ns1'))
    await lab.fleet().assertNothingBeside()
  })
}
