import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ImageKind, imageName } from '../../../lib/fleet/names.ts'
import { describePlan } from '../../../lib/plan/describe.ts'
import { keepInstead } from '../../../lib/plan/keep.ts'
import type { Baking, Observed, ObservedImage } from '../../../lib/plan/types.ts'
import { bakeOf } from './operations.ts'
import { observed, twoServing } from './simulate.ts'

const bakes = suite('lib/plan/bake')

const ns = { role: 'nameserver', architecture: 'x86' } as const
const lb = { role: 'lb', architecture: 'x86' } as const

const image = (kind: ImageKind, baked: number, facts: Partial<ObservedImage> = {}): ObservedImage => ({
  ...kind,
  name: imageName(kind, baked),
  baked,
  recipe: 'r',
  isReady: true,
  ...facts,
})

const world = (changes: Partial<Baking> = {}, from: Observed = twoServing()): Observed => ({
  ...from,
  baking: { images: [], recipes: { nameserver: 'n', lb: 'l' }, architectures: ['x86'], bakers: [], ...changes },
})

const said = (of: Observed, only: readonly ('nameserver' | 'lb')[] = []): readonly string[] =>
  describePlan(bakeOf(of, { only })).split('\n')

bakes('makes an image of each role, machine by machine side by side', () => {
  assert.equal(said(world()), [
    'Plan: bake',
    '  1. Bake',
    '     Create bake-ns-x86 from the stock image',
    '     Wait until bake-ns-x86 is ready',
    '     Put what all nameservers have on bake-ns-x86 with Ansible',
    '     Make the image ns-x86-200 of it',
    '     Remove bake-ns-x86',
    '     Create bake-lb-x86 from the stock image',
    '     Wait until bake-lb-x86 is ready',
    '     Put what all lbs have on bake-lb-x86 with Ansible',
    '     Make the image lb-x86-200 of it',
    '     Remove bake-lb-x86',
  ])
  assert.is(bakeOf(world()).phases[0]?.tracks.length, 2)
})

bakes('makes one for every architecture, or for one role alone', () => {
  const made = (of: Observed, only: readonly ('nameserver' | 'lb')[] = []) =>
    said(of, only).filter((line) => line.includes('Make the image'))
  assert.is(made(world({ architectures: ['arm', 'x86'] })).length, 4)
  assert.equal(made(world(), ['lb']), ['     Make the image lb-x86-200 of it'])
})

bakes('makes first what it needs where nothing is yet, and removes what a run left in the middle', () => {
  const empty = { ...observed([], []), sshKey: false, network: false, firewalls: [] }
  assert.equal(said(world({ bakers: [ns] }, empty), ['nameserver']).slice(0, 7), [
    'bake-ns-x86: left by an earlier run in the middle, removed first.',
    'Plan: bake',
    '  1. Foundation',
    '     Register the SSH key',
    '     Make the firewall of the nameservers',
    '  2. Discard what was left',
    '     Remove bake-ns-x86',
  ])
})

const removed = (of: Observed, only: readonly ('nameserver' | 'lb')[] = []): readonly string[] =>
  said(of, only).flatMap((line) => /DELETE the image (.*)/.exec(line)?.[1] ?? [])

bakes('keeps two images of each kind, the new one with them', () => {
  const images = [image(ns, 30), image(ns, 10), image(ns, 20), image(lb, 10)]
  assert.equal(removed(world({ images })), ['ns-x86-20', 'ns-x86-10'])
  assert.equal(removed(world({ images }), ['lb']), ['ns-x86-10'])
})

bakes('counts no image that is being made, nor removes it', () => {
  assert.equal(removed(world({ images: [image(ns, 30, { isReady: false }), image(ns, 20)] })), [])
})

bakes('who does not want old images removed keeps them, and the run goes on', () => {
  const plan = bakeOf(world({ images: [image(ns, 10), image(ns, 20)] }))
  const [phase] = plan.phases.slice(-1)
  assert.equal([phase?.key, phase?.confirm?.name, phase?.confirm?.mayKeep], ['remove-images', 'ns-x86-10', true])
  assert.equal(phase && keepInstead(phase).tracks, [])
})

bakes('is refused when something else bears the name of its machine', () => {
  const strange = { ...world(), strangers: ['server bake-ns-x86 (id 1)'] }
  assert.throws(() => bakeOf(strange), /server bake-ns-x86 \(id 1\): the name is already taken/)
})

bakes.run()
