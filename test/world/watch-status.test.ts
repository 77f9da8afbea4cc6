import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withLock } from '../../lib/lock.ts'
import { watchStatus } from '../../lib/operations/watch-status.ts'
import { startCloud } from '../../local/cloud/serve.ts'
import { createFakeMachines } from '../../local/machines/fake.ts'
import { nodeLine, openScreen } from '../screen.ts'
import { startScript } from '../scripts/command.ts'
import { recordOutput } from './output.ts'
import { createServingWorld } from './prepared.ts'

const test = suite('world/watch-status')

const fast = await createServingWorld(test)
test.after.each(() => fast.mend())

const everyMs = 10_000

/** Watches until `after` says that it was the last look. @param after is told which look it was, from 1. */
const watched = async (after: (look: number, end: () => void) => void | Promise<void>, { json = false } = {}) => {
  const end = new AbortController()
  const world = fast.clones[0].world()
  let looks = 0
  const sleep: typeof world.clock.sleep = async (ms, signal) => {
    if (ms === everyMs) await after(++looks, () => end.abort())
    return world.clock.sleep(ms, signal)
  }
  return recordOutput(() => watchStatus({ ...world, clock: { ...world.clock, sleep } }, { everyMs, json }, end.signal))
}

const stopNs2 = async (look: number, end: () => void): Promise<void> => {
  if (look === 2) fast.spoil('ns2', { isStopped: true })
  if (look === 4) await fast.mend()
  if (look === 6) end()
}

test('without a terminal a block is printed when something has changed, and the last look is the exit code', async () => {
  const { stdout, result } = await watched(stopNs2)
  const blocks = stdout.split(/^== \d\d:\d\d:\d\d UTC, \d{4}-\d\d-\d\d$/m).slice(1)
  assert.is(blocks.length, 3, stdout)
  assert.match(blocks[0] ?? '', /What answers now:/)
  assert.is(blocks[0] === blocks[1], false)
  assert.is(blocks[2], blocks[0])
  assert.is(stdout.includes(String.fromCharCode(27)), false)
  assert.is(result, (await watched((_look, end) => end())).result)
})

test('that an operation has been at work for longer is no change', async () => {
  const { hcloud, clock, settings } = fast.clones[1].world()
  const { signal } = new AbortController()
  const lock = { hcloud, clock, project: settings.config.project, operation: 'deploy', waitMs: 0, signal }
  const { stdout } = await withLock({ ...lock, say: () => undefined }, () =>
    watched((look, end) => (look === 3 ? end() : undefined)),
  )
  assert.is(stdout.match(/deploy is at work/g)?.length, 1, stdout)
})

test('what differs at the last look is the exit code', async () => {
  // played machines cannot be asked for all that they were given
  assert.is((await watched((_look, end) => end())).result, 8)
  const { result, stdout } = await watched(async (look, end) => {
    if (look === 1) await fast.lose('ns2')
    if (look === 2) end()
  })
  assert.is(result, 3, stdout)
})

test('as JSON an object a line for each look', async () => {
  const { stdout } = await watched(stopNs2, { json: true })
  const looks = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.is(looks.length, 6)
  assert.ok(looks.every(({ time, servers }) => Date.parse(time) > 0 && servers.length === 4))
})

test('a cloud that refuses is told, looked at again, and unknown at the end', async () => {
  const refuse = () => {
    fast.faults.refuse = () => true
  }
  const { stdout, result } = await watched((look, end) => (look === 1 ? refuse() : look === 2 ? end() : undefined))
  assert.match(stdout, /Nothing could be found out: /)
  assert.is(result, 8)
})

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFm1 me@here\n'

/** The script, with a cloud that has nothing. */
const withEmptyCloud = async (work: (envFile: string) => Promise<void>): Promise<void> => {
  const cloud = await startCloud({
    machines: createFakeMachines(),
    pools: { ipv4: '198.18.1.0/24', ipv6: '2001:2:0:100::/56' },
    timing: { minMs: 1, maxMs: 5 },
  })
  const { root } = fast.clones[0]
  const envFile = path.join(root, 'empty.env')
  const publicKey = path.join(root, 'id.pub')
  await writeFile(publicKey, key)
  await writeFile(
    envFile,
    `HCLOUD_TOKEN=t\nHCLOUD_ENDPOINT=${cloud.endpoint}\nINFRA_SSH_KEY=${publicKey}\nDNS_ROOT_SERVERS=${fast.internet.root}\n`,
  )
  try {
    await work(envFile)
  } finally {
    await cloud.close()
  }
}

const esc = String.fromCharCode(27)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`on a terminal ${signal} ends the view with the state as exit code, and gives the cursor back`, () =>
    withEmptyCloud(async (envFile) => {
      const screen = openScreen(`sh -c 'echo pid $$; exec ${nodeLine(`scripts/status.ts -e ${envFile} --watch 1s`)}'`)
      await screen.saw(/Ctrl-C ends it/)
      assert.match(
        screen.rows().join('\n'),
        /No server of this project exists[\s\S]*(OK|DRIFT|UNKNOWN).*: \d\d:\d\d:\d\d UTC, in /,
      )
      const [, pid] = /pid (\d+)/.exec(screen.written()) ?? []
      process.kill(Number(pid), signal)
      const { code } = await screen.ended
      const once = await startScript('status', ['-e', envFile]).ended
      assert.is(code, once.code, screen.written())
      const written = screen.written()
      assert.ok(written.includes(`${esc}[?25l`), 'the cursor was hidden')
      assert.ok(written.lastIndexOf(`${esc}[?25h`) > written.lastIndexOf(`${esc}[?25l`), 'the cursor is back')
    }))
}

test.run()
