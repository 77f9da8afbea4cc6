import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ChildView } from '../../../lib/dns/delegation/child.ts'
import { InfraError } from '../../../lib/errors.ts'
import { namesIn } from '../../../lib/tasks/published.ts'

const published = suite('lib/tasks/published')

const view: ChildView = {
  server: 'lb1',
  address: '198.18.1.10',
  ns: { names: ['ns1.example.test.'], ttl: 60 },
  addresses: [
    { name: 'ns1.example.test.', type: 'A', address: '198.18.1.12', ttl: 60 },
    { name: 'ns1.example.test.', type: 'AAAA', address: '2001:2:0:10c::1', ttl: 60 },
  ],
  faults: [],
  isRefused: false,
}

published('zones that give an address of an lb are told, however it is spelt', () => {
  const told = namesIn([view], { lb: 'lb1-next', addresses: ['198.18.1.12', '2001:2::10c:0:0:0:1'] })
  assert.equal(told, [
    'lb1 (198.18.1.10) answers 198.18.1.12 for ns1.example.test.',
    'lb1 (198.18.1.10) answers 2001:2:0:10c::1 for ns1.example.test.',
  ])
  assert.equal(namesIn([view], { lb: 'lb1', addresses: ['198.18.1.10'] }), [])
})

published('an lb that does not say leaves it unknown, and is named', () => {
  const silent = { ...view, addresses: [], faults: ['lb2 (198.18.1.11) asked for ns1.example.test. A: no answer'] }
  try {
    namesIn([view, silent], { lb: 'lb1-next', addresses: ['198.18.1.99'] })
    assert.unreachable('taken for no')
  } catch (error) {
    assert.instance(error, InfraError)
    assert.is((error as InfraError).exitCode, 8)
    assert.match((error as InfraError).message, /not known whether zones name lb1-next[\s\S]*lb2/)
  }
})

published.run()
