import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { serverName } from '../../lib/fleet/names.ts'
import { startScript } from '../scripts/command.ts'
import { createConfig } from './checkout.ts'
import type { FastRun } from './clone.ts'
import type { Flags } from './operations.ts'
import { createServingWorld } from './prepared.ts'

const test = suite('world/check-dns')

const fast = await createServingWorld(test)

const check = (flags: Flags = {}): Promise<FastRun> => fast.run('check-dns', { flags })

interface Told {
  readonly verdict: string
  readonly findings: readonly {
    readonly check: string
    readonly server: string
    readonly status: string
    readonly got: string
  }[]
  readonly targets: readonly {
    readonly server: string
    readonly ok: number
    readonly failed: number
    readonly unknown: number
  }[]
  readonly notes: readonly string[]
  readonly unmeasured: readonly string[]
}

/** Check and server of what failed, each once. */
const failuresIn = ({ findings }: Told): readonly string[] => [
  ...new Set(findings.filter(({ status }) => status === 'failed').map((one) => `${one.check} ${one.server}`)),
]

const told = async (flags: Flags = {}): Promise<Told & { readonly exitCode: number | undefined }> => {
  const { exitCode, stdout, stderr } = await check({ json: true, ...flags })
  if (stdout === '') throw new Error(stderr)
  return { exitCode, ...JSON.parse(stdout) }
}

test('where all is well it says so first, and how much was asked of whom', async () => {
  const { exitCode, stdout, stderr } = await check()
  assert.is(exitCode, 0, stdout)
  assert.match(stdout, /^OK: all \d+ checks passed\.\n/)
  for (const server of ['ns1', 'ns2', 'lb1', 'lb2', 'a.nic.test', 'b.nic.test'])
    assert.match(stdout, new RegExp(`^  ${server} +127\\.[0-9.]+ +[1-9][0-9]* +0 +0$`, 'm'))
  assert.is(stderr, '')
})

test('it changes nothing', async () => {
  const before = await fast.servers()
  await check()
  assert.equal(await fast.servers(), before)
  assert.is(await fast.lock(), undefined)
})

test('a nameserver that is stopped: it fails, and so does its lb; the other pair is fine', async () => {
  fast.spoil('ns2', { isStopped: true })
  const report = await told()
  assert.is(report.exitCode, 3)
  assert.equal([...failuresIn(report)].sort(), ['soa lb2', 'soa ns2'])
  assert.equal(
    report.targets.filter(({ server }) => /^(lb|ns)1$/.test(server)).map(({ failed, unknown }) => failed + unknown),
    [0, 0],
  )
})

test('an lb that is cut off: it fails alone, and what it was not asked is unknown', async () => {
  fast.spoil('lb2', { isStopped: true })
  const report = await told()
  assert.is(report.exitCode, 3)
  assert.equal(failuresIn(report), ['soa lb2'])
  assert.equal([...new Set(report.findings.map(({ server }) => server))], ['lb2'])
  const { stdout } = await check()
  assert.match(stdout, /^WRONG: 2 of \d+ checks failed, and \d+ things could not be measured\.\n/)
  assert.match(stdout, /^ {4}do +Is named running/m)
  assert.match(stdout, /^ {4}try +dig @127/m)
  assert.match(stdout, /^Could not be measured, which is not ok:\n {2}- \d+ checks/m)
})

const replaced = (bytes: Buffer, from: string, to: string): Buffer => {
  const [before, after] = [from, to].map((text) => Buffer.from(text.split('.').map(Number))) as [Buffer, Buffer]
  const copy = Buffer.from(bytes)
  for (let at = copy.indexOf(before); at >= 0; at = copy.indexOf(before)) after.copy(copy, at)
  return copy
}

test('a record that was changed on one nameserver', async () => {
  fast.spoil('ns2', { spoil: (_asked, answer) => replaced(answer, '192.0.2.80', '192.0.2.99') })
  const report = await told()
  assert.is(report.exitCode, 3)
  assert.equal([...failuresIn(report)].sort(), ['rrsets lb2', 'rrsets ns2'])
  const { stdout } = await check()
  assert.match(stdout, /^ {2}example\.test\. A at ns2 \(127[0-9.]+ over UDP and TCP\), lb2 \(/m)
  assert.match(stdout, /missing: A\s+192\.0\.2\.80/)
})

test('a record that is changed on the way is told from one that the nameserver has', async () => {
  fast.spoil('lb2', { spoil: (_asked, answer) => replaced(answer, '192.0.2.80', '192.0.2.99') })
  const report = await told()
  assert.is(report.exitCode, 3)
  assert.equal([...failuresIn(report)].sort(), ['direct-lb lb2', 'rrsets lb2'])
})

test('glue that is wrong at one of the parents is told of that one', async () => {
  const nobody = fast.internet.root.replace(/\d+$/, '250')
  fast.internet.faults.b.wrong = (domains) =>
    new Map(
      [...domains].map(([name, domain]) => [
        name,
        { ...domain, hosts: new Map([...domain.hosts].map(([host]) => [host, [nobody]])) },
      ]),
    )
  const report = await told({ only: ['parent-ns', 'glue'] })
  assert.is(report.exitCode, 3)
  assert.equal(failuresIn(report), ['glue b.nic.test'])
  assert.match(report.findings[0]?.got ?? '', new RegExp(`shows ${nobody.replaceAll('.', '\\.')}`))
})

test('a parent that names another nameserver, one that does not delegate at all, and one that takes the zone for signed', async () => {
  const onA = (change: (domain: { nameservers: readonly string[]; isSigned?: boolean }) => object): void => {
    fast.internet.faults.a.wrong = (domains) =>
      new Map([...domains].map(([name, domain]) => [name, { ...domain, ...change(domain) }]))
  }
  onA(({ nameservers }) => ({ nameservers: nameservers.slice(0, 1) }))
  const lacking = await told({ only: ['parent-ns', 'glue', 'ds'] })
  assert.equal(failuresIn(lacking), ['parent-ns a.nic.test'])
  onA(() => ({ nameservers: [] }))
  const absent = await told({ only: ['parent-ns', 'glue', 'ds'] })
  assert.equal(failuresIn(absent), ['parent-ns a.nic.test'])
  assert.match(absent.findings[0]?.got ?? '', /not delegated/)
  onA(() => ({ isSigned: true }))
  const signed = await told({ only: ['parent-ns', 'glue', 'ds'] })
  assert.equal(failuresIn(signed), ['ds test.'])
})

test('another generation behind one lb', async () => {
  assert.is((await fast.run('deploy', { flags: { keepOld: true } })).exitCode, 0)
  const { lb } = fast.machine('lb2')
  if (!lb?.active) throw new Error('lb2 serves')
  const old = (await fast.servers()).find(({ name }) => name === serverName('nameserver', 2, 'old'))
  const colour = lb.colours[lb.active]
  const before = colour.upstream
  Object.assign(colour, { upstream: old?.private_net[0]?.ip ?? null })
  const report = await told()
  assert.is(report.exitCode, 3)
  assert.ok(failuresIn(report).includes('serial lb2'))
  assert.ok(failuresIn(report).includes('nsid lb2'))
  assert.equal([...new Set(report.findings.map(({ server }) => server))], ['lb2'])
  Object.assign(colour, { upstream: before })
  assert.is((await told()).exitCode, 0)
})

test('zone files that have not been deployed differ; with --serving they do not count', async () => {
  const zoneFile = path.join(fast.clones[0].root, 'zones', 'example.test.zone')
  const config = createConfig(2)
  const lines = config.pairs.map(({ hostname }) => `@ 10 NS ${hostname}.`).join('\n')
  const text = `$TTL 1h\n@ SOA ns1 hostmaster ( 0 3h 1h 2w 5m )\n${lines}\n@ A 192.0.2.80\nnew A 192.0.2.82\n`
  const before = await readFile(zoneFile, 'utf8')
  await writeFile(zoneFile, text)
  try {
    const files = await told()
    assert.is(files.exitCode, 3)
    assert.match(files.notes.join('\n'), /The zone files at hand are others than those that were deployed/)
    const deployed = await told({ serving: true })
    assert.is(deployed.exitCode, 0, JSON.stringify(deployed))
    assert.equal(deployed.notes, [])
  } finally {
    await writeFile(zoneFile, before)
  }
})

test('what cannot be measured is unknown, and never ok', async () => {
  const nobody = fast.internet.root.replace(/\d+$/, '250')
  const report = await told({ only: ['resolver', 'spread'], resolver: nobody })
  assert.is(report.exitCode, 8)
  assert.is(report.verdict, 'unknown')
  assert.equal(
    report.findings.map((one) => `${one.check} ${one.status}`),
    ['resolver unknown'],
  )
})

test('options that cannot be are refused before anything is asked', async () => {
  const cases: readonly (readonly [Flags, RegExp])[] = [
    [{ zone: ['nothing.test'] }, /there is no zone nothing\.test\.\n {2}There are example\.test\./],
    [{ zone: ['nothing.test'], serving: true }, /there is no zone nothing\.test\./],
    [{ serving: true, targets: ['lb1=127.0.0.1'] }, /exclude each other/],
    [{ resolver: 'nine' }, /nine is no IP address/],
    [{ only: ['resolver'] }, /needs a resolver/],
  ]
  for (const [flags, message] of cases) {
    const { exitCode, stderr, stdout } = await check(flags)
    assert.is(exitCode, 2, stdout)
    assert.match(stderr, message)
  }
})

test('no more questions a second than it is told', async () => {
  const startedAt = fast.clock.now()
  const report = await told({ rate: '20' })
  assert.is(report.exitCode, 0)
  // each takes a question at least
  const asked = report.targets.filter(({ server }) => /^(lb|ns)/.test(server)).reduce((sum, { ok }) => sum + ok, 0)
  assert.ok(asked > 100)
  const tookMs = fast.clock.now() - startedAt
  assert.ok(tookMs >= ((asked - 10) * 1000) / 20, `${asked} took ${tookMs} ms`)
})

test('one zone and one check alone', async () => {
  const report = await told({ zone: ['EXAMPLE.test'], only: ['serial'] })
  assert.is(report.exitCode, 0)
  assert.equal(
    report.targets.map(({ server, ok }) => `${server} ${ok}`),
    ['ns1 2', 'lb1 2', 'ns2 2', 'lb2 2'],
  )
})

test('no line is longer than 80 columns, but for what is copied', async () => {
  fast.spoil('lb2', { spoil: (_asked, answer) => replaced(answer, '192.0.2.80', '192.0.2.99') })
  fast.spoil('lb1', { isStopped: true })
  const { stdout } = await check()
  assert.equal(
    stdout.split('\n').filter((line) => line.length > 80),
    [],
  )
})

/** The script itself, which has no token: only zone files, and addresses. */
const script = async (...words: readonly string[]) => {
  const config = { ...createConfig(2), zonesFolder: path.join(fast.clones[0].root, 'zones') }
  const file = path.join(fast.clones[0].root, 'config.mjs')
  await writeFile(file, `export default ${JSON.stringify(config)}\n`)
  const env = { DNS_ROOT_SERVERS: fast.internet.root, HCLOUD_TOKEN: '' }
  return startScript('check-dns', ['--config', file, ...words], env).ended
}

const addressOf = (name: string): string => `${name}=${fast.machine(name).ipv4}`

test('without a token it asks who is named', async () => {
  const fine = await script('--targets', addressOf('lb1'), addressOf('lb2'), addressOf('ns1'), '--json')
  assert.is(fine.code, 0, fine.stdout + fine.stderr)
  const { targets, notes } = JSON.parse(fine.stdout)
  assert.equal(
    targets.slice(0, 3).map(({ server }: { server: string }) => server),
    ['lb1', 'ns1', 'lb2'],
  )
  assert.match(notes[0], /^Without the cloud, the serial \(\d+\) and the addresses/)

  const mixed = await script('--targets', addressOf('lb1'), `lb2=${fast.machine('lb1').ipv4}`)
  assert.is(mixed.code, 3)
  assert.match(mixed.stdout, /answered by ns1\.\d+ instead of ns2\.\d+/)

  fast.spoil('lb1', { isStopped: true })
  fast.spoil('lb2', { isStopped: true })
  const silent = await script('--targets', addressOf('lb1'), addressOf('lb2'))
  assert.is(silent.code, 3, silent.stderr)
  assert.match(silent.stdout, /^WRONG: 2 of 2 checks failed/)
})

test.run()
