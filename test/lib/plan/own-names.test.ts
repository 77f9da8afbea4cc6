import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findNameDrift, type ObservedName } from '../../../lib/plan/own-names.ts'

const names = suite('lib/plan/own-names')

const host = 'ns1.example.test.'
const ours = [{ host, addresses: ['198.18.1.10', '2001:2:0:10a::1', '198.18.1.30'] }]

const answer = (addresses: readonly string[], changes: Partial<ObservedName> = {}): ObservedName => ({
  lb: 'lb1',
  at: '198.18.1.10',
  host,
  addresses,
  ...changes,
})

names('addresses of ours are no drift, whichever of them a zone gives', () => {
  assert.equal(findNameDrift([answer(['198.18.1.10', '2001:2:0:10a::1']), answer(['198.18.1.30'])], ours), [])
})

names('an address that no machine of ours has is told once, with who answers it and what mends it', () => {
  const told = findNameDrift(
    [answer(['198.18.1.99', '2001:2:0:10a::1']), answer(['198.18.1.99'], { lb: 'lb2', at: '198.18.1.11' })],
    ours,
  )
  assert.is(told.length, 1)
  assert.match(
    told[0] ?? '',
    /^ns1\.example\.test\. is 198\.18\.1\.99 in its zone, as lb\d \(.*\) answers.*deploy-infra/,
  )
})

names('an address of another pair is told too', () => {
  const other = { host: 'ns2.example.test.', addresses: ['198.18.1.11'] }
  assert.is(findNameDrift([answer(['198.18.1.11'])], [...ours, other]).length, 1)
})

names('so is a host without any address', () => {
  assert.match(findNameDrift([answer([])], ours)[0] ?? '', /ns1\.example\.test\. has no address in its zone/)
})

names.run()
