import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { prepareQuestion, type Question, usualEdns } from '../../../../lib/dns/wire/question.ts'

const test = suite('lib/dns/wire/question')

const names = [
  '.',
  'example.test.',
  'example.test',
  'Ab.C.',
  '*.x.test.',
  '_sip._tcp.a.b.',
  `${'a'.repeat(63)}.x.`,
  `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}.`,
  'a/b.c-d.',
  'a..b.',
  'ö.x.',
]

// EDNS that is written out is the same, but encoded by dns-packet as a whole.
for (const name of names) {
  test(`a question for ${name} is encoded as dns-packet does`, () => {
    for (const type of ['A', 'SOA', 'CAA', 'TYPE65280']) {
      const usual: Question = { name, type, transport: 'udp' }
      const bytes = prepareQuestion({ ...usual, edns: { ...usualEdns } }).bytes
      assert.is(prepareQuestion(usual).bytes.toString('hex'), bytes.toString('hex'))
    }
  })
}

test.run()
