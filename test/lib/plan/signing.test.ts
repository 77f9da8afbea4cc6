import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DsMemory } from '../../../lib/fleet/labels.ts'
import type { KeySet } from '../../../lib/plan/mixture.ts'
import { type Deed, nextSigningStep, type SigningFacts, type SigningStep } from '../../../lib/plan/signing.ts'

const test = suite('lib/plan/signing')

const given: DsMemory = { kind: 'given', ttlSeconds: 86_400 }
const seen: DsMemory = { kind: 'seen', ttlSeconds: 60 }
const gone = (until: number): DsMemory => ({ kind: 'gone', until })

const parents = (...sets: readonly KeySet[]): SigningFacts['parents'] => ({ kind: 'heard', sets, ttlSeconds: 60 })

/** Signed by k1 and served, no cache holds anything else, and nobody has a DS record. */
const signed: SigningFacts = {
  staying: 'k1',
  leaving: undefined,
  served: [['k1']],
  othersUntil: 900,
  parents: { kind: 'heard', sets: [[], []], ttlSeconds: 0 },
  registered: [],
  memories: new Map(),
  now: 1000,
}
const secure: SigningFacts = {
  ...signed,
  parents: parents(['k1'], ['k1']),
  registered: ['k1'],
  memories: new Map([['k1', seen]]),
}
/** Signed by k1, which leaves, and k2. */
const rolling: SigningFacts = { ...secure, staying: 'k2', leaving: 'k1', served: [['k1', 'k2']] }
const bothSeen = new Map([
  ['k1', seen],
  ['k2', seen],
])
const unknown: SigningFacts['parents'] = { kind: 'unknown', silent: ['b.nic.test: no answer'] }

const rows: readonly (readonly [title: string, Deed, SigningFacts, SigningStep])[] = [
  ['without a key', 'on', { ...signed, staying: undefined, served: [[]], parents: unknown }, { kind: 'make-key' }],
  ['not served yet', 'on', { ...signed, served: [[]] }, { kind: 'deploy' }],
  ['served by one generation of two', 'on', { ...signed, served: [['k1'], []] }, { kind: 'deploy' }],
  ['served by nobody', 'on', { ...signed, served: [] }, { kind: 'deploy' }],
  ['since when it is served is not known', 'on', { ...signed, othersUntil: undefined }, { kind: 'note-others' }],
  ['caches hold something else', 'on', { ...signed, othersUntil: 1001 }, { kind: 'wait', until: 1001, for: 'others' }],
  ['before the registrar is told', 'on', signed, { kind: 'note-given', key: 'k1', ttlSeconds: 86_400 }],
  ['noted', 'on', { ...signed, memories: new Map([['k1', given]]) }, { kind: 'give-ds', key: 'k1' }],
  ['at one parent of two', 'on', { ...secure, parents: parents(['k1'], []) }, { kind: 'give-ds', key: 'k1' }],
  [
    'at both, entered by hand',
    'on',
    { ...secure, memories: new Map() },
    { kind: 'note-seen', keys: ['k1'], ttlSeconds: 60 },
  ],
  [
    'shown at last, with a TTL of its own',
    'on',
    { ...secure, memories: new Map([['k1', given]]) },
    { kind: 'note-seen', keys: ['k1'], ttlSeconds: 60 },
  ],
  [
    'given, and never shown',
    'off',
    { ...signed, memories: new Map([['k1', given]]) },
    { kind: 'note-gone', key: 'k1', ttlSeconds: 86_400 },
  ],
  [
    'with a longer TTL than was noted',
    'on',
    { ...secure, parents: { kind: 'heard', sets: [['k1']], ttlSeconds: 3600 } },
    { kind: 'note-seen', keys: ['k1'], ttlSeconds: 3600 },
  ],
  ['at both', 'on', secure, { kind: 'done' }],
  [
    'a parent that was not heard',
    'on',
    { ...secure, parents: unknown },
    { kind: 'unknown', silent: ['b.nic.test: no answer'] },
  ],
  [
    'a strange DS record',
    'on',
    { ...signed, parents: parents(['4711 13 2 AB'], []) },
    { kind: 'refused', why: 'strangers' },
  ],
  ['while its key is replaced', 'on', rolling, { kind: 'refused', why: 'rolling' }],

  ['unsigned', 'roll', { ...signed, staying: undefined, served: [[]] }, { kind: 'refused', why: 'insecure' }],
  ['without a DS record', 'roll', signed, { kind: 'refused', why: 'insecure' }],
  ['before it is served', 'roll', { ...secure, served: [[]] }, { kind: 'deploy' }],
  ['secure', 'roll', secure, { kind: 'replace-key', key: 'k1' }],
  ['killed between the two', 'roll', { ...rolling, staying: undefined, served: [['k1']] }, { kind: 'make-key' }],
  ['made, not served', 'roll', { ...rolling, served: [['k1']] }, { kind: 'deploy' }],
  [
    'caches hold what one key has signed',
    'roll',
    { ...rolling, othersUntil: 1001 },
    { kind: 'wait', until: 1001, for: 'others' },
  ],
  ['all is signed by both', 'roll', rolling, { kind: 'note-given', key: 'k2', ttlSeconds: 60 }],
  ['noted', 'roll', { ...rolling, memories: bothSeen }, { kind: 'give-ds', key: 'k2' }],
  [
    'both DS records everywhere',
    'roll',
    { ...rolling, memories: bothSeen, parents: parents(['k1', 'k2'], ['k1', 'k2']), registered: ['k1', 'k2'] },
    { kind: 'withdraw-ds', keys: ['k1'], isLast: false },
  ],
  [
    'gone at the parents, not at the registrar',
    'roll',
    { ...rolling, memories: bothSeen, parents: parents(['k2'], ['k2']), registered: ['k1', 'k2'] },
    { kind: 'withdraw-ds', keys: ['k1'], isLast: false },
  ],
  [
    'gone everywhere',
    'roll',
    { ...rolling, memories: bothSeen, parents: parents(['k2'], ['k2']), registered: ['k2'] },
    { kind: 'note-gone', key: 'k1', ttlSeconds: 60 },
  ],
  [
    'caches hold it',
    'roll',
    {
      ...rolling,
      memories: new Map([
        ['k1', gone(1001)],
        ['k2', seen],
      ]),
      parents: parents(['k2']),
      registered: ['k2'],
    },
    { kind: 'wait', until: 1001, for: 'ds' },
  ],
  [
    'no cache holds it',
    'roll',
    {
      ...rolling,
      memories: new Map([
        ['k1', gone(1000)],
        ['k2', seen],
      ]),
      parents: parents(['k2']),
      registered: ['k2'],
    },
    { kind: 'set-aside', keys: ['k1'] },
  ],
  [
    'put aside, and still served',
    'roll',
    {
      ...secure,
      staying: 'k2',
      served: [['k1', 'k2']],
      parents: parents(['k2']),
      memories: new Map([
        ['k1', gone(1000)],
        ['k2', seen],
      ]),
    },
    { kind: 'deploy' },
  ],

  ['secure', 'off', secure, { kind: 'withdraw-ds', keys: ['k1'], isLast: true }],
  [
    'at one parent alone',
    'off',
    { ...secure, parents: parents([], ['k1']), registered: [] },
    { kind: 'withdraw-ds', keys: ['k1'], isLast: true },
  ],
  [
    'told to the registrar, shown by nobody yet',
    'off',
    { ...secure, parents: parents([], []) },
    { kind: 'withdraw-ds', keys: ['k1'], isLast: true },
  ],
  [
    'gone everywhere',
    'off',
    { ...secure, parents: parents([], []), registered: [] },
    { kind: 'note-gone', key: 'k1', ttlSeconds: 60 },
  ],
  [
    'the same by hand',
    'off',
    { ...secure, parents: parents([], []), registered: undefined },
    { kind: 'note-gone', key: 'k1', ttlSeconds: 60 },
  ],
  [
    'caches hold it',
    'off',
    { ...signed, memories: new Map([['k1', gone(1001)]]) },
    { kind: 'wait', until: 1001, for: 'ds' },
  ],
  [
    'no cache holds it',
    'off',
    { ...signed, memories: new Map([['k1', gone(1000)]]) },
    { kind: 'set-aside', keys: ['k1'] },
  ],
  ['never given to a parent', 'off', signed, { kind: 'set-aside', keys: ['k1'] }],
  [
    'in the middle of a roll',
    'off',
    { ...rolling, parents: parents([], []), registered: [], memories: new Map() },
    { kind: 'set-aside', keys: ['k2', 'k1'] },
  ],
  ['put aside', 'off', { ...signed, staying: undefined }, { kind: 'deploy' }],
  ['deployed', 'off', { ...signed, staying: undefined, served: [[]] }, { kind: 'done' }],
  [
    'a strange DS record',
    'off',
    { ...signed, parents: parents(['4711 13 2 AB']) },
    { kind: 'refused', why: 'strangers' },
  ],
  [
    'a parent that was not heard',
    'off',
    { ...secure, parents: unknown },
    { kind: 'unknown', silent: ['b.nic.test: no answer'] },
  ],
]

for (const [title, deed, facts, step] of rows) {
  test(`${deed}: ${title}`, () => assert.equal(nextSigningStep(deed, facts), step))
}

test.run()
