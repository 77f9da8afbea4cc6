import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dsOf } from '../../../lib/dns/dnssec/ds.ts'
import { beginLeaving, readZoneKeys, setAside } from '../../../lib/zones/signing/keys.ts'
import { dnskeyOf } from '../../../lib/zones/signing/known.ts'
import { makeZoneKey } from '../../../lib/zones/signing/make-key.ts'
import { signZones } from '../../../lib/zones/signing/sign-zones.ts'
import type { ZoneKey } from '../../../lib/zones/signing/zone-key.ts'
import type { Zone } from '../../../lib/zones/zone.ts'
import { openKeys } from '../../../local/internet/keys.ts'
import { makeOperator, rules } from '../../lib/zones/signing/fixture.ts'
import { startScript } from '../../scripts/command.ts'
import { dnsviz, writeHints, zonemaster } from './judges.ts'
import { startServed } from './served.ts'

// The committed zones, signed by us, on real nameservers below a signed root: what others say of each state that a zone stays in.
const test = suite('local/internet/signed-judges')

const read = (name: string): string => readFileSync(path.join('ansible/zones', name), 'utf8')
const files = Object.fromEntries(['example.test.zone', 'example2.test.zone'].map((name) => [name, read(name)]))
const served = await startServed(files)
test.after(served.stop)

const { root } = served.rig.layout.internet
const scratch = path.join(served.rig.layout.stateDir, 'judges')
const [keysFolder, configFile, hints, anchor] = ['keys', 'config.mjs', 'hints', 'anchor'].map((name) =>
  path.join(scratch, name),
) as [string, string, string, string]
let operator: Awaited<ReturnType<typeof makeOperator>>

test.before(async () => {
  await mkdir(keysFolder, { recursive: true })
  operator = await makeOperator(scratch)
  await writeHints(hints, root)
  const { root: rootKey } = await openKeys(path.join(served.rig.layout.stateDir, 'internet'))
  await writeFile(anchor, `. 60 IN DNSKEY ${rootKey.dnskey}\n`)
})

const makeKey = (): Promise<ZoneKey> =>
  makeZoneKey({ origin: 'example.test.', ttlSeconds: 60, folder: keysFolder, recipients: [operator.recipient] })

const sign = async (denial: 'nsec' | 'nsec3' = 'nsec3'): Promise<readonly Zone[]> => {
  const keys = await readZoneKeys(keysFolder)
  return signZones(served.zones, { ...rules, denial, folder: keysFolder, keys, identity: operator.identity })
}

const ds = (...keys: readonly ZoneKey[]): readonly string[] =>
  keys.map((key) => dsOf(key.origin, dnskeyOf(key)) ?? '').sort()

/** Both parents show it once it is answered. */
const setDs = (...records: readonly string[]) => served.rig.call('PUT', '/v1/domains/example.test/ds', { ds: records })

/** What our own check-dns finds, check by check. */
const checkDns = async (): Promise<readonly string[]> => {
  const config = readFileSync('infra.config.ts', 'utf8')
    .replace(/^import .*$/m, '')
    .replace(/ satisfies InfraConfig/, '')
    .replace("'ansible/zones'", JSON.stringify(served.folder))
    .replace('  registrar:', `  dnssec: { keys: ${JSON.stringify(keysFolder)} },\n  registrar:`)
  await writeFile(configFile, config)
  const env = { DNS_ROOT_SERVERS: [root.ipv4, root.ipv6].join(','), HCLOUD_TOKEN: '' }
  const words = ['--config', configFile, '--json', '--targets', ...served.targets]
  const { code, stdout, stderr } = await startScript('check-dns', words, env).ended
  assert.ok(code === 0 || code === 3, stdout + stderr)
  const { findings } = JSON.parse(stdout) as { findings: readonly { check: string; status: string }[] }
  return [...new Set(findings.filter(({ status }) => status !== 'ok').map(({ check }) => check))].sort()
}

const judge = async () => {
  const [ours, theirs, others] = await Promise.all([
    checkDns(),
    zonemaster(hints, 'example.test'),
    dnsviz(anchor, served.rig.layout, 'example.test'),
  ])
  return { ours, zonemaster: theirs, dnsviz: others }
}

const nothing = { ours: [], zonemaster: [], dnsviz: [] }

test('unsigned: nothing', async () => assert.equal(await judge(), nothing))

/** Keys, in the order in which they are made. */
const keys: ZoneKey[] = []

test('signed, and no parent says so yet: Zonemaster tells it, which cannot know that it is to come', async () => {
  keys.push(await makeKey())
  await served.serve(await sign())
  assert.equal(await judge(), { ...nothing, zonemaster: ['DNSKEY_BUT_NOT_DS'] })
})

test('secure, by NSEC3 and by NSEC: nothing', async () => {
  await setDs(...ds(...keys))
  assert.equal(await judge(), nothing)
  await served.serve(await sign('nsec'))
  assert.equal(await judge(), nothing)
})

test('signed by two keys, whichever of them the DS records point at: nothing', async () => {
  const [first] = keys
  assert.ok(first)
  await beginLeaving(first, keysFolder)
  keys.push(await makeKey())
  await served.serve(await sign())
  assert.equal(await judge(), nothing)
  await setDs(...ds(...keys))
  assert.equal(await judge(), nothing)
  await setDs(...ds(...keys.slice(1)))
  assert.equal(await judge(), nothing)
})

test('signed by the other key: nothing', async () => {
  const [first] = keys
  assert.ok(first)
  await setAside({ ...first, isLeaving: true }, keysFolder)
  await served.serve(await sign())
  assert.equal(await judge(), nothing)
})

test('a DS record of a key that nobody has: all see it', async () => {
  await setDs(`4711 13 2 ${'AB'.repeat(32)}`)
  assert.equal(await judge(), {
    ours: ['ds'],
    zonemaster: ['DS02_NO_DNSKEY_FOR_DS', 'DS02_NO_VALID_DNSKEY_FOR_ANY_DS'],
    dnsviz: ['E:MISSING_SEP_FOR_ALG', 'E:NO_SEP'],
  })
  await setDs(...ds(...keys.slice(1)))
})

test('a signature that is not of its records: ours sees each, the others those that they ask for', async () => {
  const [zone, ...others] = await sign()
  assert.ok(zone)
  const spoil = async (owner: string, type: string) => {
    const record = new RegExp(`^(${owner}\\.\\s.*\\sRRSIG\\s+${type}\\s.*\\s)\\S{8}(\\S+)$`, 'm')
    const text = zone.text.replace(record, '$1AAAAAAAA$2')
    assert.is.not(text, zone.text)
    await served.serve([{ ...zone, text }, ...others])
    return judge()
  }
  assert.equal(await spoil('www\\.example\\.test', 'CNAME'), { ...nothing, ours: ['signed'] })
  assert.equal(await spoil('example\\.test', 'SOA'), {
    ours: ['signed'],
    zonemaster: ['DS09_RRSIG_NOT_VALID_BY_DNSKEY'],
    dnsviz: ['E:SIGNATURE_INVALID'],
  })
})

test.run()
