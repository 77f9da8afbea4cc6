import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ImageKind, imageName } from '../../../lib/fleet/names.ts'
import { type ImageChoice, withImages } from '../../../lib/plan/images.ts'
import type { ObservedImage, Plan } from '../../../lib/plan/types.ts'
import { deployOf, rotateOf, updateOf } from './operations.ts'
import { stepsOf, twoServing } from './simulate.ts'

const chooses = suite('lib/plan/images')

const day = 86_400
const now = 20_000 * day
const ns = { role: 'nameserver', architecture: 'x86' } as const
const lb = { role: 'lb', architecture: 'x86' } as const

const image = (kind: ImageKind, ageDays: number, facts: Partial<ObservedImage> = {}): ObservedImage => {
  const baked = now - ageDays * day
  return { ...kind, name: imageName(kind, baked), baked, recipe: kind.role, isReady: true, ...facts }
}

const choice = (images: readonly ObservedImage[], changes: Partial<ImageChoice> = {}): ImageChoice => ({
  images,
  recipes: { nameserver: 'nameserver', lb: 'lb' },
  architectures: ['x86'],
  now,
  maxAgeDays: 7,
  stock: 'debian-12',
  ...changes,
})

const made = (plan: Plan): readonly string[] =>
  stepsOf(plan).flatMap((step) => (step.kind === 'create-server' ? [`${step.server}: ${step.images ?? 'stock'}`] : []))

const deployed = (images: readonly ObservedImage[], changes: Partial<ImageChoice> = {}) => {
  const plan = withImages(deployOf(twoServing()), choice(images, changes))
  return { made: made(plan), note: plan.notes.at(-1) }
}

chooses('the newest that the roles at hand have baked, and says so by its date', () => {
  const [newest, older] = [image(ns, 1), image(ns, 2)]
  assert.equal(deployed([older, newest, image(lb, 0)]), {
    made: [`ns1-next: ${newest.name}`, `ns2-next: ${newest.name}`],
    note: `New nameservers are made from ${newest.name}: the newest that the roles at hand have baked, at 00:00:00 UTC, 2024-10-03.`,
  })
})

const stock = ['ns1-next: stock', 'ns2-next: stock']

for (const [title, images, changes, reason] of [
  ['when there is none', [], {}, /debian-12: no image is baked/],
  ['while it is being made', [image(ns, 0, { isReady: false })], {}, /no image is baked/],
  ['from other roles', [image(ns, 1, { recipe: 'x' })], {}, /ns-x86-\d+, the newest, was baked at .* by other roles/],
  ['too old', [image(ns, 7)], {}, /ns-x86-\d+ was baked at .*, more than images.maxAgeDays \(7\) ago/],
  ['unless images are wanted', [image(ns, 1)], { maxAgeDays: 0 }, /images.maxAgeDays is 0/],
  ['for another architecture', [image({ ...ns, architecture: 'arm' }, 1)], {}, /no image is baked/],
] as const) {
  chooses(`the stock image: ${title}`, () => {
    const { made, note } = deployed(images, changes)
    assert.equal(made, stock)
    assert.match(note ?? '', reason)
  })
}

chooses('an older one of the roles at hand before a newer one of others', () => {
  const mine = image(ns, 2)
  assert.is(deployed([image(ns, 1, { recipe: 'x' }), mine]).made[0], `ns1-next: ${mine.name}`)
})

chooses('one for each architecture, since any type of the config may be had', () => {
  const arm = image({ ...ns, architecture: 'arm' }, 1)
  const x86 = image(ns, 1)
  const { made } = deployed([x86, arm], { architectures: ['arm', 'x86'] })
  assert.is(made[0], `ns1-next: ${arm.name},${x86.name}`)
})

chooses('for each role of the plan, and changes nothing of a plan that makes no server', () => {
  const plan = withImages(rotateOf(twoServing()), choice([image(lb, 1)]))
  assert.equal(
    made(plan).map((line) => line.replace(/-\d+$/, '')),
    ['lb1-next: lb-x86', 'lb2-next: lb-x86', ...stock],
  )
  assert.is(plan.notes.filter((note) => note.includes('are made from')).length, 2)
  const update = updateOf(twoServing())
  assert.is(withImages(update, choice([])), update)
})

chooses('the same, however long the plan is looked at', () => {
  const images = [image(ns, 6.9999)]
  assert.equal(deployed(images), deployed(images))
})

chooses.run()
