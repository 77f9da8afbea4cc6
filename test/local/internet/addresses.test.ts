import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { glueAddresses } from '../../../local/internet/addresses.ts'

const test = suite('local/internet/addresses')

test('takes addresses of both families in their canonical form', () => {
  assert.equal(glueAddresses(['198.18.1.10', '2001:2:0:010A:0::1']), ['198.18.1.10', '2001:2:0:10a::1'])
})

for (const [title, addresses, named] of [
  ['none', [], /at least one/],
  ['a name', ['ns1.example.test'], /'ns1\.example\.test'/],
  ['half an address', ['198.18.1'], /'198\.18\.1'/],
  ['a number too high', ['198.18.1.256'], /'198\.18\.1\.256'/],
  ['a range', ['198.18.1.0/24'], /'198\.18\.1\.0\/24'/],
  ['a private one after a good one', ['198.18.1.10', '192.168.1.1'], /'192\.168\.1\.1'/],
  ['a private network of ours', ['10.0.1.1'], /'10\.0\.1\.1'/],
  ['loopback', ['127.0.0.1'], /'127\.0\.0\.1'/],
  ['multicast', ['224.0.0.1'], /'224\.0\.0\.1'/],
  ['IPv6 loopback', ['::1'], /'::1'/],
  ['link-local', ['fe80::1'], /'fe80::1'/],
  ['a zone index', ['2001:2::1%eth0'], /'2001:2::1%eth0'/],
  ['unique local', ['fd00::1'], /'fd00::1'/],
  ['IPv4 in IPv6', ['::ffff:198.18.1.10'], /'::ffff:198\.18\.1\.10'/],
  ['twice the same, written differently', ['2001:2::1', '2001:2:0::1'], /'2001:2::1' is given twice/],
] as const) {
  test(`refuses ${title}, by name`, () => {
    assert.throws(
      () => glueAddresses(addresses),
      (error: { code: string; message: string }) => error.code === 'invalid_address' && named.test(error.message),
    )
  })
}

test.run()
