import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ObservedAnswer } from '../../../lib/plan/answer-drift.ts'
import { findDrift } from '../../../lib/plan/drift.ts'
import { lb, observed, server, twoServing } from './simulate.ts'

const drift = suite('lib/plan/drift')

const answer = (changes: Partial<ObservedAnswer> = {}): ObservedAnswer => ({
  lb: 'lb1',
  address: '198.18.1.10',
  transport: 'udp',
  zone: 'example.test.',
  fault: undefined,
  serial: 100,
  nsid: 'ns1.100',
  ...changes,
})

const expected = { pairs: 2, zones: 'z', isRunning: false }

drift('is empty when everything is as it should be', () => {
  assert.equal(findDrift(twoServing(), [answer()], expected), [])
})

drift('names each difference', () => {
  const { servers } = twoServing()
  for (const [sentence, found] of [
    [
      'ns2 is missing: bootstrap-infra makes what is',
      findDrift(observed(servers.slice(0, 3), twoServing().lbs), [], expected),
    ],
    [
      'ns1 is not protected from deletion: bootstrap-infra sees to it',
      findDrift(
        observed([...servers.slice(0, 2), server('ns1', { isProtected: false }), server('ns2')], twoServing().lbs),
        [],
        expected,
      ),
    ],
    [
      'lb1 sends its queries to ns2 instead of ns1: deploy-infra puts it right',
      findDrift(observed(servers, [lb('lb1', 'ns2'), lb('lb2', 'ns2')]), [], expected),
    ],
    [
      'lb1 sends its queries nowhere yet: bootstrap-infra finishes its set-up',
      findDrift(observed(servers, [lb('lb1', undefined, { active: undefined }), lb('lb2', 'ns2')]), [], expected),
    ],
    [
      'lb1 could not be asked: closed',
      findDrift(observed(servers, [lb('lb1', undefined, { fault: 'closed' }), lb('lb2', 'ns2')]), [], expected),
    ],
    [
      'ns1-next is left of an unfinished deployment: deploy-infra finishes it',
      findDrift(observed([...servers, server('ns1-next')], twoServing().lbs), [], expected),
    ],
    [
      'ns3 is of a pair that infra.config.ts does not have: deploy-infra deploys without it, rotate-lbs --remove-pairs removes it',
      findDrift(observed([...servers, server('ns3')], twoServing().lbs), [], expected),
    ],
    [
      'lb1-next is left of a rotation that is being taken back: rotate-lbs --abandon goes on with it',
      findDrift(
        observed([...servers, server('lb1-next', { abandoned: 200 })], [...twoServing().lbs, lb('lb1-next', 'ns1')]),
        [],
        expected,
      ),
    ],
    [
      'the private network is missing: bootstrap-infra makes it',
      findDrift({ ...twoServing(), network: false }, [], expected),
    ],
    [
      'the firewall of the lbs is missing or has other rules than infra.config.ts asks for: bootstrap-infra puts it right',
      findDrift({ ...twoServing(), firewalls: ['nameserver'] }, [], expected),
    ],
  ] as const) {
    assert.equal(found, [sentence])
  }
})

drift('what several machines share is one sentence', () => {
  const { servers, lbs } = twoServing()
  const next = ['ns1-next', 'ns2-next'].map((name) => server(name))
  const open = servers.map((one) => ({ ...one, isProtected: false }))
  assert.equal(findDrift(observed([...open, ...next], lbs), [], { ...expected, zones: 'other' }), [
    'lb1, lb2, ns1 and ns2 are not protected from deletion: bootstrap-infra sees to it',
    'the zone files have changed since ns1 and ns2 were made: deploy-infra brings them into use',
    'ns1-next and ns2-next are left of an unfinished deployment: deploy-infra finishes it',
  ])
})

drift('what an operation is at work on is not left of anything', () => {
  const world = observed([...twoServing().servers, server('ns1-next'), server('ns2-old')], twoServing().lbs)
  assert.equal(findDrift(world, [], { ...expected, isRunning: true }), [])
})

drift('zone files that cannot be read differ from nothing', () => {
  assert.equal(findDrift(twoServing(), [], { ...expected, zones: undefined }), [])
})

drift('what was kept on purpose is no drift', () => {
  const kept = observed([...twoServing().servers, server('ns1-old', { kept: true })], twoServing().lbs)
  assert.equal(findDrift(kept, [], expected), [])
})

drift.run()
