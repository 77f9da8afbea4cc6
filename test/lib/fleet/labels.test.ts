import { randomBytes } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseServerLabels, type ServerFacts, serverLabels } from '../../../lib/fleet/labels.ts'

const labels = suite('lib/fleet/labels')

const facts: ServerFacts = {
  role: 'nameserver',
  pair: 1,
  generation: 1790000000,
  zones: 'abc123',
  content: 'def456',
  commit: '0123456789ab',
  previous: '9876543210ba',
  hostKeys: [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')],
  isFirstContact: true,
  kept: true,
  announced: true,
  abandoned: { generation: 1790000050, ttlSeconds: 3600 },
  keys: '89abcdef',
  ttlSeconds: 86400,
  heldUntil: 1790000200,
  otherKeys: { of: '', until: 1790000300 },
  ds: new Map([
    ['0123456789ab', { kind: 'seen', ttlSeconds: 86400 }],
    ['aaaaaaaaaaaa', { kind: 'given', ttlSeconds: 3600 }],
    ['ba9876543210', { kind: 'gone', until: 1790000400 }],
  ]),
  before: { queriesPerHour: 36000, ttlSeconds: 172800 },
  drain: { since: 1790000100, waitSeconds: 190080 },
}

/** https://docs.hetzner.cloud/reference/cloud#description/labels */
const isLabelValue = (value: string): boolean => /^([a-zA-Z0-9]([\w.-]{0,61}[a-zA-Z0-9])?)?$/.test(value)

labels('read back as they were written', () => {
  assert.equal(parseServerLabels('example', serverLabels('example', facts)), facts)
  const bare: ServerFacts = {
    ...facts,
    role: 'lb',
    zones: '',
    content: '',
    commit: '',
    previous: '',
    before: undefined,
    drain: undefined,
    hostKeys: [],
    isFirstContact: false,
    kept: false,
    announced: false,
    abandoned: undefined,
    keys: '',
    ttlSeconds: undefined,
    heldUntil: undefined,
    otherKeys: undefined,
    ds: new Map(),
  }
  assert.equal(parseServerLabels('example', serverLabels('example', bare)), bare)
})

labels('are values that the cloud accepts, whatever the host key is', () => {
  for (let round = 0; round < 200; round += 1) {
    const hostKeys = [randomBytes(32).toString('base64url')]
    for (const value of Object.values(serverLabels('example', { ...facts, hostKeys })))
      assert.ok(isLabelValue(value), value)
  }
})

labels('of another project, or none, are not ours', () => {
  assert.is(parseServerLabels('other', serverLabels('example', facts)), undefined)
  assert.is(parseServerLabels('example', {}), undefined)
  assert.is(
    parseServerLabels('example', { project: 'example', role: 'nameserver', pair: 'x', generation: '1' }),
    undefined,
  )
})

labels.run()
