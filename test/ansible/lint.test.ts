import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const lint = suite('lint')

const execFileAsync = promisify(execFile)
const folder = path.resolve(import.meta.dirname, '../../ansible')
const playbooks = ['nameservers.yml', 'lbs.yml', 'images.yml']
const env = { ...process.env, ANSIBLE_CONFIG: path.join(folder, 'ansible.cfg'), ANSIBLE_NOCOLOR: '1' }

const run = async (program: string, ...args: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await execFileAsync(program, args, { cwd: folder, env }).catch((error) => {
    throw new Error(`${program} ${args.join(' ')}\n${error.stdout}${error.stderr}`)
  })
  return `${stdout}${stderr}`
}

lint('playbooks and roles satisfy the production profile of ansible-lint', async () => {
  const roles = (await readdir(path.join(folder, 'roles'))).map((role) => path.join('roles', role))
  const output = await run('ansible-lint', '--offline', '--nocolor', '--profile', 'production', ...playbooks, ...roles)
  assert.match(output, /Passed with production profile: 0 failure\(s\), 0 warning\(s\)/)
})

for (const playbook of playbooks) {
  lint(`${playbook} can be read by ansible-playbook`, async () => {
    assert.match(
      await run('ansible-playbook', '--syntax-check', '--inventory', 'none,', playbook),
      `playbook: ${playbook}`,
    )
  })
}

lint('every zone satisfies named-checkzone once the addresses of its nameservers are put in', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'zones-'))
  try {
    const files = (await readdir(path.join(folder, 'zones'))).filter((file) => file.endsWith('.zone'))
    assert.equal(files.sort(), ['example.test.zone', 'example2.test.zone'])
    for (const file of files) {
      const origin = file.replace(/\.zone$/, '')
      await writeFile(path.join(directory, file), await completed(origin))
      const output = await run('named-checkzone', ...gate, origin, path.join(directory, file))
      assert.match(output, /\nOK\n$/)
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

// as role nameserver does before it lets a zone in
const gate = ['-k', 'fail', '-m', 'fail', '-M', 'fail', '-n', 'fail', '-i', 'local']

const completed = async (origin: string): Promise<string> => {
  const text = await readFile(path.join(folder, 'zones', `${origin}.zone`), 'utf8')
  if (origin !== 'example.test') return text
  return `${text}\nns1 A 198.18.0.1\nns1 AAAA 2001:2::1\nns2 A 198.18.0.2\nns2 AAAA 2001:2::2\n`
}

lint.run()
