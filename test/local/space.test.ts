import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { userCacheDirectory } from '../../local/host/cache-directory.ts'
import { isInSpace } from '../../local/host/space.ts'
import { ensureImage } from '../../local/machines/image/image.ts'
import { assertSays } from '../scripts/command.ts'
import { untilTrue } from './machines/contract/host.ts'
import { createOrdinaryUser, type OrdinaryUser } from './ordinary-user.ts'

// One user, who makes a space and works in it; each test finds it as the one before left it.
const test = suite('local/space')

let user: OrdinaryUser
const clean = async (): Promise<void> => void (await user?.remove())
test.before(async () => {
  user = await createOrdinaryUser()
})
test.after(clean)
process.once('SIGTERM', () => void clean().finally(() => process.exit(1)))

const node = [process.execPath, '--import', 'tsx'] as const

/** Fails with all that was said unless the command, run in the space, ended well. */
const inSpace = async (...argv: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await user.run(['local/space.sh', ...argv])
  assert.is(code, 0, `${argv.join(' ')}\n${stdout}\n${stderr}`)
  return stdout
}

const stateOf = ({ home }: OrdinaryUser): string => path.join(home, '.local/state/blue-green-dns-space')
const firstProcess = async (): Promise<number> => Number(await readFile(path.join(stateOf(user), 'pid'), 'utf8'))
const hasNone = async (): Promise<boolean> => (await user.processes()).length === 0
const cgroups = async (): Promise<readonly string[]> =>
  (await readdir(user.session, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)

test('tells one who has no cgroup how to get it', async () => {
  const { code, stderr } = await user.run(['local/space.sh', 'true'], { loggedIn: false })
  assert.is(code, 2)
  assertSays(stderr, /space: it cannot be made here:\n {2}no cgroup of your own\n {4}→ log in as twin-/)
  const check = await user.run(['local/space.sh', '--check'], { loggedIn: false })
  assert.equal([check.code, check.stdout.split('\t')[0]], [3, 'no cgroup of your own'])
  const doctor = await user.run([...node, 'scripts/local-up.ts', '--doctor'], { loggedIn: false })
  assert.is(doctor.code, 2)
  assertSays(doctor.stdout, /✘ nspawn +needs root, or a space \(no cgroup of your own\)\n +→ log in as twin-/)
})

test('local-up without root leads to the space', async () => {
  const { code, stderr } = await user.run([...node, 'scripts/local-up.ts', '--state', path.join(user.home, 'twin')])
  assert.is(code, 2)
  assertSays(stderr, /with nspawn: needs root, or a space[\s\S]*local\/space\.sh npx tsx scripts\/local-up\.ts/)
})

test('says why it did not come up, and leaves nothing', async () => {
  const broken = path.join(user.home, 'slirp4netns')
  await writeFile(broken, '#!/bin/sh\necho no network today\nexit 1\n', { mode: 0o755 })
  const { code, stderr } = await user.run(['sh', '-c', 'PATH=$HOME:$PATH; exec local/space.sh true'])
  assert.is(code, 1)
  assertSays(stderr, /space: it did not come up: no network today/)
  await untilTrue('it is gone', hasNone)
})

test('makes its user root among processes of its own, and hands on what a command says and ends with', async () => {
  assert.is(
    await inSpace('sh', '-c', 'id -u; ps -o pid= 1 | tr -d " "; readlink -f /root/checkout'),
    `0\n1\n/root/checkout\n`,
  )
  assert.is((await user.run(['local/space.sh', 'sh', '-c', 'exit 5'])).code, 5)
  assert.is(await inSpace('local/space.sh', 'id', '-u'), '0\n')
  assert.not(isInSpace())
})

test('an interrupt is for the command, and to end what waits for it is to end the command', async () => {
  const signalled = (signals: string, trap: string): string => `set -m
coproc local/space.sh bash -c 'trap "${trap}" INT TERM; echo ready; while :; do sleep 0.1; done'
pid=$COPROC_PID
read -r -u "\${COPROC[0]}"
${signals}
wait "$pid"`
  const interrupted = await user.run(['bash', '-c', signalled('kill -INT -- "-$pid"', 'exit 7')])
  assert.is(interrupted.code, 7, interrupted.stderr)
  await user.run(['bash', '-c', signalled('kill -TERM "$pid"', 'touch /root/ended; exit')])
  await inSpace('timeout', '5', 'sh', '-c', 'until [ -e /root/ended ]; do sleep 0.1; done')
})

test('two commands at once share one space', async () => {
  await user.run(['local/space.sh', '--down'])
  const seen = await Promise.all([1, 2].map(() => inSpace('readlink', '/proc/self/ns/net')))
  assert.is(seen[0], seen[1])
})

test('machines keep in it what they promise under root', async () => {
  await copyImage()
  const outcome = await inSpace(...node, 'test/local/machines/contract/nspawn.test.ts')
  const [total, passed] = ['Total', 'Passed'].map((name) => new RegExp(`${name}: +(\\d+)`).exec(outcome)?.[1])
  assert.is(passed, total)
  assert.ok(Number(total) > 10)
})

/** The image of root, in the numbers of the user: made only once on this computer. */
const copyImage = async (): Promise<void> => {
  const image = await ensureImage({ cacheDir: userCacheDirectory() })
  const attributes = ['--xattrs', '--xattrs-include=*', '--numeric-owner']
  const name = path.basename(image)
  const packed = spawn('tar', ['-C', path.dirname(image), ...attributes, `--exclude=${name}/dev/*`, '-cf', '-', name])
  const images = '/root/.cache/blue-green-dns-space/images'
  const unpack = `mkdir -p ${images}; exec tar -C ${images} ${attributes.map((option) => `'${option}'`).join(' ')} -xpf -`
  const { code, stderr } = await user.run(['local/space.sh', 'sh', '-ec', unpack], { input: packed.stdout })
  assert.is(code, 0, stderr)
}

test('local-up in a new space repairs what was lost with the old one', async () => {
  const state = path.join(user.home, 'twin')
  const up = [...node, 'scripts/local-up.ts', '--state', state]
  const servers = '. "$0"; curl -sf -H "Authorization: Bearer $HCLOUD_TOKEN" "$HCLOUD_ENDPOINT/servers"'
  await inSpace(...up)
  process.kill(await firstProcess(), 'SIGKILL')
  await inSpace(...up)
  assert.match(await inSpace('sh', '-ec', servers, path.join(state, 'twin.env')), '"servers"')
  await inSpace(...node, 'scripts/local-down.ts', '--state', state)
})

test('leaves nothing when it is ended', async () => {
  assert.ok((await user.processes()).length > 0)
  assert.is((await user.run(['local/space.sh', '--down'])).code, 0)
  await untilTrue('its processes are gone', hasNone)
  assert.equal([await cgroups(), existsSync(stateOf(user))], [[], false])
  assert.is((await user.run(['local/space.sh', '--down'])).code, 0)
})

test.run()
