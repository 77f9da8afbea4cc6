import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inventName } from '../../../../lib/dns/checks/invented.ts'

const test = suite('lib/dns/checks/invented')

/** A parent of so many octets on the wire. */
const parentOf = (octets: number): string => `${'a.'.repeat((octets - 1) / 2)}`

test('a label goes in front, shortened where the name would be longer than 255 octets', () => {
  assert.is(inventName('example.test.', 'absent-1'), 'absent-1.example.test.')
  assert.is(inventName('example.test.', 'x'.repeat(70)), `${'x'.repeat(63)}.example.test.`)
  assert.is(inventName(parentOf(251), 'absent-1'), `abs.${parentOf(251)}`)
  assert.is(inventName(parentOf(253), 'absent-1'), `a.${parentOf(253)}`)
})

test('where no label has room there is none', () => assert.is(inventName(parentOf(255), 'absent-1'), undefined))

test('a name that is taken is passed over', () => {
  const taken = new Set(['absent-1.example.test.'])
  assert.is(
    inventName('example.test.', 'absent-1', (name) => taken.has(name)),
    'zabsent-1.example.test.',
  )
  assert.is(
    inventName(parentOf(253), 'a', (name) => !name.startsWith('7.')),
    `7.${parentOf(253)}`,
  )
  assert.is(
    inventName(parentOf(253), 'a', () => true),
    undefined,
  )
})

test.run()
