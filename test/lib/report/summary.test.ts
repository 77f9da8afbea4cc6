import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Answer, describeAnswers, describePhases } from '../../../lib/report/summary.ts'

const summary = suite('lib/report/summary')

const answer = (changes: Partial<Answer>): Answer => ({
  lb: 'lb1',
  address: '198.18.1.10',
  transport: 'udp',
  zone: 'example.test.',
  fault: undefined,
  serial: 100,
  nsid: 'ns1.100',
  ...changes,
})

summary('transports that agree share a line; those that differ do not', () => {
  assert.is(
    describeAnswers(
      [
        answer({}),
        answer({ transport: 'tcp' }),
        answer({ zone: 'other.test.' }),
        answer({ zone: 'other.test.', transport: 'tcp', fault: 'refused' }),
      ],
      80,
    ),
    [
      '  lb   address      zone           over     NSID     serial',
      '  lb1  198.18.1.10  example.test.  udp+tcp  ns1.100  100',
      '  lb1  198.18.1.10  other.test.    udp      ns1.100  100',
      '  lb1  198.18.1.10  other.test.    tcp      refused',
    ].join('\n'),
  )
})

summary('phases end with their sum', () => {
  assert.is(
    describePhases(
      [
        { title: 'Create', ms: 1500 },
        { title: 'Check', ms: 500 },
      ],
      80,
    ),
    '  Create   1.5 s\n  Check   500 ms\n  all      2.0 s',
  )
})

summary.run()
