import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  bakerName,
  identityOf,
  imageName,
  type Phase,
  parseBakerName,
  parseServerName,
  type Role,
  serverName,
} from '../../../lib/fleet/names.ts'

const names = suite('lib/fleet/names')

names('spells every name in a way that reads back', () => {
  for (const role of ['nameserver', 'lb'] as const satisfies readonly Role[]) {
    for (const phase of ['next', 'serving', 'old'] as const satisfies readonly Phase[]) {
      for (const pair of [1, 2, 10]) {
        assert.equal(parseServerName(serverName(role, pair, phase)), { role, pair, phase })
      }
    }
  }
})

names('takes nothing for ours that only looks like it', () => {
  for (const name of ['ns', 'ns0', 'ns01', 'ns1-', 'ns1-nextt', 'xns1', 'ns1-next-old', 'east-next', 'web1', '']) {
    assert.is(parseServerName(name), undefined, name)
  }
})

names('spells images and what they are made of, which nobody takes for a server of the fleet', () => {
  for (const role of ['nameserver', 'lb'] as const) {
    for (const architecture of ['x86', 'arm'] as const) {
      const kind = { role, architecture }
      assert.equal(parseBakerName(bakerName(kind)), kind)
      assert.is(parseServerName(bakerName(kind)), undefined)
    }
  }
  for (const name of ['bake', 'bake-ns', 'bake-web-x86', 'bake-ns-x86-1', 'ns-x86']) {
    assert.is(parseBakerName(name), undefined, name)
  }
  assert.is(imageName({ role: 'lb', architecture: 'arm' }, 1790000000), 'lb-arm-1790000000')
})

names('identity is the serving name and the generation', () => {
  assert.is(identityOf(2, 1790000000), 'ns2.1790000000')
})

names.run()
