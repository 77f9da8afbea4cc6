import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Unanswered } from '../../../../lib/dns/wire/reply.ts'
import { createTally } from '../../../../lib/dns/witness/tally.ts'

const test = suite('lib/dns/witness/tally')

const question = { name: 'example.test', type: 'SOA', transport: 'udp' } as const
const reply = (kind: Unanswered['kind']): Unanswered => ({ kind, detail: kind, ms: 0 })

test('what went wrong before a step hides nothing of that step', () => {
  const tally = createTally({ name: 'lb1', address: '127.0.0.1', port: 53, since: 0 }, () => 0)
  const settle = (step: string, kind: Unanswered['kind'], times: number): void => {
    for (let i = 0; i < times; i++) {
      tally.send()
      tally.settle({ question, at: 0, step, isHeard: true, isHandedOver: false }, reply(kind), true)
    }
  }
  settle('start', 'timeout', 2500)
  settle('start', 'malformed', 2500)
  settle('switch lb1', 'timeout', 2)
  settle('switch lb1', 'malformed', 3)
  const { lost, wrong, losses, wrongs } = tally.report()
  assert.equal([lost, wrong], [2502, 2503])
  const inSwitch = (incidents: typeof losses): number => incidents.filter(({ step }) => step === 'switch lb1').length
  assert.equal([inSwitch(losses), inSwitch(wrongs)], [2, 3])
  assert.equal([losses.length, wrongs.length], [1002, 1003])
})

test.run()
