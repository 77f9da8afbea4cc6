import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { faultRequest, publishDelayOf, strikeOff, withMistakes } from '../../../local/internet/faults.ts'

const test = suite('local/internet/faults')

const delays = (publishDelayMs: unknown): readonly number[] =>
  ['a.nic.test', 'b.nic.test'].map((parent) => publishDelayOf(faultRequest.parse({ publishDelayMs }), parent))

test('a delay is for both parents, or for each its own', () => {
  assert.equal(delays(undefined), [0, 0])
  assert.equal(delays(5000), [5000, 5000])
  assert.equal(delays({ a: 0, b: 8000 }), [0, 8000])
  assert.equal(delays({ b: 8000 }), [0, 8000])
})

test('a fault is used up', () => {
  assert.equal(strikeOff({ status: 503, times: 2 }), { status: 503, times: 1 })
  assert.is(strikeOff({ status: 503, times: 1 }), undefined)
})

test('wrong glue leads nowhere, in the same family', () => {
  const domain = (addresses: readonly string[]) => [
    { name: 'example.test', nameservers: [], hosts: [{ name: 'ns1.example.test', addresses }] },
  ]
  const spoiled = (addresses: readonly string[]) => withMistakes(domain(addresses), { wrongGlue: true })
  assert.equal(spoiled(['198.18.1.10', '2001:2:0:10a::1']), domain(['192.0.2.1', '2001:2:0:10a::1']))
  assert.equal(spoiled(['2001:2:0:10a::1']), domain(['2001:db8::1']))
})

test('a wrong DS takes the place of others, or of none; what no fault is about stays', () => {
  const domain = { name: 'example.test', nameservers: [], hosts: [] }
  const [unsigned, signed] = [domain, { ...domain, ds: [`1 13 2 ${'02'.repeat(32)}`] }]
  const wrong = { ...domain, ds: [`12345 13 2 ${'01'.repeat(32)}`] }
  assert.equal(withMistakes([unsigned, signed], { wrongDs: true }), [wrong, wrong])
  assert.equal(withMistakes([unsigned, signed], {}), [unsigned, signed])
})

for (const body of [{ publishDelay: 1 }, { publishDelayMs: { c: 1 } }, { fail: { times: 0 } }, { parentTtl: -1 }]) {
  test(`refuses ${JSON.stringify(body)}`, () => assert.not(faultRequest.safeParse(body).success))
}

test.run()
