import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { BackendFinding, Finding } from '../../../local/twin/doctor.ts'
import { describeFindings } from '../../../local/twin/doctor.ts'
import { assertSays, type Outcome, runScript } from '../../scripts/command.ts'

const test = suite('local/twin/doctor')

/** A computer on which nothing is installed but a shell; programs of the system's own directories stay found. */
const bare = mkdtempSync(path.join(tmpdir(), 'bare-'))
symlinkSync('/bin/sh', path.join(bare, 'sh'))
test.after(() => rmSync(bare, { recursive: true }))

const state = path.join(bare, 'state')
const upOnBare = (...args: readonly string[]): Promise<Outcome> =>
  runScript('local-up', ['--state', state, ...args], { PATH: bare })

const doctor = async (...args: readonly string[]) => {
  const { code, stdout } = await upOnBare('--doctor', '--json', ...args)
  const [line = ''] = stdout.split('\n')
  const { computer, backends }: { computer: Finding[]; backends: BackendFinding[] } = JSON.parse(line)
  return { code, computer, backends }
}

test('names every backend with what it lacks and the command that gets it, and changes nothing', async () => {
  const { code, computer, backends } = await doctor()
  assert.is(code, 2)
  assert.equal(
    backends.map(({ name }) => name),
    ['nspawn', 'vagrant (lxc)', 'vagrant (libvirt)', 'multipass'],
  )
  const [nspawn, lxc, libvirt, multipass] = backends
  assertSays(nspawn?.detail ?? '', /missing: .*mmdebstrap.*systemd-nspawn/)
  assertSays(nspawn?.remedy ?? '', /^apt-get install --no-install-recommends .*mmdebstrap.*systemd-container/)
  assertSays(lxc?.remedy ?? '', /apt-get install .* vagrant/)
  assertSays(libvirt?.remedy ?? '', /apt-get install .* vagrant/)
  assertSays(multipass?.remedy ?? '', /snap install multipass/)
  const ansible = computer.find(({ name }) => name === 'Ansible')
  assert.is(ansible?.remedy, 'apt-get install --no-install-recommends ansible-core')
  assert.ok(computer.find(({ name }) => name === 'disk')?.isFine)
  assert.equal(readdirSync(bare), ['sh'])
})

test('finds here what the tests themselves need', async () => {
  const { code, stdout } = await runScript('local-up', ['--doctor', '--state', state])
  assert.is(code, 0, stdout)
  assertSays(stdout, /This computer\n {2}✔ Node .*\n[\s\S]*Backends\n {2}✔ nspawn +would work\n/)
})

test('local-up without what it needs says what is missing, and changes nothing', async () => {
  const { code, stderr } = await upOnBare()
  assert.is(code, 2)
  assertSays(stderr, /Machines cannot be made here with nspawn: missing: [\s\S]*apt-get install[\s\S]*--doctor/)
  const asked = await upOnBare('--backend', 'multipass')
  assert.is(asked.code, 2)
  assertSays(asked.stderr, /Machines cannot be made here with multipass: [\s\S]*snap install multipass/)
  assert.equal(readdirSync(bare), ['sh'])
})

test('refuses backends there are not and options that do not go together', async () => {
  const refusals = await Promise.all([
    upOnBare('--backend', 'docker'),
    upOnBare('--backend', 'nspawn', '--provider', 'lxc'),
    upOnBare('--box', 'debian/bookworm64'),
    runScript('local-up', ['--state', state], { LOCAL_BACKEND: 'docker' }),
  ])
  assert.equal(
    refusals.map(({ code }) => code),
    [2, 2, 2, 2],
  )
  const said = refusals.map(({ stderr }) => stderr)
  assertSays(said[0] ?? '', /docker[\s\S]*nspawn, vagrant, multipass/)
  assertSays(said[1] ?? '', /--provider lxc is for --backend vagrant/)
  assertSays(said[2] ?? '', /--box is for --backend vagrant and multipass/)
  assertSays(said[3] ?? '', /LOCAL_BACKEND/)
  assert.equal(readdirSync(bare), ['sh'])
})

test('puts each remedy below what it mends', () => {
  const findings = [
    { name: 'a', isFine: true, detail: 'there' },
    { name: 'long', isFine: false, detail: 'missing: x; needs root', remedy: 'install x\nbe root' },
  ]
  assert.is(
    describeFindings(findings),
    `  ✔ a     there
  ✘ long  missing: x; needs root
          → install x
          → be root
`,
  )
})

test.run()
