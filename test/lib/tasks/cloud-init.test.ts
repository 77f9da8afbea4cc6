import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Ssh, SshError } from '../../../lib/ssh/ssh.ts'
import { readCloudInit } from '../../../lib/tasks/cloud-init.ts'
import { errorOf } from '../error-of.ts'

const tests = suite('lib/tasks/cloud-init')

const server = { name: 'ns1-next', id: 1, ipv4: '198.18.1.1', hostKeys: [] }
const read = (run: Ssh['run']) => readCloudInit({ run }, server, { timeoutMs: 1000 })

const ending = (exitStatus: number, stdout: string) => async (): Promise<string> => {
  throw new SshError('it failed', { failure: 'command', stderr: '', command: { exitStatus, stdout } })
}

tests('done is done, whatever dots it printed while it waited', async () => {
  assert.is(await read(async () => '....\nstatus: done\n'), 'done')
  assert.is(await read(async () => '\nstatus: running\n'), 'running')
})

tests('done with errors that it recovered from is done', async () => {
  assert.is(await read(ending(2, '\nstatus: done\n')), 'recovered')
})

tests('at work with errors that it recovered from is at work', async () => {
  assert.is(await read(ending(2, '\nstatus: running\n')), 'running')
})

tests('what is so now is asked without waiting', async () => {
  const asked: (readonly string[])[] = []
  const run: Ssh['run'] = async (_host, command) => {
    asked.push(command)
    return 'status: running\n'
  }
  assert.is(await readCloudInit({ run }, server, { timeoutMs: 1000, waits: false }), 'running')
  assert.equal(asked, [['cloud-init', 'status']])
})

for (const [title, run] of [
  ['1', ending(1, '\nstatus: error\n')],
  ['1, though it says done', ending(1, '\nstatus: done\n')],
  ['2, and is not done', ending(2, '\nstatus: error\n')],
] as const) {
  tests(`fails when it ends with ${title}`, async () => {
    const error = await errorOf(read(run))
    assert.match(error.message, /^ns1-next: cloud-init failed: status: /)
  })
}

tests('a server that cannot be reached is no failure of cloud-init', async () => {
  const cut = async (): Promise<string> => {
    throw new SshError('no way', { failure: 'unreachable', stderr: '' })
  }
  assert.is((await errorOf(read(cut))).message, 'no way')
})

tests.run()
