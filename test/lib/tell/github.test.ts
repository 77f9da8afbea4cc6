import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createGithub } from '../../../lib/tell/github.ts'
import type { Incident } from '../../../lib/watch/incidents.ts'
import { errorOf } from '../error-of.ts'
import { incidentAt, lookAt } from './incident.ts'
import { createScriptedGithub, type Issue } from './scripted-github.ts'

const test = suite('lib/tell/github')

const github = await createScriptedGithub(test)
const create = (repository = 'example/dns') =>
  createGithub({ repository, token: 't', endpoint: github.endpoint, project: 'example' })

const { signal } = new AbortController()
/** A look at which all is well, unless there are incidents. */
const look = (...open: readonly Incident[]) => {
  const findings = [{ status: 'ok' }] as never
  return lookAt(9, {
    open,
    report: { findings, notes: [], unknown: [], isMoving: false, latencies: [], signatures: [] },
  })
}
const [one, two] = [incidentAt(1), incidentAt(2, 'lb2')]
const open = (): readonly Issue[] => github.state().issues.filter((issue) => issue.state === 'open')

test('one issue is opened, edited when incidents change, and closed when all are over', async () => {
  const teller = await create()
  await teller.looked(look(one), { signal })
  assert.equal(
    github.state().issues.map(({ title, labels }) => [title, labels[0]?.name]),
    [['Outage report', 'dns-outage']],
  )
  assert.match(
    github.state().issues[0]?.body ?? '',
    /^<!-- check-dns --watch of example -->\n[\s\S]*lb1: soa of example\.test\./,
  )
  await teller.looked(look(one, two), { signal })
  assert.match(github.state().issues[0]?.body ?? '', /lb2: soa of example\.test\./)
  await teller.closed(one, { at: 9, signal })
  await teller.looked(look(), { signal })
  assert.equal([github.state().issues.length, open().length], [1, 0])
  await teller.looked(look(two), { signal })
  assert.equal([github.state().issues.length, open().length], [2, 1], 'the next outage has its own')
})

test('nothing is asked while nothing changes', async () => {
  const teller = await create()
  await teller.looked(look(one), { signal })
  const before = github.state().requests.length
  await teller.looked(look(one), { signal })
  assert.is(github.state().requests.length, before)
})

test('after a restart the issue that is open is taken over, and not closed before it is calm', async () => {
  await (await create()).looked(look(one), { signal })
  const again = await create()
  await again.looked(look(), { signal })
  await again.looked(look(), { signal })
  assert.is(open().length, 1)
  await again.looked(look(two), { signal })
  assert.equal([github.state().issues.length, open()[0]?.body.includes('lb2')], [1, true])
  const third = await create()
  for (const _ of [1, 2, 3]) await third.looked(look(), { signal })
  assert.is(open().length, 0)
})

test('an issue whose making was not answered is found, and not made twice', async () => {
  const teller = await create()
  github.state().faults.set('POST', 'lost')
  assert.match((await errorOf(teller.looked(look(one), { signal }))).message, /no answer/)
  await teller.looked(look(one), { signal })
  assert.is(github.state().issues.length, 1)
})

test('issues of others with the label, and more than a page of them, are left alone', async () => {
  for (let number = 1; number <= 120; number++) {
    github
      .state()
      .issues.push({ number, title: 'theirs', body: 'theirs', state: 'open', labels: [{ name: 'dns-outage' }] })
  }
  const teller = await create()
  await teller.looked(look(one), { signal })
  await teller.looked(look(one, two), { signal })
  assert.is(github.state().issues.length, 121)
  assert.is(github.state().issues.filter(({ body }) => body === 'theirs').length, 120)
})

for (const [method, status, text, message] of [
  ['GET', 200, '[{"number":1', /an answer that is none/],
  ['POST', 200, '[]', /POST example\/dns\/issues: 200/],
  ['POST', 422, '{"message":"Validation Failed"}', /422 Validation Failed/],
  ['GET', 503, '<html>', /503/],
] as const) {
  test(`${method} with ${status} ${text} is a failure, and is mended at the next look`, async () => {
    const teller = await create()
    github.state().faults.set(method, { status, text })
    assert.match((await errorOf(teller.looked(look(one), { signal }))).message, message)
    assert.is(github.state().issues.length, 0)
    await teller.looked(look(one), { signal })
    assert.is(open().length, 1)
  })
}

test('a label that was dropped is said', async () => {
  const teller = await create()
  github.state().dropsLabels = true
  assert.match((await errorOf(teller.looked(look(one), { signal }))).message, /did not get the label/)
})

test('what a server answered mentions nobody and leaves no block', async () => {
  const [member] = one.members
  const got = 'TXT "```` @everyone ````"'
  const incident = { ...one, members: [{ ...member, example: { ...member?.example, got } }] } as Incident
  await (await create()).looked(look(incident), { signal })
  const body = github.state().issues[0]?.body ?? ''
  assert.equal([...body.matchAll(/````/g)].length, 2)
})

test('more incidents than an issue takes are counted', async () => {
  const many = Array.from({ length: 500 }, (_, index) => incidentAt(1, `lb${index + 1}`))
  await (await create()).looked(look(...many), { signal })
  const body = github.state().issues[0]?.body ?? ''
  assert.ok(body.length < 61_000 && body.length > 50_000)
  assert.match(body, /\n\nAnd \d+ more\.$/)
})

for (const [title, fault, repository, message] of [
  ['a token that is none', { status: 401, text: '{"message":"Bad credentials"}' }, undefined, /401 Bad credentials/],
  ['a repository that is not seen', { status: 404, text: '{"message":"Not Found"}' }, undefined, /404/],
  ['one that was renamed', { status: 301, text: '{"message":"Moved Permanently"}' }, undefined, /301/],
  ['an archive', undefined, { has_issues: true, archived: true }, /takes no issues/],
  [
    'one that may only be read',
    undefined,
    { has_issues: true, archived: false, permissions: { push: false, triage: false } },
    /may only be read/,
  ],
] as const) {
  test(`${title} is refused at the start`, async () => {
    if (fault) github.state().faults.set('GET', fault)
    if (repository) github.state().repository = repository
    const { message: said, exitCode } = await errorOf(create())
    assert.match(said, message)
    assert.is(exitCode, 2)
  })
}

test('an app is not asked what a person may: that is nothing, whatever it may do with issues', async () => {
  github.state().repository = { has_issues: true, archived: false, permissions: { push: false, triage: false } }
  const teller = await createGithub({
    repository: 'example/dns',
    token: 'ghs_t',
    endpoint: github.endpoint,
    project: 'example',
  })
  await teller.looked(look(one), { signal })
  assert.is(open().length, 1)
})

test('a GitHub that is down at the start holds nothing up', async () => {
  github.state().faults.set('GET', { status: 502, text: '' })
  await (await create()).looked(look(one), { signal })
  assert.is(open().length, 1)
})

test('what is no name of a repository is refused', async () => {
  assert.match((await errorOf(create('https://github.com/example/dns'))).message, /is not OWNER\/NAME/)
})

test.run()
