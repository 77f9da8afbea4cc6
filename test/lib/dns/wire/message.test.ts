import { type Answer, encode } from 'dns-packet'
import ipaddr from 'ipaddr.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessage } from '../../../../lib/dns/wire/message.ts'

const test = suite('lib/dns/wire/message')

const decodeAnswer = (answer: Answer) =>
  decodeMessage(encode({ type: 'response', id: 1, questions: [], answers: [answer] })).answers[0]?.rdata

// dns-packet writes these; another implementation than the one that reads them.
for (const [answer, rdata] of [
  [{ type: 'A', name: 'a.test', data: '192.0.2.1' }, '192.0.2.1'],
  [{ type: 'AAAA', name: 'a.test', data: '2001:db8::1' }, '2001:db8::1'],
  [{ type: 'AAAA', name: 'a.test', data: '::' }, '::'],
  [{ type: 'AAAA', name: 'a.test', data: '::1' }, '::1'],
  [{ type: 'AAAA', name: 'a.test', data: '1::' }, '1::'],
  [{ type: 'AAAA', name: 'a.test', data: '1:0:0:2:0:0:0:3' }, '1:0:0:2::3'],
  [{ type: 'AAAA', name: 'a.test', data: '1:0:2:3:4:5:6:7' }, '1:0:2:3:4:5:6:7'],
  [{ type: 'AAAA', name: 'a.test', data: '10:0:0:20:30:40:50:60' }, '10::20:30:40:50:60'],
  [{ type: 'MX', name: 'a.test', data: { preference: 10, exchange: 'Mail.Test' } }, '10 mail.test.'],
  [{ type: 'SRV', name: 'a.test', data: { priority: 1, weight: 2, port: 3, target: 'x.test' } }, '1 2 3 x.test.'],
  [{ type: 'TXT', name: 'a.test', data: ['a"b', Buffer.from([0xe9, 0x5c])] }, '"a\\"b" "\\233\\\\"'],
  [{ type: 'CAA', name: 'a.test', data: { flags: 128, tag: 'issue', value: 'ca.test' } }, '128 issue "ca.test"'],
  [{ type: 'CNAME', name: 'a.test', data: '.' }, '.'],
  [{ type: 'NULL', name: 'a.test', data: Buffer.from([1, 255]) }, '\\# 2 01FF'],
] as const satisfies readonly (readonly [Answer, string])[]) {
  test(`${answer.type} data reads ${rdata}`, () => assert.is(decodeAnswer(answer), rdata))
}

test('five thousand IPv6 addresses are written as another implementation writes them', () => {
  for (let round = 0; round < 5000; round++) {
    const groups = Array.from({ length: 8 }, () => (Math.random() < 0.6 ? 0 : Math.floor(Math.random() * 0x10000)))
    const data = groups.map((group) => group.toString(16)).join(':')
    assert.is(decodeAnswer({ type: 'AAAA', name: 'a.test', data }), ipaddr.IPv6.parse(data).toRFC5952String())
  }
})

const header = (answers: number) => Buffer.from([0, 1, 0x84, 0, 0, 0, 0, answers, 0, 0, 0, 0])

test('dots and odd octets inside labels do not get lost', () => {
  const name = Buffer.concat([
    Buffer.from([7]),
    Buffer.from('esc.dot'),
    Buffer.from([1, 0xe9, 4]),
    Buffer.from('test\0'),
  ])
  const record = Buffer.concat([name, Buffer.from([0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])])
  assert.is(decodeMessage(Buffer.concat([header(1), record])).answers[0]?.name, 'esc\\.dot.\\233.test.')
})

test('compressed names inside data are read in full', () => {
  const owner = Buffer.concat([Buffer.from([4]), Buffer.from('Test\0')])
  const ns = Buffer.from([0, 2, 0, 1, 0, 0, 0, 60, 0, 6, 3, 110, 115, 49, 0xc0, 12])
  assert.is(decodeMessage(Buffer.concat([header(1), owner, ns])).answers[0]?.rdata, 'ns1.test.')
})

for (const [title, bytes] of [
  ['a pointer to itself', Buffer.concat([header(1), Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])])],
  ['a pointer forwards', Buffer.concat([header(1), Buffer.from([0xc0, 20, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])])],
  [
    'address data of five octets',
    Buffer.concat([header(1), Buffer.from([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5])]),
  ],
  ['more records announced than sent', header(1)],
  ['octets after the end', Buffer.concat([header(0), Buffer.from([0])])],
  ['eleven octets', header(0).subarray(0, 11)],
] as const) {
  test(`${title}: refused`, () => assert.throws(() => decodeMessage(bytes)))
}

test.run()
