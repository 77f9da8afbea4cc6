import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mmdebstrapCommand } from '../../../../local/machines/image/image.ts'
import { debian12, imageName } from '../../../../local/machines/image/recipe.ts'

const test = suite('local/machines/image/recipe')

const recipe = debian12(['deb http://mirror.test/debian bookworm main'], ['Acquire::Check-Date "false";'])

test('an image is named by everything it is made of', () => {
  assert.match(imageName(recipe), /^debian-12-[0-9a-f]{12}$/)
  assert.is(imageName(recipe), imageName({ ...recipe }))
  const others = [
    { ...recipe, sources: ['deb http://other.test/debian bookworm main'] },
    { ...recipe, packages: [...recipe.packages, 'vim'] },
    { ...recipe, finish: '' },
  ]
  for (const other of others) assert.is.not(imageName(other), imageName(recipe))
})

test('mmdebstrap is given the settings of apt, the files and the last words', () => {
  const command = mmdebstrapCommand({ ...recipe, packages: ['less', 'sudo'] }, '/scratch')
  assert.equal(command, [
    'mmdebstrap',
    '--variant=minbase',
    '--quiet',
    '--include=less,sudo',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::Check-Date "false"',
    '--customize-hook=sync-in /scratch/files /',
    '--customize-hook=sh /scratch/finish.sh "$1"',
    'bookworm',
    '/scratch/root',
    '-',
  ])
})

test.run()
