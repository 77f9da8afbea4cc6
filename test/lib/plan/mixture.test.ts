import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findMixtureFault, type KeySet, type Mixture, type MixtureFault } from '../../../lib/plan/mixture.ts'

const test = suite('lib/plan/mixture')

const [unsigned, one, other, both]: readonly [KeySet, KeySet, KeySet, KeySet] = [[], ['k1'], ['k2'], ['k1', 'k2']]

/** What validators did in each of these was measured with five resolvers. */
const rows: readonly (readonly [title: string, mixture: Mixture, fault: MixtureFault | undefined])[] = [
  ['two generations with the same key', { generations: [one, one], trusted: [one] }, undefined],
  ['unsigned and signed, without a DS record', { generations: [unsigned, one], trusted: [[]] }, undefined],
  ['unsigned and signed, a DS record at one parent', { generations: [unsigned, one], trusted: [[], one] }, 'unsigned'],
  ['unsigned alone under a DS record', { generations: [unsigned], trusted: [one] }, 'unsigned'],
  ['one key and both', { generations: [one, both], trusted: [one] }, undefined],
  ['both, DS records changing', { generations: [both], trusted: [one, both, other] }, undefined],
  [
    'one key and both, the DS record of the new one already',
    { generations: [one, both], trusted: [other] },
    'untrusted',
  ],
  [
    'both and the new key, while a cache holds the old DS record',
    { generations: [both, other], trusted: [one, other] },
    'untrusted',
  ],
  ['both and the new key', { generations: [both, other], trusted: [other] }, undefined],
  ['from one key to another at once', { generations: [one, other], trusted: [both] }, 'unproven'],
  ['from one to another by way of both, too soon', { generations: [one, both, other], trusted: [both] }, 'unproven'],
  ['a generation of which nobody knows the keys', { generations: [one, undefined], trusted: [one] }, 'unknown'],
  ['the same without a DS record', { generations: [one, undefined], trusted: [] }, undefined],
  ['a DS record that points at nothing', { generations: [one], trusted: [['4711 13 2 AB']] }, 'untrusted'],
  ['the same beside one that points at the key', { generations: [one], trusted: [['4711 13 2 AB', 'k1']] }, undefined],
]

for (const [title, mixture, fault] of rows) {
  test(title, () => assert.is(findMixtureFault(mixture), fault))
}

test.run()
