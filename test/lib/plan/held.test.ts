import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DsMemory, OtherKeys } from '../../../lib/fleet/labels.ts'
import { mayHoldOthers, mergeNoted, type Noted, noteSwitch, type Side } from '../../../lib/plan/held.ts'

const test = suite('lib/plan/held')

const now = 1000
const noted = (otherKeys?: OtherKeys, heldUntil?: number): Noted => ({ heldUntil, otherKeys, ds: new Map() })
const remembering = (memory: DsMemory): Noted => ({ ...noted(), ds: new Map([['a', memory]]) })
const side = (keys: string, heldSeconds: number, own: Noted = noted()): Side => ({ keys, heldSeconds, noted: own })

test('the same keys go on: what was to be waited for still is, and nothing besides', () => {
  const before = { of: '', until: 1200 }
  const { from, to } = noteSwitch({ from: side('k1', 60, noted(before, 1500)), to: side('k1', 300) }, now)
  assert.equal(to, noted(before, 1500))
  assert.equal(from, noted(before, 1500))
  assert.equal(noteSwitch({ from: side('k1', 60), to: side('k1', 300) }, now).to, noted(undefined, 1300))
})

test('other keys: either may be held as long as the answers of its generation, and of those before it with the same', () => {
  const { from, to } = noteSwitch({ from: side('', 60, noted(undefined, 1500)), to: side('k1', 300) }, now)
  assert.equal(to.otherKeys, { of: '', until: 1500 })
  assert.equal(from.otherKeys, { of: 'k1', until: 1300 })
})

test('of a third set of keys that caches hold none can be told, and it is over when the last of them is', () => {
  const held = (until: number) =>
    noteSwitch({ from: side('k1', 60, noted({ of: '', until })), to: side('k2', 60) }, now)
  assert.equal(held(1200).to.otherKeys, { of: 'several', until: 1200 })
  assert.ok(mayHoldOthers(held(1200).to, ['k1', 'k2'], now))
  assert.equal(held(900).to.otherKeys, { of: 'k1', until: 1060 })
  assert.not.ok(mayHoldOthers(held(900).to, ['k1', 'k2'], now))
})

test('what several nameservers of a generation bear is taken together: what holds longest, and what is over is none', () => {
  const of = (name: string, until: number) => noted({ of: name, until })
  assert.equal(mergeNoted([of('k1', 1100), of('k2', 1200)], now).otherKeys, { of: 'several', until: 1200 })
  assert.equal(mergeNoted([of('k1', 900), of('k2', 1200)], now).otherKeys, { of: 'k2', until: 1200 })
  assert.equal(mergeNoted([of('k1', 900), of('k2', 800)], now).otherKeys, { of: 'k1', until: 900 })
  assert.equal(mergeNoted([noted(), of('k2', 800)], now).otherKeys, { of: 'k2', until: 800 })
  const [seen, gone] = [remembering({ kind: 'seen', ttlSeconds: 60 }), remembering({ kind: 'gone', until: 2000 })]
  assert.equal(mergeNoted([gone, seen], now).ds, seen.ds)
  assert.equal(mergeNoted([seen, gone], now).ds, seen.ds)
})

test.run()
