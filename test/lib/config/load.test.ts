import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadSettings } from '../../../lib/config/load.ts'
import type { InfraConfig } from '../../../lib/config/schema.ts'
import type { InfraError } from '../../../lib/errors.ts'
import { errorOf } from '../error-of.ts'
import { withVariable } from '../with-variable.ts'

const load = suite('lib/config/load')

const directory = mkdtempSync(path.join(tmpdir(), 'config-'))
const publicKey = path.join(directory, 'id.pub')
writeFileSync(publicKey, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFm1 me@here\n')
load.after(() => rmSync(directory, { recursive: true }))

const valid: InfraConfig = {
  project: 'example',
  pairs: [{ location: 'fsn1', hostname: 'ns1.example.test', serverTypes: ['cpx22'] }],
  image: 'debian-12',
  networkRange: '10.0.0.0/16',
  operatorNetworks: ['198.18.0.0/15'],
  sshKey: publicKey,
  zonesFolder: 'ansible/zones',
  witness: { queriesPerSecond: 50 },
}

const writeConfig = (name: string, config: unknown): string => {
  const file = path.join(directory, name)
  writeFileSync(file, `export default ${JSON.stringify(config)}\n`)
  return file
}

const writeEnv = (text: string): string => {
  const file = path.join(directory, 'env')
  writeFileSync(file, text)
  return file
}

const goodEnv = 'HCLOUD_TOKEN=abc\nHCLOUD_ENDPOINT=http://127.0.0.1:1/v1/\n'

const faultsOf = (options: { config?: string; envFile?: string }): Promise<InfraError> => errorOf(loadSettings(options))

load('reads config and environment', async () => {
  const { config, environment } = await loadSettings({
    config: writeConfig('good.mjs', valid),
    envFile: writeEnv(goodEnv),
  })
  assert.is(config.project, 'example')
  assert.is(environment.endpoint, 'http://127.0.0.1:1/v1')
  assert.is(environment.sshPublicKeyFile, publicKey)
})

load('the keys of zones are decrypted with the key for SSH, unless another file is named', async () => {
  const config = writeConfig('signed.mjs', { ...valid, dnssec: { keys: 'dnssec-keys' } })
  const own = await loadSettings({ config, envFile: writeEnv(goodEnv) })
  assert.is(own.environment.signingIdentity, publicKey.replace('.pub', ''))
  assert.equal(own.config.dnssec, { keys: 'dnssec-keys', keyTtlSeconds: 3600, validityDays: 60, denial: 'nsec3' })
  const job = await loadSettings({ config, envFile: writeEnv(`${goodEnv}DNSSEC_IDENTITY=/run/secrets/signing\n`) })
  assert.is(job.environment.signingIdentity, '/run/secrets/signing')
})

for (const [dnssec, fault] of [
  [{ keys: 'ansible/zones/keys' }, /dnssec\.keys: .*ansible\/zones\/keys lies in zonesFolder/],
  [{ keys: 'ansible/zones' }, /dnssec\.keys: .* lies in zonesFolder/],
  [{ keys: 'dnssec-keys', validityDays: 180 }, /dnssec\.validityDays: must be at most 179/],
  [{ keys: 'dnssec-keys', recipients: [] }, /dnssec\.recipients: must name who may sign/],
] as const) {
  load(`refused: dnssec ${JSON.stringify(dnssec)}`, async () => {
    // a module is read once under a name
    const config = writeConfig(`dnssec-${encodeURIComponent(JSON.stringify(dnssec))}.mjs`, { ...valid, dnssec })
    assert.match((await faultsOf({ config, envFile: writeEnv(goodEnv) })).message, fault)
  })
}

load('an env file that is named wins over the environment', async () => {
  const { environment } = await withVariable('HCLOUD_TOKEN', 'from-environment', () =>
    loadSettings({ config: writeConfig('good2.mjs', valid), envFile: writeEnv(goodEnv) }),
  )
  assert.is(environment.token, 'abc')
})

load('reports all faults at once, each with its field and remedy', async () => {
  const config = writeConfig('bad.mjs', {
    ...valid,
    project: 'No Good',
    pairs: [{ location: 'fsn1', hostname: 'ns1', serverTypes: [] }],
    networkRange: '198.18.0.0/15',
    operatorNetworks: ['everyone'],
    colour: 'blue',
  })
  const error = await faultsOf({ config, envFile: writeEnv('') })
  assert.is(error.exitCode, 2)
  for (const field of [
    'project',
    'pair 1: hostname',
    'pair 1: serverTypes',
    'networkRange',
    'operatorNetworks.0',
    'colour',
    'HCLOUD_TOKEN',
  ]) {
    assert.ok(error.message.includes(field), `${field} in ${error.message}`)
  }
  assert.match(error.message, /has 7 faults/)
})

load('names what is not there', async () => {
  const error = await faultsOf({ config: path.join(directory, 'none.mjs'), envFile: path.join(directory, 'none.env') })
  assert.match(error.message, /--config: there is no file/)
  assert.match(error.message, /--env-file: there is no file/)
})

load('a missing key comes with the command that makes one', async () => {
  const config = writeConfig('key.mjs', { ...valid, sshKey: path.join(directory, 'other.pub') })
  assert.match((await faultsOf({ config, envFile: writeEnv(goodEnv) })).message, /ssh-keygen -t ed25519/)
})

load('never shows the token', async () => {
  const error = await faultsOf({
    config: path.join(directory, 'none.mjs'),
    envFile: writeEnv('HCLOUD_TOKEN=s3cret with space'),
  })
  assert.not.match(error.message, /s3cret/)
})

const configFaultsOf = async (more: object): Promise<string> => {
  const config = writeConfig(`more-${Object.keys(more).join()}-${Math.random()}.mjs`, { ...valid, ...more })
  return (await faultsOf({ config, envFile: writeEnv(goodEnv) })).message
}

load('no name is that of two pairs, neither now nor before', async () => {
  const [pair] = valid.pairs
  const second = { ...pair, hostname: 'ns2.example.test' }
  for (const other of [pair, { ...second, formerHostnames: ['ns1.example.test'] }])
    assert.match(
      await configFaultsOf({ pairs: [pair, other] }),
      /two pairs have the same hostname, or one had it before/,
    )
})

load('networks are kept in the spelling that the cloud gives back, each once', async () => {
  const operatorNetworks = ['198.18.0.0/15', '2001:0002::/49', '2001:DB8::/32', '2001:db8:0:0::/32']
  const { config } = await loadSettings({
    config: writeConfig('spelling.mjs', { ...valid, operatorNetworks }),
    envFile: writeEnv(goodEnv),
  })
  assert.equal(config.operatorNetworks, ['198.18.0.0/15', '2001:2::/49', '2001:db8::/32'])
})

for (const [title, more, told] of [
  [
    'an address inside a network',
    { operatorNetworks: ['198.18.5.7/16'] },
    /operatorNetworks\.0: .* write 198\.18\.0\.0\/16/,
  ],
  [
    'the same of IPv6',
    { operatorNetworks: ['198.18.0.0/15', '2001:2::1/49'] },
    /operatorNetworks\.1: .* write 2001:2::\/49/,
  ],
  ['no IPv4 network', { operatorNetworks: ['2001:2::/49'] }, /operatorNetworks: .*by IPv4/],
  ['half an address', { operatorNetworks: ['10.1/8'] }, /operatorNetworks\.0: must be a network/],
  ['too few addresses', { networkRange: '10.0.0.0/30' }, /networkRange: .*256 addresses/],
  ['more than what is private', { networkRange: '160.0.0.0/4' }, /networkRange: .*private/],
  ['private at its beginning only', { networkRange: '172.0.0.0/8' }, /networkRange: .*private/],
  ['host bits of the private network', { networkRange: '10.0.0.1/16' }, /networkRange: .* write 10\.0\.0\.0\/16/],
] as const) {
  load(`refuses before anything is made: ${title}`, async () => {
    assert.match(await configFaultsOf(more), told)
  })
}

load.run()
