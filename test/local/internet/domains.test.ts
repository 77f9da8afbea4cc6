import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Domain, getDomain, removeHost, setDs, setHost, setNameservers } from '../../../local/internet/domains.ts'

const test = suite('local/internet/domains')

const empty: readonly Domain[] = ['example.test', 'example2.test'].map((name) => ({ name, nameservers: [], hosts: [] }))
const host = (name: string, ...addresses: string[]) => ({ name, addresses })
const withHosts = setHost(
  setHost(empty, 'example.test', host('ns1.example.test', '198.18.1.10')),
  'example.test',
  host('ns2.example.test', '198.18.1.11'),
)
const both = ['ns1.example.test', 'ns2.example.test']

const refuses = (code: string, change: () => unknown): void =>
  assert.throws(change, (error: { code: string }) => error.code === code)

test('a host object is created, and replaced as a whole, without another changing', () => {
  const moved = setHost(withHosts, 'example.test', host('NS1.example.test.', '198.18.1.20', '2001:2:0:120::1'))
  assert.equal(getDomain(moved, 'example.test').hosts, [
    host('ns1.example.test', '198.18.1.20', '2001:2:0:120::1'),
    host('ns2.example.test', '198.18.1.11'),
  ])
})

test('a domain may be served by the nameservers of another', () => {
  assert.equal(getDomain(setNameservers(withHosts, 'example2.test', both), 'example2.test').nameservers, both)
})

test('DS records are entered as they are told, and replaced as a whole', () => {
  const ds = [`12345 13 2 ${'0a'.repeat(32)}`]
  const signed = setDs(withHosts, 'example.test', ds)
  assert.equal(getDomain(signed, 'example.test').ds, ds)
  assert.equal(getDomain(setDs(signed, 'example.test', []), 'example.test').ds, [])
  refuses('invalid_input', () => setDs(withHosts, 'example.test', ['12345 13']))
})

test('nameservers outside our zone need no host object', () => {
  const domains = setNameservers(empty, 'example.test', ['ns.example.org'])
  assert.equal(getDomain(domains, 'example.test').nameservers, ['ns.example.org'])
})

test('refuses nameservers without glue, none at all, one given twice, and what is no host name', () => {
  refuses('missing_glue', () => setNameservers(empty, 'example.test', both))
  refuses('missing_glue', () => setNameservers(withHosts, 'example.test', [...both, 'ns3.example.test']))
  refuses('missing_glue', () => setNameservers(withHosts, 'example.test', ['ns1.unknown.test']))
  refuses('invalid_input', () => setNameservers(withHosts, 'example.test', []))
  refuses('invalid_input', () => setNameservers(withHosts, 'example.test', ['ns1.example.test', 'NS1.example.test.']))
  for (const name of ['', 'ns1', 'a b.test', '-a.example.org', 'x.test\n. NS evil.test', `${'a'.repeat(64)}.org`]) {
    refuses('invalid_input', () => setNameservers(withHosts, 'example.test', [name]))
  }
})

test('refuses a host that is not below its domain', () => {
  for (const name of ['ns1.example2.test', 'example.test', 'ns1.badexample.test']) {
    refuses('invalid_input', () => setHost(empty, 'example.test', host(name, '198.18.1.10')))
  }
})

test('keeps a host while any nameserver set names it', () => {
  const delegated = setNameservers(withHosts, 'example2.test', ['ns1.example.test'])
  refuses('in_use', () => removeHost(delegated, 'example.test', 'ns1.example.test'))
  const { hosts } = getDomain(removeHost(delegated, 'example.test', 'ns2.example.test'), 'example.test')
  assert.equal(hosts, [host('ns1.example.test', '198.18.1.10')])
  refuses('not_found', () => removeHost(withHosts, 'example.test', 'ns9.example.test'))
})

test('knows no other domain', () => {
  refuses('not_found', () => getDomain(empty, 'other.test'))
  refuses('not_found', () => setHost(empty, 'other.test', host('ns1.other.test', '198.18.1.10')))
})

test.run()
