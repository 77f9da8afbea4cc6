import { inspect } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HcloudError } from '../../../lib/hcloud/errors.ts'
import { clientFor, fault, json, page, type Reply, refuse, startScriptedServer, token } from './scripted-server.ts'

const send = suite('send')
const scripted = await startScriptedServer()
send.after(() => scripted.close())

const errorFor = async (reply: Reply): Promise<HcloudError> => {
  scripted.script(['POST /ssh_keys', reply])
  const { hcloud } = clientFor(scripted.endpoint)
  const error: unknown = await hcloud.sshKeys.create({ name: 'k', public_key: 'p' }).catch((reason: unknown) => reason)
  if (error instanceof HcloudError) return error
  throw new Error(`not an HcloudError: ${inspect(error)}`)
}

const summary = ({ code, status, message, details, correlationId, maybeDone, exitCode }: HcloudError) => ({
  ...{ code, status, message, details, correlationId, maybeDone, exitCode },
})

send('sends token, JSON and repeated query keys, and only what is set', async () => {
  const { hcloud } = clientFor(`${scripted.endpoint}/`)
  scripted.script(
    [
      'GET /servers?name=ns1&label_selector=role=ns,!old&status=running&status=off&page=1&per_page=50',
      page('servers', []),
    ],
    ['POST /ssh_keys', json(201, { ssh_key: { id: 1 } })],
  )
  await hcloud.servers.list({ name: 'ns1', labelSelector: 'role=ns,!old', status: ['running', 'off'] })
  await hcloud.sshKeys.create({ name: 'k', public_key: 'p', labels: { a: 'b' } })
  assert.equal(
    scripted.received().map(({ authorization, body }) => ({ authorization, body })),
    [
      { authorization: `Bearer ${token}`, body: undefined },
      { authorization: `Bearer ${token}`, body: { name: 'k', public_key: 'p', labels: { a: 'b' } } },
    ],
  )
})

send('takes code, message, details and correlation id from the error', async () => {
  const details = { fields: [{ name: 'name' }] }
  const reply = json(
    409,
    { error: { code: 'uniqueness_error', message: 'name is already used', details } },
    { 'x-correlation-id': '1d1d17e504e28a4c' },
  )
  assert.equal(summary(await errorFor(reply)), {
    code: 'uniqueness_error',
    status: 409,
    message: 'POST /ssh_keys: name is already used (uniqueness_error, 1d1d17e504e28a4c)',
    details,
    correlationId: '1d1d17e504e28a4c',
    maybeDone: false,
    exitCode: 1,
  })
})

const bare = (code: string, status: number) => ({
  code,
  status,
  message: `POST /ssh_keys: server responded with status code ${status} (${code})`,
  details: null,
  correlationId: undefined,
  maybeDone: status >= 500,
  exitCode: 1,
})

for (const [title, reply, code] of [
  [
    'HTML',
    { status: 404, headers: { 'content-type': 'text/html' }, text: '{"error":{"code":"not_found"}}' },
    'unexpected_answer',
  ],
  ['no body', { status: 500 }, 'unexpected_answer'],
  ['JSON that is none', { status: 503, headers: { 'content-type': 'application/json' }, text: '<' }, 'unavailable'],
  ['JSON without an error', json(418, { hello: 1 }), 'unexpected_answer'],
  ['JSON null', json(403, null), 'unexpected_answer'],
  ['an empty error', json(500, { error: { code: '', message: '' } }), 'unexpected_answer'],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'unexpected_answer'],
] as const) {
  send(`an error without usable text is described by its status: ${title}`, async () => {
    assert.equal(summary(await errorFor(reply)), bare(code, reply.status))
  })
}

send('a wrong or read-only token is a configuration fault with a remedy', async () => {
  for (const code of ['unauthorized', 'token_readonly']) {
    const error = await errorFor(refuse(401, code))
    assert.is(error.exitCode, 2)
    assert.match(error.hint ?? '', /HCLOUD_TOKEN/)
  }
})

send('a deprecated endpoint says where that was announced', async () => {
  const details = { announcement: 'https://docs.hetzner.cloud/changelog#x' }
  assert.match((await errorFor(refuse(410, 'deprecated_api_endpoint', { details }))).hint ?? '', /changelog#x/)
})

for (const [title, reply, problem] of [
  ['not JSON', { status: 200, text: '<html>' }, 'is not JSON'],
  ['without the object', json(201, { other: {} }), 'has no "ssh_key"'],
  ['empty', { status: 200 }, 'has no "ssh_key"'],
] as const) {
  send(`an answer that is ${title} is malformed, and the request may have been done`, async () => {
    const error = await errorFor(reply)
    assert.equal([error.code, error.maybeDone], ['malformed_answer', true])
    assert.match(error.message, problem)
  })
}

send('204 without body and type is success', async () => {
  scripted.script(['DELETE /placement_groups/5', { status: 204 }])
  assert.is(await clientFor(scripted.endpoint).hcloud.placementGroups.delete(5), undefined)
})

const texts = (value: unknown): string => {
  const cause = value instanceof Error ? value.cause : undefined
  const own = inspect(value, { depth: 20, showHidden: true, getters: true })
  const json = JSON.stringify(value, Object.getOwnPropertyNames(Object(value)))
  return [own, json, String(value), value instanceof Error ? value.stack : '', cause ? texts(cause) : ''].join('\n')
}

for (const [title, reply] of [
  ['a refusal', refuse(401, 'unauthorized')],
  ['text that echoes it', refuse(422, 'invalid_input', { message: `bad ${token}`, details: { fields: [token] } })],
  ['a code that is it', refuse(400, token)],
  [
    'a correlation id that is it',
    json(409, { error: { code: 'locked', message: 'm' } }, { 'x-correlation-id': token }),
  ],
  ['a page that echoes it', { status: 200, text: `<html>${token}` }],
  ['a broken answer', { status: 599, text: token }],
  ['a cut connection', fault('cut')],
  ['a cut body', fault('cut-body')],
] as const) {
  send(`the token is nowhere in the error after ${title}`, async () => {
    const error = await errorFor(reply)
    assert.not.match(texts(error), token)
    assert.ok(error.message.length > 10)
  })
}

send('an aborted request rejects with the reason, writing too', async () => {
  const controller = new AbortController()
  const reason = new Error('interrupted')
  const { hcloud } = clientFor(scripted.endpoint, { signal: controller.signal })
  scripted.script(['PUT /servers/1', fault('hang')])
  const rejected = hcloud.servers.update(1, { name: 'ns1' }).catch((error: unknown) => error)
  setTimeout(() => controller.abort(reason), 30)
  assert.is(await rejected, reason)
})

send.run()
