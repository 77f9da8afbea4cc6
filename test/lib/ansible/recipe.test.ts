import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { recipeOf } from '../../../lib/ansible/recipe.ts'

const recipes = suite('lib/ansible/recipe')

const folder = mkdtempSync(path.join(tmpdir(), 'recipe-'))
recipes.before.each(() => {
  rmSync(folder, { recursive: true, force: true })
  cpSync(path.resolve(import.meta.dirname, '../../../ansible'), folder, { recursive: true })
})
recipes.after(() => rmSync(folder, { recursive: true, force: true }))

const recipesNow = async (stock = 'debian-12'): Promise<readonly string[]> => [
  await recipeOf(folder, 'nameserver', stock),
  await recipeOf(folder, 'lb', stock),
]

/** Whether a change makes another recipe for nameservers, and for lbs. */
const isOtherAfter = async (change: () => void): Promise<readonly boolean[]> => {
  const before = await recipesNow()
  change()
  const after = await recipesNow()
  return after.map((recipe, index) => recipe !== before[index])
}

recipes('fits into a label, and is another for each role', async () => {
  const [nameserver, lb] = await recipesNow()
  assert.match(nameserver ?? '', /^[0-9a-f]{40}$/)
  assert.is.not(nameserver, lb)
  assert.equal(await recipesNow(), [nameserver, lb])
})

for (const [file, isOther] of [
  ['images.yml', [true, true]],
  ['roles/common/defaults/main.yml', [true, true]],
  ['roles/image/files/forget.sh', [true, true]],
  ['roles/nameserver/tasks/shared.yml', [true, false]],
  ['roles/lb/files/dns-lb', [false, true]],
  ['zones/example.test.zone', [false, false]],
  ['lbs.yml', [false, false]],
] as const) {
  recipes(`changes with ${file} for ${isOther.join(', ')}`, async () => {
    assert.equal(await isOtherAfter(() => appendFileSync(path.join(folder, file), '# x\n')), isOther)
  })
}

recipes('changes with the stock image', async () => {
  const [before, after] = [await recipesNow(), await recipesNow('debian-13')]
  for (const [index, recipe] of before.entries()) assert.is.not(recipe, after[index])
})

recipes('is empty for a checkout from before there were images, which fits none', async () => {
  rmSync(path.join(folder, 'images.yml'))
  assert.equal(await recipesNow(), ['', ''])
})

recipes.run()
