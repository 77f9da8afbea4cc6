import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertSays } from '../scripts/command.ts'

// Against an archive and a database of packages of its own: the real apt-get and dpkg, but nothing of this computer.
const installed = suite('ansible/library/installed')

const run = promisify(execFile)
const module = path.resolve(import.meta.dirname, '../../ansible/library/installed.py')
const scratch = mkdtempSync(path.join(tmpdir(), 'installed-'))
const at = (...names: readonly string[]): string => path.join(scratch, ...names)
installed.after(() => rmSync(scratch, { recursive: true, force: true }))

const write = (file: string, text: string): void => {
  mkdirSync(path.dirname(at(file)), { recursive: true })
  writeFileSync(at(file), text)
}

/** Its script fails where a service could be started. */
const makePackage = async (name: string, version: string, fields = ''): Promise<void> => {
  write(
    `build/DEBIAN/control`,
    `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.test>\nDescription: of a test\n${fields}`,
  )
  write('build/DEBIAN/postinst', `#!/bin/sh\nif "${at('policy')}"; then exit 1; else [ $? -eq 101 ]; fi\n`)
  chmodSync(at('build/DEBIAN/postinst'), 0o755)
  write(`build/usr/share/${name}/version`, `${version}\n`)
  await run('dpkg-deb', ['--root-owner-group', '--build', at('build'), at('archive', `${name}_${version}_all.deb`)])
  rmSync(at('build'), { recursive: true })
}

const listPackages = async (): Promise<void> => {
  const { stdout } = await run('dpkg-scanpackages', ['--multiversion', '.'], { cwd: at('archive') })
  write('archive/Packages', stdout)
}

installed.before(async () => {
  for (const folder of ['archive', 'lists/partial', 'cache/archives/partial', 'root/var/lib/dpkg/info', 'apt.conf.d'])
    mkdirSync(at(folder), { recursive: true })
  for (const file of ['root/var/lib/dpkg/status', 'sources.list.d/none']) write(file, '')
  write('sources.list', `deb [trusted=yes] file:${at('archive')} ./\n`)
  write(
    'apt.conf',
    `Dir::Etc::sourcelist "${at('sources.list')}"; Dir::Etc::sourceparts "/dev/null"; Dir::Etc::parts "${at('apt.conf.d')}";
Dir::Etc::preferencesparts "/dev/null"; Dir::State::lists "${at('lists')}"; Dir::Cache "${at('cache')}";
Dir::State::status "${at('root/var/lib/dpkg/status')}"; Dir::State::extended_states "${at('extended_states')}";
APT::Sandbox::User ""; DPkg::Options { "--root=${at('root')}"; "--force-script-chrootless"; "--log=${at('dpkg.log')}"; };\n`,
  )
  await makePackage('wanted', '1', 'Recommends: recommended\n')
  await makePackage('other', '1')
  await makePackage('recommended', '1')
  await listPackages()
})

interface Said {
  readonly changed?: boolean
  readonly packages?: readonly string[]
  readonly msg?: string
}

const ask = async (options: object): Promise<Said> => {
  const args = JSON.stringify({ ANSIBLE_MODULE_ARGS: { policy: at('policy'), ...options } })
  const env = { ...process.env, APT_CONFIG: at('apt.conf'), DPKG_ADMINDIR: at('root/var/lib/dpkg') }
  const { stdout } = await run('/usr/bin/python3', [module, args], { env }).catch((error) => error)
  return JSON.parse(stdout)
}
const look = (options: object): Promise<Said> => ask({ ...options, _ansible_check_mode: true })
const versionOf = (name: string): string => readFileSync(at('root/usr/share', name, 'version'), 'utf8').trim()

installed('installs what is missing, without what is only recommended, and is then content', async () => {
  assert.is((await look({ packages: ['wanted'] })).changed, true)
  assert.throws(() => versionOf('wanted'), 'a look installs nothing')
  const first = await ask({ packages: ['wanted', 'other'] })
  assert.equal(first.packages, ['other:all: none → 1', 'wanted:all: none → 1'], first.msg)
  assert.throws(() => versionOf('recommended'))
  assert.is((await ask({ packages: ['wanted', 'other'] })).changed, false)
})

installed('brings up to date only when it is told to, and then all', async () => {
  await makePackage('wanted', '2')
  await makePackage('other', '2')
  await listPackages()
  assert.is((await ask({ packages: ['wanted'] })).changed, false)
  assert.is((await look({ packages: ['wanted'], upgrade: true })).packages?.length, 2)
  assert.is(versionOf('wanted'), '1', 'a look installs nothing')
  const { packages, msg } = await ask({ packages: ['wanted'], upgrade: true })
  assert.equal(packages, ['other:all: 1 → 2', 'wanted:all: 1 → 2'], msg)
  assert.is((await ask({ packages: ['wanted'], upgrade: true })).changed, false)
})

installed('leaves others as they are where one is missing and nothing is to be brought up to date', async () => {
  await makePackage('wanted', '3')
  await makePackage('late', '1')
  await listPackages()
  assert.equal((await ask({ packages: ['wanted', 'late'] })).packages, ['late:all: none → 1'])
  assert.is(versionOf('wanted'), '2')
})

installed('gives the word on services back to whoever had it, also where a run was killed', async () => {
  const theirs = '#!/bin/sh\nexit 0\n'
  write('policy', theirs)
  await makePackage('careful', '1')
  await listPackages()
  assert.equal((await ask({ packages: ['careful'] })).packages, ['careful:all: none → 1'])
  assert.is(readFileSync(at('policy'), 'utf8'), theirs)
  write('.policy.kept', theirs)
  write('policy', '#!/bin/sh\n# while packages are installed\nexit 101\n')
  await makePackage('careful', '2')
  await listPackages()
  assert.equal((await ask({ packages: ['careful'], upgrade: true })).msg, undefined)
  assert.is(readFileSync(at('policy'), 'utf8'), theirs)
  assert.is(existsSync(at('.policy.kept')), false)
})

installed('waits for whoever reads the lists', async () => {
  const holder = spawn('/usr/bin/python3', [
    '-c',
    'import fcntl,sys,time; f=open(sys.argv[1],"w"); fcntl.lockf(f,fcntl.LOCK_EX); print("held",flush=True); time.sleep(2.5)',
    at('lists/lock'),
  ])
  await once(holder.stdout, 'data')
  const ended = once(holder, 'exit')
  await makePackage('late', '2')
  await listPackages()
  assert.equal((await look({ packages: ['late'], upgrade: true })).packages?.length, 1)
  assert.is(holder.exitCode, 0, 'it was not waited for')
  await ended
})

installed('says what apt-get says of a package that nobody has, and of lists that cannot be had', async () => {
  assertSays(
    (await ask({ packages: ['unheard-of'] })).msg ?? '',
    /apt-get install: .*Unable to locate package unheard-of/s,
  )
  write('sources.list', `deb [trusted=yes] file:${at('nowhere')} ./\n`)
  assertSays((await ask({ packages: ['wanted'], upgrade: true })).msg ?? '', /apt-get update: /)
})

installed.run()
