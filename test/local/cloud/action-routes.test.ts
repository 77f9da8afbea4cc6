import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createStore } from '../../../local/cloud/store.ts'
import { createHeldClock } from './held-clock.ts'
import { network, type Probe, refusal, server, startProbe } from './probe.ts'

const test = suite<{ probe: Probe }>('local/cloud/action-routes')

test.before.each(async (context) => {
  context.probe = await startProbe({ timing: { minMs: 1000, maxMs: 1000 } })
})
test.after.each(({ probe }) => probe.close())

const begin = async (probe: Probe, name = 'ns1') => {
  const { body } = await probe.call('POST', '/servers', server(name))
  return { id: body.server.id as number, action: body.action.id as number }
}

test('an action is found at what it is about, and nowhere else', async ({ probe }) => {
  const [one, two] = [await begin(probe), await begin(probe, 'ns2')]
  for (const path of [
    `/actions/${one.action}`,
    `/servers/actions/${one.action}`,
    `/servers/${one.id}/actions/${one.action}`,
  ])
    assert.is((await probe.call('GET', path)).body.action?.id, one.action, path)
  for (const path of [
    `/networks/actions/${one.action}`,
    `/firewalls/actions/${one.action}`,
    `/primary_ips/actions/${one.action}`,
    `/servers/${two.id}/actions/${one.action}`,
    `/networks/${one.id}/actions/${one.action}`,
    '/servers/actions/1',
  ])
    assert.is(refusal(await probe.call('GET', path)), '404 not_found', path)
})

test('what is not there has no list of actions, what everybody has an empty one', async ({ probe }) => {
  const { id } = await begin(probe)
  for (const path of ['/servers/4711/actions', `/networks/${id}/actions`])
    assert.is(refusal(await probe.call('GET', path)), '404 not_found', path)
  assert.equal((await probe.call('GET', '/images/114690387/actions')).body.actions, [])
  assert.is((await probe.call('GET', `/servers/${id}/actions`)).body.actions.length, 2)
})

test('a list has the actions of its kind', async ({ probe }) => {
  const { id } = (await probe.call('POST', '/networks', network)).body.network
  await begin(probe)
  await probe.call('POST', `/networks/${id}/actions/change_protection`, { delete: false })
  const { actions } = (await probe.call('GET', '/networks/actions?sort=started:desc')).body
  assert.equal(
    actions.map(({ command }: { command: string }) => command),
    ['change_protection'],
  )
})

test('actions are sorted by what the API sorts them by', async ({ probe }) => {
  const { id } = await begin(probe)
  const sorted = await probe.call('GET', `/servers/${id}/actions?sort=command:desc`)
  assert.equal(
    sorted.body.actions.map(({ command }: { command: string }) => command),
    ['start_server', 'create_server'],
  )
  for (const query of ['sort=name', 'sort=created', 'status=nonsense'])
    assert.is(refusal(await probe.call('GET', `/servers/${id}/actions?${query}`)), '422 invalid_input', query)
})

test('actions are kept for thirty days after their end, while they run for ever', async () => {
  let nowMs = 1_790_000_000_000
  const store = createStore()
  const held = createHeldClock()
  const probe = await startProbe({ clock: { ...held, now: () => nowMs }, store })
  const settle = () => held.open(probe.cloud.settled)
  const group = async (name: string) => (await begin(probe, name)).action
  const first = await group('ns1')
  await settle()
  nowMs += 29 * 24 * 3_600_000
  const second = await group('ns2')
  assert.is((await probe.call('GET', `/actions/${first}`)).status, 200)
  nowMs += 2 * 24 * 3_600_000
  const third = await group('ns3')
  assert.is(refusal(await probe.call('GET', `/actions/${first}`)), '404 not_found')
  nowMs += 60 * 24 * 3_600_000
  await group('ns4')
  for (const running of [second, third])
    assert.is((await probe.call('GET', `/actions/${running}`)).body.action.status, 'running')
  await settle()
  await probe.cloud.close()
})

test('times are whole seconds, and progress goes on until the end', async () => {
  let nowMs = 1_790_000_000_000
  const clock = { now: () => nowMs, sleep: () => new Promise<void>(() => undefined) }
  const probe = await startProbe({ clock, store: createStore(), timing: { minMs: 1000, maxMs: 1000 } })
  const { action } = await begin(probe)
  const progress: number[] = []
  for (const laterMs of [0, 500, 1000, 60_000]) {
    nowMs += laterMs
    const found = (await probe.call('GET', `/actions/${action}`)).body.action
    assert.equal([found.status, found.started], ['running', '2026-09-21T14:13:20Z'])
    progress.push(found.progress)
  }
  assert.equal(progress, [0, 29, 64, 99])
  await probe.cloud.close()
})

test.run()
