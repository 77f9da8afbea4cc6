import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findMultipassFault } from '../../../../local/machines/multipass/faults.ts'
import { createScripted } from './scripted.ts'

const test = suite('local/machines/multipass/faults')

const before = process.env.MULTIPASS
test.after(() => {
  if (before === undefined) delete process.env.MULTIPASS
  else process.env.MULTIPASS = before
})

const versions = (client: string, daemon = client): string =>
  `version*) echo '{"multipass":"${client}","multipassd":"${daemon}"}' ;;`
const networks = `networks*) echo '{"list":[]}' ;;`

for (const [title, cases, detail, remedy] of [
  [
    'a daemon that does not answer',
    `version*) echo '{"multipass":"1.16.3"}' ;;`,
    /^Multipass: its daemon does not answer$/,
    /^sudo snap restart multipass$/,
  ],
  [
    'one that refuses',
    "version*) echo 'version failed: x' >&2; exit 2 ;;",
    /^Multipass: version failed: x$/,
    /^sudo snap restart multipass$/,
  ],
  [
    'an old version',
    versions('1.12.2'),
    /^Multipass 1\.12\.2 is too old: 1\.13 or later/,
    /^sudo snap refresh multipass$/,
  ],
  ['an old daemon', versions('1.16.3', '0.9.1'), /^Multipass 0\.9\.1 is too old/, /^sudo snap refresh multipass$/],
  [
    'one without networks',
    `${versions('1.13.1')}\nnetworks*) echo 'networks failed: not supported' >&2; exit 2 ;;`,
    /^Multipass has no networks: networks failed: not supported$/,
    /local\.driver=qemu/,
  ],
] as const) {
  test(`finds ${title}`, async () => {
    const scripted = await createScripted(cases)
    process.env.MULTIPASS = scripted.program
    const fault = await findMultipassFault()
    await scripted.clean()
    assert.match(fault?.detail ?? '', detail)
    assert.match(fault?.remedy ?? '', remedy)
  })
}

for (const version of ['1.13.0', '1.16.3', '1.15.0-dev.2+g1', '2.0']) {
  test(`has nothing against ${version}`, async () => {
    const scripted = await createScripted(`${versions(version)}\n${networks}`)
    process.env.MULTIPASS = scripted.program
    const fault = await findMultipassFault()
    await scripted.clean()
    assert.is(fault, undefined)
  })
}

test('says how to get it', async () => {
  process.env.MULTIPASS = '/nowhere/multipass'
  const fault = await findMultipassFault()
  assert.is(fault?.detail, 'missing: multipass')
  assert.match(fault?.remedy ?? '', /sudo snap install multipass$/)
})

test.run()
