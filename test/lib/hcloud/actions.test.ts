import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../lib/errors.ts'
import { ActionError } from '../../../lib/hcloud/errors.ts'
import { action, done, failed, serverId } from './objects.ts'
import { clientFor, json, startScriptedServer } from './scripted-server.ts'

const actions = suite('actions')
const scripted = await startScriptedServer()
actions.after(() => scripted.close())

const poll = (...ids: readonly number[]): string =>
  `GET /actions?${ids.map((id) => `id=${id}&`).join('')}sort=status&sort=id`
const found = (...all: readonly unknown[]) => json(200, { actions: all })
const thrown = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  )

actions('asks nothing for actions that have ended', async () => {
  scripted.script()
  await clientFor(scripted.endpoint).hcloud.waitFor([done(1), done(2)], { timeoutMs: 1000 })
  assert.equal(scripted.requests(), [])
})

actions('asks for all that run at once, then for those still running, and reports them', async () => {
  const { hcloud, slept } = clientFor(scripted.endpoint)
  const big = 606_028_482_673_874
  scripted.script([poll(1, big), found(done(1), action(big, { progress: 40 }))], [poll(big), found(done(big))])
  const seen: (readonly (readonly [number, number])[])[] = []
  await hcloud.waitFor([action(1), action(big), done(3)], {
    timeoutMs: 5000,
    onProgress: (running) => seen.push(running.map(({ id, progress }) => [id, progress] as const)),
  })
  assert.equal(seen, [[[big, 40]], []])
  assert.equal(slept, [500, 500])
})

actions('asks for 25 at a time', async () => {
  const ids = Array.from({ length: 60 }, (_, index) => index + 1)
  const chunks = [ids.slice(0, 25), ids.slice(25, 50), ids.slice(50)]
  scripted.script(...chunks.map((chunk) => [poll(...chunk), found(...chunk.map((id) => done(id)))] as const))
  await clientFor(scripted.endpoint).hcloud.waitFor(
    ids.map((id) => action(id)),
    { timeoutMs: 5000 },
  )
  assert.equal(scripted.rest(), [])
})

actions('polls less often after ten seconds, and at the deadline says what still runs', async () => {
  const { hcloud, slept } = clientFor(scripted.endpoint)
  scripted.script(...Array.from({ length: 30 }, () => [poll(1), found(action(1, { progress: 40 }))] as const))
  const error = await thrown(hcloud.waitFor([action(1)], { timeoutMs: 20_000 }))
  assert.is(
    (error as InfraError).message,
    `still running after 20 s: create_server (action 1, server ${serverId}) at 40 %`,
  )
  assert.equal(slept, [...Array(20).fill(500), ...Array(5).fill(2000)])
})

actions('stops at the first failure and gives its reason', async () => {
  scripted.script([poll(1, 2), found(failed(2, { command: 'attach_to_network' }), action(1))])
  const error = await thrown(clientFor(scripted.endpoint).hcloud.waitFor([action(1), action(2)], { timeoutMs: 5000 }))
  assert.instance(error, ActionError)
  const { message, actionId, command, code } = error as ActionError
  assert.equal(
    { message, actionId, command, code },
    {
      message: `attach_to_network (action 2, server ${serverId}) failed: server is locked (unknown_error)`,
      actionId: 2,
      command: 'attach_to_network',
      code: 'unknown_error',
    },
  )
})

actions('a failure without a reason is still a failure', async () => {
  for (const reason of [null, { code: '', message: '' }]) {
    const ended = [failed(1, { error: reason })]
    const error = await thrown(clientFor(scripted.endpoint).hcloud.waitFor(ended, { timeoutMs: 5000 }))
    assert.match((error as ActionError).message, /failed: no reason given \(unknown_error\)/)
  }
})

actions('an action the API no longer knows fails at once', async () => {
  scripted.script([poll(1, 2), found(action(1))])
  const error = await thrown(clientFor(scripted.endpoint).hcloud.waitFor([action(1), action(2)], { timeoutMs: 5000 }))
  assert.is((error as InfraError).message, `the API no longer knows create_server (action 2, server ${serverId})`)
})

for (const which of ['client', 'call'] as const) {
  actions(`an abort by the ${which}'s signal names what still runs`, async () => {
    const controller = new AbortController()
    const { signal } = controller
    const { hcloud } = clientFor(scripted.endpoint, which === 'client' ? { signal } : {})
    scripted.script([poll(1, 2), found(done(1), action(2, { progress: 10 }))])
    const reason = new InfraError('interrupted', { exitCode: 130 })
    const error = await thrown(
      hcloud.waitFor([action(1), action(2)], {
        timeoutMs: 5000,
        onProgress: () => controller.abort(reason),
        ...(which === 'call' ? { signal } : {}),
      }),
    )
    assert.instance(error, InfraError)
    const { message, exitCode, cause } = error as InfraError
    assert.is(message, `stopped waiting; still running: create_server (action 2, server ${serverId}) at 10 %`)
    assert.is(exitCode, 130)
    assert.is(cause, reason)
  })
}

actions.run()
