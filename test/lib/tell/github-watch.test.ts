import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createGithubWatch } from '../../../lib/tell/github-watch.ts'
import { errorOf } from '../error-of.ts'
import { incidentAt, lookAt } from './incident.ts'
import { createScriptedGithub } from './scripted-github.ts'

const test = suite('lib/tell/github-watch')

const github = await createScriptedGithub(test)
const create = (project = 'example') =>
  createGithubWatch({ repository: 'example/dns', token: 't', endpoint: github.endpoint, project })

const { signal } = new AbortController()
const hour = 3600
const start = 1_790_000_000

test('one issue that is closed says when the watch looked, and is edited once a day at most', async () => {
  const teller = create()
  await teller.looked(lookAt(start, { open: [incidentAt(1)] }), { signal })
  const [issue] = github.state().issues
  assert.equal([issue?.title, issue?.state, issue?.labels[0]?.name], ['Watch of example', 'closed', 'dns-watch'])
  assert.match(issue?.body ?? '', /looked at 14:13:20 UTC, 2026-09-21\./)
  const before = github.state().requests.length
  await teller.looked(lookAt(start + 23 * hour), { signal })
  assert.is(github.state().requests.length, before, 'nothing is asked')
  await teller.looked(lookAt(start + 24 * hour), { signal })
  assert.match(issue?.body ?? '', /looked at 14:13:20 UTC, 2026-09-22\./)
  assert.is(github.state().issues.length, 1)
})

test('a watch that is started again finds it, and does not edit it before a day is over', async () => {
  await create().looked(lookAt(start), { signal })
  github.state().requests.length = 0
  await create().looked(lookAt(start + hour), { signal })
  assert.equal(github.state().requests, ['GET /repos/example/dns/issues'])
  await create().looked(lookAt(start + 25 * hour), { signal })
  assert.equal(
    github.state().issues.map(({ body }) => /looked at (.*?)\./.exec(body)?.[1]),
    ['15:13:20 UTC, 2026-09-22'],
  )
})

for (const lost of ['POST', 'PATCH'] as const) {
  test(`one whose ${lost} was not answered is found, closed, and not made twice`, async () => {
    const teller = create()
    github.state().faults.set(lost, 'lost')
    assert.match((await errorOf(teller.looked(lookAt(start), { signal }))).message, /no answer/)
    await teller.looked(lookAt(start + 60), { signal })
    assert.equal(
      github.state().issues.map(({ state }) => state),
      ['closed'],
    )
  })
}

test('looks that saw nothing are none, and another project has another issue', async () => {
  await create().looked(lookAt(start, { report: undefined }), { signal })
  await create().looked(lookAt(start, { isLinkUp: false }), { signal })
  assert.equal(github.state().requests, [])
  await create().looked(lookAt(start), { signal })
  await create('example2').looked(lookAt(start), { signal })
  assert.equal(
    github.state().issues.map(({ title }) => title),
    ['Watch of example', 'Watch of example2'],
  )
})

test.run()
