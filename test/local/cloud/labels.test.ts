import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { labelFaults, matchesSelector } from '../../../local/cloud/labels.ts'

const test = suite('local/cloud/labels')

const labels = { role: 'nameserver', empty: '', 'dns.example/pair': '1' }

for (const [selector, fits] of [
  ['', true],
  ['role=nameserver', true],
  ['role==nameserver', true],
  ['role = nameserver', true],
  ['role=lb', false],
  ['role!=lb', true],
  ['role!=nameserver', false],
  ['other!=1', true],
  ['role', true],
  ['other', false],
  ['!other', true],
  ['!role', false],
  ['empty=', true],
  ['empty = ', true],
  ['dns.example/pair=1', true],
  ['role in (lb, nameserver)', true],
  ['role in (lb)', false],
  ['role notin (lb)', true],
  ['role in(lb,nameserver)', true],
  ['empty in (,x)', true],
  ['other in (,x)', false],
  ['! other', true],
  ['role notin (lb,nameserver)', false],
  ['other notin (1)', true],
  ['role in (lb,nameserver),empty', true],
  ['role=nameserver,role=lb', false],
  [`${'a.'.repeat(126)}a/x`, false],
  // names of the language's own must not count as labels
  ['constructor', false],
  ['!toString', true],
] as const) {
  test(`"${selector}" ${fits ? 'fits' : 'does not fit'}`, () => {
    assert.is(matchesSelector(labels, selector), fits)
  })
}

test('refuses a selector that cannot be parsed', () => {
  for (const selector of [
    ...[
      'role in',
      'a b',
      '=x',
      'role in (a',
      'role in ()',
      'role in ( )',
      '!role=lb',
      'role=lb=x',
      'role>1',
      'role=a/b',
    ],
    ...[
      ' ',
      ',',
      ' , ',
      'role,',
      ',role',
      'role,,empty',
      '!',
      '!!role',
      'role=-x',
      '-role',
      'a..b/x',
      '_a/x',
      'role\nrole',

      'in (a)',
      '__proto__',
    ],
  ]) {
    assert.throws(() => matchesSelector(labels, selector), /cannot be parsed/, selector)
  }
})

for (const [what, input, reason] of [
  ['a key with a space', { 'a b': '1' }, /invalid label key/],
  ['a key that ends in a dash', { 'a-': '1' }, /invalid label key/],
  ['a key of 64 characters', { ['a'.repeat(64)]: '1' }, /invalid label key/],
  ['a prefix that is no DNS name', { 'a_b/x': '1' }, /invalid label key/],
  ['a prefix with an empty label', { 'a..b/x': '1' }, /invalid label key/],
  ['a prefix of 254 characters', { [`${'a.'.repeat(126)}aa/x`]: '1' }, /invalid label key/],
  ['a prefix with a label of 64 characters', { [`${'a'.repeat(64)}/x`]: '1' }, /invalid label key/],
  ['two prefixes', { 'a/b/x': '1' }, /invalid label key/],
  ['the reserved prefix', { 'hetzner.cloud/x': '1' }, /invalid label key/],
  ['a value with a colon', { a: '1:2' }, /invalid value/],
  ['a value of 64 characters', { a: 'x'.repeat(64) }, /invalid value/],
] as const) {
  test(`refuses ${what}`, () => {
    assert.match(labelFaults(input).join(), reason)
  })
}

test('takes empty values, and no labels', () => {
  assert.equal([labelFaults({}), labelFaults({ a: '' })], [[], []])
})

test.run()
