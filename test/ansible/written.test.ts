import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertSays } from '../scripts/command.ts'

const written = suite('ansible/library/written')

const run = promisify(execFile)
const module = path.resolve(import.meta.dirname, '../../ansible/library/written.py')
const scratch = mkdtempSync(path.join(tmpdir(), 'written-'))
const at = (...names: readonly string[]): string => path.join(scratch, ...names)
written.before.each(() => {
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch)
})
written.after(() => rmSync(scratch, { recursive: true, force: true }))

interface Wanted {
  readonly path: string
  readonly content: string
  readonly mode?: string
  readonly group?: string
  readonly validate?: string
}

/** Which files it wrote. @throws Error with what the module says */
const write = async (files: readonly Wanted[], more: object = {}): Promise<readonly string[]> => {
  const options = JSON.stringify({ ANSIBLE_MODULE_ARGS: { files, ...more } })
  const { stdout } = await run('/usr/bin/python3', [module, options]).catch((error) => error)
  const { msg, changed, written } = JSON.parse(stdout)
  if (msg !== undefined) throw new Error(msg)
  assert.is(changed, written.length > 0)
  return written
}

const modeOf = (file: string): string => (statSync(file).mode & 0o7777).toString(8)

written('writes what is missing or differs, with its folder, and nothing else', async () => {
  const files = [
    { path: at('conf.d/one'), content: 'one\n' },
    { path: at('two'), content: 'zwei: ü', mode: '0640', group: 'daemon' },
  ]
  assert.equal(await write(files), [at('conf.d/one'), at('two')])
  assert.is(readFileSync(at('two'), 'utf8'), 'zwei: ü')
  assert.equal([modeOf(at('conf.d')), modeOf(at('conf.d/one')), modeOf(at('two'))], ['755', '644', '640'])
  assert.is.not(statSync(at('two')).gid, 0)
  assert.equal(await write(files), [])
  writeFileSync(at('conf.d/one'), 'other')
  assert.equal(await write(files), [at('conf.d/one')])
  assert.equal(readdirSync(scratch).sort(), ['conf.d', 'two'])
})

written('puts mode and owner right, and a file in the place of a link', async () => {
  const file = { path: at('one'), content: 'one' }
  await write([file])
  chmodSync(at('one'), 0o666)
  assert.equal(await write([file]), [at('one')])
  assert.is(modeOf(at('one')), '644')
  writeFileSync(at('elsewhere'), 'one')
  rmSync(at('one'))
  symlinkSync('elsewhere', at('one'))
  assert.equal(await write([file]), [at('one')])
  writeFileSync(at('one'), 'changed')
  assert.is(readFileSync(at('elsewhere'), 'utf8'), 'one')
})

written(
  'what its program refuses is not there for a moment, and says why; what came before it is written',
  async () => {
    writeFileSync(at('bad'), 'as before')
    const files = [
      { path: at('good'), content: 'good', validate: 'test -s %s' },
      { path: at('bad'), content: 'bad', validate: `sh -c 'cat "$1"; echo no >&2; exit 1' sh %s` },
      { path: at('later'), content: 'later' },
    ]
    const message = await write(files).then(
      () => 'no failure',
      (error: Error) => error.message,
    )
    assertSays(message, /bad is refused by sh: no\nbad/)
    assert.is(readFileSync(at('bad'), 'utf8'), 'as before')
    assert.equal(readdirSync(scratch).sort(), ['bad', 'good'])
  },
)

written('takes away what a run left that was cut', async () => {
  const file = { path: at('one'), content: 'one' }
  await write([file])
  writeFileSync(at('.one.draft'), 'half')
  assert.equal(await write([file]), [])
  assert.equal(readdirSync(scratch), ['one'])
})

written('only says what it would write in check mode', async () => {
  assert.equal(await write([{ path: at('one'), content: 'one' }], { _ansible_check_mode: true }), [at('one')])
  assert.not(existsSync(at('one')))
})

/** As a role does it: what stands in a zone file comes out as it was. */
written('a zone comes to a machine as it is, whatever is in it', async () => {
  const zone = 'a TXT "{{ 7 * 7 }}" "{# x #}" "\\\\" "%s" "ü"\nb TXT \'quoted\'\n\n'
  writeFileSync(at('a.zone'), zone)
  const play = [
    {
      hosts: 'localhost',
      connection: 'local',
      gather_facts: false,
      vars: { nameserver_zones: [{ origin: 'a.test', file: at('a.zone') }], template: at('zones.json.j2') },
      tasks: [
        {
          name: 'Write',
          written: { files: '{{ entries }}' },
          vars: { entries: "{{ lookup('ansible.builtin.template', template, convert_data=false) | from_json }}" },
        },
      ],
    },
  ]
  const template = readFileSync(path.resolve(module, '../../roles/nameserver/templates/zones.json.j2'), 'utf8')
  const there = template
    .replace('/etc/bind/', at('/'))
    .replace('"bind"', '"root"')
    .replace(/"\/usr\/bin\/named.*%s"/, '"true %s"')
  writeFileSync(at('zones.json.j2'), there)
  writeFileSync(at('play.yml'), JSON.stringify(play))
  const env = { ...process.env, ANSIBLE_LIBRARY: path.dirname(module), ANSIBLE_NOCOLOR: '1' }
  await run('ansible-playbook', ['-i', 'localhost,', at('play.yml')], { env }).catch((error) => {
    throw new Error(error.stdout)
  })
  assert.is(readFileSync(at('db.a.test'), 'utf8'), zone)
})

written.run()
