import { createHmac } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createWebhook } from '../../../lib/tell/webhook.ts'
import { errorOf } from '../error-of.ts'
import { incidentAt } from './incident.ts'
import { startWebhook } from './scripted-webhook.ts'

const test = suite('lib/tell/webhook')

const { url, posted, willAnswer, forget, close } = await startWebhook()
test.after(close)
test.before.each(forget)

const clock = { now: () => 1_790_000_000_000, sleep: async () => undefined }
const options = () => ({ at: 1_790_000_000_000, signal: new AbortController().signal })
const hook = (secret?: string) => createWebhook({ url, secret, clock })

test('an incident is posted as JSON', async () => {
  await hook().opened(incidentAt(1_789_999_999), options())
  const [first] = posted
  assert.is(first?.headers['content-type'], 'application/json')
  assert.is(first?.headers['webhook-signature'], undefined)
  const { type, timestamp, data } = JSON.parse(first?.body ?? '')
  assert.equal(
    [type, timestamp, data.title, data.since],
    ['incident.opened', '2026-09-21T14:13:20.000Z', 'lb1: soa of example.test. over IPv4', '2026-09-21T14:13:19.000Z'],
  )
})

for (const [title, secret, key] of [
  ['any text', 'a secret', Buffer.from('a secret')],
  ['base64', `whsec_${Buffer.from('a key').toString('base64')}`, Buffer.from('a key')],
] as const) {
  test(`the signature is that of Standard Webhooks, with ${title} as secret`, async () => {
    await hook(secret).closed(incidentAt(1), options())
    const { headers, body = '' } = posted[0] ?? {}
    const signed = `${headers?.['webhook-id']}.${headers?.['webhook-timestamp']}.${body}`
    assert.is(headers?.['webhook-signature'], `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
    assert.is(headers?.['webhook-timestamp'], '1790000000')
  })
}

for (const [title, answers] of [
  ['503 and 429', [503, 429, 204]],
  ['a connection that is lost', [0, 200]],
] as const) {
  test(`after ${title} it is posted again, as the same message`, async () => {
    willAnswer(...answers)
    await hook().opened(incidentAt(1), options())
    assert.is(posted.length, answers.length)
    assert.is(new Set(posted.map(({ headers }) => headers['webhook-id'])).size, 1)
  })
}

for (const [answers, message] of [
  [[404], /answered 404/],
  [[307], /answered 307/],
  [[500, 500, 500], /answered 500/],
] as const) {
  test(`${answers.join(', ')} is a failure after ${answers.length}`, async () => {
    willAnswer(...answers)
    assert.match((await errorOf(hook().opened(incidentAt(1), options()))).message, message)
    assert.is(posted.length, answers.length)
  })
}

test('messages about the same incident have ids of their own', async () => {
  const teller = hook()
  await teller.opened(incidentAt(1), options())
  await teller.changed(incidentAt(1), options())
  await teller.changed(incidentAt(1), { ...options(), at: 1_790_000_030_000 })
  assert.is(new Set(posted.map(({ headers }) => headers['webhook-id'])).size, 3)
})

test('what is no URL is refused', async () => {
  for (const wrong of ['example.test/hook', 'file:///etc/passwd'])
    assert.match(
      (await errorOf((async () => createWebhook({ url: wrong, secret: undefined, clock }))())).message,
      /no URL/,
    )
})

test.run()
