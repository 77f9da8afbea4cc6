import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FleetServer } from '../../../lib/fleet/server.ts'
import { type Ssh, SshError } from '../../../lib/ssh/ssh.ts'
import { readContentDrift } from '../../../lib/tasks/content.ts'
import { compileFixture, serial } from '../zones/fixture.ts'

const test = suite('lib/tasks/content')

const artefact = await compileFixture()
const made = Object.fromEntries(artefact.map(({ origin, text }) => [`/etc/bind/db.${origin.slice(0, -1)}`, text]))
const zoneFile = '/etc/bind/db.example.test'
const sound = made[zoneFile] ?? ''
const configOf = (name: string, more = ''): string => `options {\n  server-id "${name}.${serial}";\n${more}};\n`

const [ns1, ns2] = ['ns1', 'ns2'].map(
  (name) => ({ name, role: 'nameserver', pair: Number(name.slice(2)), generation: serial }) as FleetServer,
)
if (!ns1 || !ns2) throw new Error('two')

type Files = Readonly<Record<string, string>>

/** Machines that have these files; what has none cannot be reached. */
const machines = (files: Readonly<Record<string, Files>>): { readonly ssh: Ssh } => ({
  ssh: {
    options: async () => [],
    run: async ({ name }, [program, ...words]) => {
      const own = files[name]
      if (!own) throw new SshError(`${name}: no SSH connection`, { failure: 'unreachable', stderr: '' })
      if (program === 'cat') return own[words[0] ?? ''] ?? ''
      const zones = Object.entries(own).filter(([file]) => file.startsWith('/etc/bind/db.'))
      return zones.map(([file, text]) => `${createHash('sha256').update(text).digest('hex')}  ${file}\0`).join('')
    },
    close: async () => undefined,
  },
})

const filesOf = (name: string, changes: Files = {}): Files => ({
  ...made,
  '/etc/bind/named.conf': configOf(name),
  '/etc/bind/db.127': 'of Debian',
  ...changes,
})

test('nothing, when every nameserver has what it was made with', async () => {
  const world = machines({ ns1: filesOf('ns1'), ns2: filesOf('ns2') })
  assert.equal(await readContentDrift(world, [ns1, ns2], artefact), { drift: [], unknown: [] })
  assert.equal(await readContentDrift(world, [ns1, ns2], undefined), { drift: [], unknown: [] })
})

test('a record that was changed by hand is named, at the same serial too', async () => {
  const changed = sound.replaceAll('192.0.2.2\n', '192.0.2.222\n')
  assert.is.not(changed, sound)
  const world = machines({ ns1: filesOf('ns1', { [zoneFile]: changed }), ns2: filesOf('ns2') })
  assert.equal((await readContentDrift(world, [ns1, ns2], artefact)).drift, [
    'ns1 does not serve what it was made with (example.test. has other data for host2.example.test. A, mail.example.test. A): deploy-infra makes new nameservers',
  ])
})

test('without the zone files they are compared with one another', async () => {
  const changed = `${sound}more.example.test. 3600 IN A 192.0.2.7\n`
  const world = machines({ ns1: filesOf('ns1'), ns2: filesOf('ns2', { [zoneFile]: changed }) })
  assert.equal((await readContentDrift(world, [ns1, ns2], undefined)).drift, [
    'ns2 does not serve what ns1 of the same generation does (example.test. has other data for more.example.test. A): deploy-infra makes new nameservers',
  ])
  assert.match((await readContentDrift(world, [ns1], undefined)).unknown.join(), /ns1 .*compared with nothing/)
})

test('another spelling of the same records is no drift', async () => {
  const world = machines({ ns1: filesOf('ns1', { [zoneFile]: sound.replaceAll(' IN ', '\tIN\t') }) })
  assert.equal(await readContentDrift(world, [ns1], artefact), { drift: [], unknown: [] })
})

test('a zone that is missing, and one that BIND refuses, are drift', async () => {
  const { [zoneFile]: _gone, ...others } = filesOf('ns2')
  const world = machines({ ns1: filesOf('ns1', { [zoneFile]: `${sound}nonsense\n` }), ns2: others })
  const { drift } = await readContentDrift(world, [ns1, ns2], artefact)
  assert.is(drift.length, 2)
  assert.match(drift[0] ?? '', /^ns1 .*example\.test\.: BIND refuses it: /)
  assert.match(drift[1] ?? '', /^ns2 .*example\.test\. is not there/)
})

test('a configuration that was changed by hand is seen beside that of another', async () => {
  const config = { '/etc/bind/named.conf': configOf('ns2', '  recursion yes;\n') }
  const world = machines({ ns1: filesOf('ns1'), ns2: filesOf('ns2', config) })
  assert.equal((await readContentDrift(world, [ns1, ns2], artefact)).drift, [
    'named.conf of ns1 and ns2, which were made alike, differ (`};` and `recursion yes;`): deploy-infra makes new nameservers',
  ])
})

test('a nameserver that cannot be asked is not taken for right', async () => {
  const { drift, unknown } = await readContentDrift(machines({ ns1: filesOf('ns1') }), [ns1, ns2], artefact)
  assert.equal(drift, [])
  assert.equal(unknown, ['ns2 could not be asked what it serves: ns2: no SSH connection'])
})

test.run()
