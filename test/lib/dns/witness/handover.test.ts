import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Question } from '../../../../lib/dns/wire/question.ts'
import type { Answered } from '../../../../lib/dns/wire/reply.ts'
import { createHandover, type HandoverQuestions } from '../../../../lib/dns/witness/handover.ts'

const test = suite('lib/dns/witness/handover')

const question = (name: string): Question => ({ name, type: 'A', transport: 'udp' })
const watched = (...names: readonly string[]) => ({ questions: names.map(question), all: names.length })
const asked: HandoverQuestions = {
  to: 200,
  from: [100],
  comes: watched('new.', 'newer.'),
  goes: watched('gone.'),
  unknown: [],
}

/** A handover whose answers come at the times that are given; late is what was sent once the new generation had answered. */
const play = () => {
  let time = 0
  const { of, report } = createHandover(asked, () => time)
  const answers =
    (isHandedOver: boolean) =>
    (at: number, lb: string, [name, generation]: readonly [string, number]): void => {
      time = at
      of(lb).note({ question: question(name), isHandedOver }, { nsid: `ns1.${generation}` } as Answered)
    }
  return { of, report, answer: answers(false), late: answers(true) }
}

test('of each lb and kind the first and the last answer of either generation stay, and how many questions', () => {
  const { answer, report } = play()
  answer(10, 'lb1', ['new.', 100])
  answer(11, 'lb1', ['gone.', 100])
  answer(12, 'lb1', ['kept.', 100])
  answer(21, 'lb1', ['new.', 200])
  answer(22, 'lb1', ['new.', 200])
  answer(23, 'lb1', ['newer.', 200])
  answer(24, 'lb2', ['gone.', 100])
  const { lbs, comes, goes } = report([
    { name: 'start', at: 0 },
    { name: 'switch lb1', at: 20 },
    { name: 'switch lb1', at: 90 },
  ])
  assert.equal(
    [comes, goes],
    [
      { questions: ['new. A', 'newer. A'], all: 2 },
      { questions: ['gone. A'], all: 1 },
    ],
  )
  assert.equal(lbs, [
    {
      lb: 'lb1',
      switchedAt: 20,
      comes: { old: { first: 10, last: 10, questions: 1 }, new: { first: 21, last: 23, questions: 2 } },
      goes: { old: { first: 11, last: 11, questions: 1 } },
    },
    { lb: 'lb2', comes: {}, goes: { old: { first: 24, last: 24, questions: 1 } } },
  ])
})

test('of an lb that was not asked yet when it was switched, the moments say nothing of the switch', () => {
  const { answer, report } = play()
  answer(50, 'lb3', ['new.', 200])
  assert.equal(report([{ name: 'switch lb3', at: 40 }]).lbs, [
    { lb: 'lb3', comes: { new: { first: 50, last: 50, questions: 1 } }, goes: {} },
  ])
})

test('the account does not grow with the answers', () => {
  const { answer, report } = play()
  answer(1, 'lb1', ['gone.', 100])
  const size = JSON.stringify(report([])).length
  for (let i = 0; i < 5000; i++) answer(1, 'lb1', [i % 2 === 0 ? 'gone.' : `kept${i}.`, 100])
  assert.is(JSON.stringify(report([])).length, size)
})

test('an answer of the old generation is late only when it was asked for once the new one had answered', () => {
  const { answer, late, report, of } = play()
  assert.not(of('lb1').isHandedOver())
  answer(20, 'lb1', ['kept.', 200])
  assert.ok(of('lb1').isHandedOver())
  assert.not(of('lb2').isHandedOver())
  answer(21, 'lb1', ['kept.', 100])
  assert.is(report([]).lbs[0]?.again, undefined)
  late(22, 'lb1', ['kept.', 100])
  late(25, 'lb1', ['gone.', 100])
  late(26, 'lb1', ['gone.', 200])
  assert.equal(report([]).lbs[0]?.again, { first: 22, last: 25, count: 2 })
})

test('neither TCP, whose connections stay where they began, nor strangers tell anything', () => {
  const { of, report } = play()
  const sent = { question: question('new.'), isHandedOver: true }
  of('lb1').note({ ...sent, question: { ...sent.question, transport: 'tcp' } }, { nsid: 'ns1.100' } as Answered)
  of('lb1').note(sent, { nsid: 'ns1.5' } as Answered)
  of('lb1').note(sent, { nsid: null } as Answered)
  assert.equal(report([]).lbs, [{ lb: 'lb1', comes: {}, goes: {} }])
})

test.run()
