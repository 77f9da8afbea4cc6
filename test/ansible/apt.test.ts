import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertSays } from '../scripts/command.ts'

const test = suite('ansible/roles/common: apt')

const run = promisify(execFile)
const scratch = mkdtempSync(path.join(tmpdir(), 'apt-'))
const at = (name: string): string => path.join(scratch, name)
test.after(() => rmSync(scratch, { recursive: true }))

/** A mirror that is out of order when it is first asked for an index, and has no packages. */
const asked: string[] = []
const mirror = createServer(({ url = '' }, response) => {
  asked.push(url)
  const isTooMuch = url.startsWith('/busy/') && asked.filter((one) => one === url).length === 1
  response.writeHead(isTooMuch ? 503 : 404, { connection: 'close' }).end('later')
})
test.before(() => new Promise<void>((resolve) => void mirror.listen(0, '127.0.0.1', resolve)))
test.after(() => void mirror.close())

const render = async (): Promise<string> => {
  const source = path.resolve(import.meta.dirname, '../../ansible/roles/common/templates/apt.conf.j2')
  const variables = ['-e', '{"common_held_packages":[]}']
  const args = ['localhost', '-i', 'localhost,', '-c', 'local', '-m', 'ansible.builtin.template', ...variables]
  await run('ansible', [...args, '-a', `src=${source} dest=${at('60-dns')}`])
  return at('60-dns')
}

test('a mirror that is out of order for a moment is asked again, and does not have apt wait for ever', async () => {
  const { port } = mirror.address() as AddressInfo
  const sources = ['busy', 'other'].map((name) => `deb http://127.0.0.1:${port}/${name} stable main\n`)
  writeFileSync(at('sources.list'), sources.join(''))
  mkdirSync(at('lists/partial'), { recursive: true })
  const settings = {
    'Dir::Etc::sourcelist': at('sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': at('lists'),
    'APT::Sandbox::User': '',
    'Acquire::http::Proxy': 'DIRECT',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const failure: { killed?: boolean; stderr?: string } = await run(
    'apt-get',
    ['-c', await render(), ...options, 'update'],
    { timeout: 60_000, env: { ...process.env, LC_ALL: 'C' } },
  ).catch((error) => error)
  assert.is(failure.killed, false, 'it did not end by itself')
  // there are no packages, so it has to fail in the end
  assertSays(failure.stderr ?? '', /does not have a Release file/)
  assert.is(asked.filter((url) => url === '/busy/dists/stable/InRelease').length, 2)
})

test.run()
