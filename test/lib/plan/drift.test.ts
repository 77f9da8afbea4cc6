import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findDrift, type ObservedAnswer } from '../../../lib/plan/drift.ts'
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

const expected = { pairs: 2, zones: 'z' }

drift('is empty when everything is as it should be', () => {
  assert.equal(findDrift(twoServing(), [answer()], expected), [])
})

drift('names each difference', () => {
  const { servers } = twoServing()
  for (const [sentence, found] of [
    ['ns2 is missing', findDrift(observed(servers.slice(0, 3), twoServing().lbs), [], expected)],
    [
      'ns1 is not protected from deletion',
      findDrift(
        observed([...servers.slice(0, 2), server('ns1', { isProtected: false }), server('ns2')], twoServing().lbs),
        [],
        expected,
      ),
    ],
    [
      'lb1 sends its queries to ns2 instead of ns1',
      findDrift(observed(servers, [lb('lb1', 'ns2'), lb('lb2', 'ns2')]), [], expected),
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
      'ns3 is of a pair that infra.config.ts does not have',
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
    ['the private network is missing', findDrift({ ...twoServing(), network: false }, [], expected)],
    [
      'the firewall of the lbs is missing or has other rules than infra.config.ts asks for',
      findDrift({ ...twoServing(), firewalls: ['nameserver'] }, [], expected),
    ],
    [
      'example.test. SOA at lb1 (198.18.1.10, udp): no answer within 2000 ms',
      findDrift(twoServing(), [answer({ fault: 'no answer within 2000 ms' })], expected),
    ],
    [
      'example.test. SOA at lb1 (198.18.1.10, udp): serial 99 instead of 100',
      findDrift(twoServing(), [answer({ serial: 99 })], expected),
    ],
    [
      'example.test. SOA at lb1 (198.18.1.10, udp): answered by ns1.99 instead of ns1.100',
      findDrift(twoServing(), [answer({ nsid: 'ns1.99' })], expected),
    ],
  ] as const) {
    assert.equal(found, [sentence])
  }
})

drift('changed zone files show at every pair', () => {
  assert.is(findDrift(twoServing(), [], { pairs: 2, zones: 'other' }).length, 2)
})

drift('what was kept on purpose is no drift', () => {
  const kept = observed([...twoServing().servers, server('ns1-old', { kept: true })], twoServing().lbs)
  assert.equal(findDrift(kept, [], expected), [])
})

drift.run()
