import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FleetServer } from '../../../lib/fleet/server.ts'
import { runProgram } from '../../../lib/outside/program.ts'
import { type Ssh, SshError } from '../../../lib/ssh/ssh.ts'
import { readServedArtefact } from '../../../lib/tasks/served.ts'
import { hashArtefact } from '../../../lib/zones/hash.ts'
import { compileFixture, serial } from '../zones/fixture.ts'

const test = suite('lib/tasks/served')

const artefact = await compileFixture()
const content = hashArtefact(artefact)
const folder = await mkdtemp(path.join(tmpdir(), 'served-'))

const fileOf = (name: string, origin: string): string => path.join(folder, `${name}-db.${origin.slice(0, -1)}`)
const names = ['ns1', 'ns2']
test.before(async () => {
  for (const name of names) for (const { origin, text } of artefact) await writeFile(fileOf(name, origin), text)
})
test.after(() => rm(folder, { recursive: true, force: true }))

/** The commands run here, on files that lie elsewhere; who is silent cannot be reached. */
const machines = (...silent: readonly string[]): { readonly ssh: Ssh; readonly asked: string[] } => {
  const asked: string[] = []
  const run: Ssh['run'] = async ({ name }, [program = '', ...words]) => {
    asked.push(name)
    if (silent.includes(name)) throw new SshError(`${name}: no SSH connection`, { failure: 'unreachable', stderr: '' })
    if (program === 'named-checkconf')
      return artefact.map(({ origin }) => `${origin.slice(0, -1)} IN _default primary\n`).join('')
    const elsewhere = words.map((word) => word.replace('/etc/bind/', `${folder}/${name}-`))
    const { exitCode, stdout, stderr } = await runProgram([program, ...elsewhere])
    if (exitCode === 0) return stdout
    throw new SshError(`${name}: ${stderr}`, { failure: 'command', stderr, command: { exitStatus: 1, stdout } })
  }
  return { asked, ssh: { options: async () => [], run, close: async () => undefined } }
}

const server = (name: string, more: Partial<FleetServer> = {}): FleetServer =>
  ({ name, role: 'nameserver', pair: Number(name.slice(2)), generation: serial, content, ...more }) as FleetServer

test('who has other files than the label says proves nothing, and the next one is asked', async () => {
  const [first] = artefact
  const file = fileOf('ns1', first?.origin ?? '')
  await writeFile(file, `${first?.text}www2 A 192.0.2.99\n`)
  const { ssh } = machines('ns2')
  assert.equal(
    await readServedArtefact(
      { ssh },
      serial,
      names.map((name) => server(name)),
    ),
    {
      fault: 'ns1 has other zone files than it was given; ns2: no SSH connection',
    },
  )
  await rm(file)
  const gone = await readServedArtefact({ ssh }, serial, [server('ns1')])
  assert.match('fault' in gone ? gone.fault : '', /^ns1: cat: .*No such file/)
  await writeFile(file, first?.text ?? '')
})

test('what was made by a release without the label is not known, nor what no server has', async () => {
  const { ssh, asked } = machines()
  assert.equal(await readServedArtefact({ ssh }, serial, [server('ns1', { content: '' })]), {
    fault: 'no label says what ns1 was given',
  })
  assert.equal(await readServedArtefact({ ssh }, serial, [server('ns1', { generation: 1 })]), {
    fault: `no nameserver of generation ${serial} exists`,
  })
  assert.equal(asked, [])
})

test('the zones are those that were compiled, to the last octet; what is proven is not asked for again', async () => {
  const { ssh, asked } = machines('ns1')
  const found = await readServedArtefact(
    { ssh },
    serial,
    names.map((name) => server(name)),
  )
  const byOrigin = [...artefact].sort((a, b) => (a.origin < b.origin ? -1 : 1))
  assert.equal('zones' in found && [...found.zones].sort((a, b) => (a.origin < b.origin ? -1 : 1)), byOrigin)
  const before = asked.length
  assert.ok('zones' in (await readServedArtefact({ ssh }, serial, [server('ns2')])))
  assert.is(asked.length, before)
})

test.run()
