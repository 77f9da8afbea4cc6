import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { query } from '../../../lib/dns/query.ts'
import { type Outcome, startScript } from '../../scripts/command.ts'
import { writeHints, zonemaster } from './judges.ts'
import { until } from './rig.ts'
import { servedSerial, startServed } from './served.ts'

// The committed zones on two real nameservers below a real root and two real parents, and two judges: our check-dns, and Zonemaster's
// engine, which nobody here has written.
const test = suite('local/internet/check-dns')

const read = (name: string): string => readFileSync(path.join('ansible/zones', name), 'utf8')
const files = Object.fromEntries(['example.test.zone', 'example2.test.zone'].map((name) => [name, read(name)]))
const served = await startServed(files)
const { places, rig, setGlue } = served
const { root, parents, resolver } = rig.layout.internet
const folder = rig.layout.stateDir
const [configFile, hintsFile] = ['config.mjs', 'hints'].map((name) => path.join(folder, name)) as [string, string]

test.after(served.stop)

test.before(async () => {
  const config = readFileSync('infra.config.ts', 'utf8')
    .replace(/^import .*$/m, '')
    .replace(/ satisfies InfraConfig/, '')
    .replace("'ansible/zones'", JSON.stringify(served.folder))
  await writeFile(configFile, config)
  await writeHints(hintsFile, root)
  const asked = { name: 'example2.test', type: 'SOA', transport: 'udp', rd: true } as const
  await until('the resolver finds it', async () => {
    const reply = await query({ address: resolver.ipv4, port: 53 }, asked, { timeoutMs: 4000 })
    return reply.kind === 'answered' && reply.serial === servedSerial
  })
})

const checkDns = (...words: readonly string[]): Promise<Outcome> => {
  const env = { DNS_ROOT_SERVERS: [root.ipv4, root.ipv6].join(','), HCLOUD_TOKEN: '' }
  return startScript('check-dns', ['--config', configFile, ...words, '--targets', ...served.targets], env).ended
}

test('real BIND below a real root passes every check, over both families, and through a resolver', async () => {
  const { code, stdout, stderr } = await checkDns('--resolver', resolver.ipv4)
  assert.is(code, 0, stdout + stderr)
  assert.match(stdout, /^OK: all \d+ checks passed\./)
  assert.match(stdout, new RegExp(`resolver +${resolver.ipv4} +[1-9]`))
  assert.match(stdout, new RegExp(`lb2 +${places[1].ipv6} +[1-9]`))
})

test('Zonemaster finds nothing either at WARNING or above', async () => {
  assert.equal(await zonemaster(hintsFile, 'example.test'), [])
  assert.equal(await zonemaster(hintsFile, 'example2.test'), [])
})

test('an address at the parents that the zone does not have: both find it', async () => {
  const [one, two] = places
  // an address of one of the two, so that nobody else is asked
  await setGlue('ns2.example.test', one.ipv4, two.ipv6)
  const { code, stdout } = await checkDns('--json')
  assert.is(code, 3, stdout)
  const { findings } = JSON.parse(stdout)
  assert.equal(
    [...new Set(findings.map((one: { check: string; server: string }) => `${one.check} ${one.server}`))].sort(),
    parents.map(({ name }) => `glue ${name}`),
  )
  assert.equal(await zonemaster(hintsFile, 'example.test'), ['IN_BAILIWICK_ADDR_MISMATCH'])
  await setGlue('ns2.example.test', two.ipv4, two.ipv6)
})

test('a nameserver that is gone: both find it', async () => {
  await served.stopNameserver(1)
  const { code, stdout } = await checkDns('--json')
  assert.is(code, 3, stdout)
  const { findings } = JSON.parse(stdout)
  const failed = findings.filter(({ status }: { status: string }) => status === 'failed')
  assert.equal(
    [...new Set(failed.map((one: { check: string; server: string }) => `${one.check} ${one.server}`))],
    ['soa lb2'],
  )
  assert.equal(await zonemaster(hintsFile, 'example.test'), ['CN01_NO_RESPONSE_UDP', 'CN02_NO_RESPONSE_TCP'])
})

test.run()
