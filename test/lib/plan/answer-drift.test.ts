import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findAnswerDrift, type ObservedAnswer } from '../../../lib/plan/answer-drift.ts'
import { findDrift } from '../../../lib/plan/drift.ts'
import { lb, observed, twoServing } from './simulate.ts'

const drift = suite('lib/plan/answer-drift')

const addresses = ['198.18.1.10', '2001:2:0:10a::1']
const zones = ['example.test.', 'example2.test.']
const lookAt = 'Look at named on ns1 and at dns-lb status on lb1'

/** All that lb1 is asked for: at two addresses, for two zones, over two transports. */
const answers = (changes: (answer: ObservedAnswer) => Partial<ObservedAnswer> = () => ({})): ObservedAnswer[] =>
  addresses.flatMap((address) =>
    zones.flatMap((zone) =>
      ['udp', 'tcp'].map((transport) => {
        const about = { lb: 'lb1', address, transport, zone, fault: undefined, serial: 100, nsid: 'ns1.100' }
        return { ...about, ...changes(about) }
      }),
    ),
  )

const silent = { fault: 'no answer within 2000 ms', serial: undefined, nsid: undefined }

for (const [title, asked, expected] of [
  ['nothing when all is right', answers(), []],
  [
    'a dead nameserver behind an lb, which its transports show in ways of their own',
    answers(({ transport }) => ({ ...silent, ...(transport === 'tcp' ? { fault: 'the connection ended' } : {}) })),
    [`lb1 does not answer with authority (8 questions): no answer within 2000 ms; and 1 more like it. ${lookAt}`],
  ],
  [
    'one transport',
    answers(({ transport }) => (transport === 'tcp' ? silent : {})),
    [`lb1 does not answer with authority (over TCP, 4 of 8 questions): no answer within 2000 ms. ${lookAt}`],
  ],
  [
    'one zone at one address',
    answers(({ zone, address }) =>
      zone === zones[1] && address === addresses[1] ? { ...silent, fault: 'REFUSED' } : {},
    ),
    [
      `lb1 does not answer with authority (for example2.test. at 2001:2:0:10a::1, 2 of 8 questions): REFUSED. ${lookAt}`,
    ],
  ],
  [
    'two generations behind one lb',
    answers(({ transport }) => (transport === 'tcp' ? { serial: 99, nsid: 'ns1.99' } : {})),
    [
      'lb1 is answered (over TCP, 4 of 8 questions) by ns1.99 with serial 99 instead of ns1.100 with serial 100: deploy-infra makes all of one generation',
    ],
  ],
  [
    'a serial that is not that of the generation',
    answers(({ zone }) => (zone === zones[0] ? { serial: 101 } : {})),
    [
      'lb1 is answered (for example.test., 4 of 8 questions) by ns1.100 with serial 101 instead of ns1.100 with serial 100: deploy-infra makes all of one generation',
    ],
  ],
] as const) {
  drift(`${title}: one sentence`, () => assert.equal(findAnswerDrift(twoServing(), asked), expected))
}

drift('an lb that sends to another nameserver is one sentence, whatever answers there', () => {
  const world = observed(twoServing().servers, [lb('lb1', 'ns2'), lb('lb2', 'ns2')])
  const found = findDrift(
    world,
    answers(() => ({ nsid: 'ns2.100' })),
    { pairs: 2, zones: 'z', isRunning: false },
  )
  assert.equal(found, ['lb1 sends its queries to ns2 instead of ns1: deploy-infra puts it right'])
})

drift.run()
