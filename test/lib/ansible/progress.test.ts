import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createProgress } from '../../../lib/ansible/progress.ts'

const test = suite('lib/ansible/progress')

/** What was said after each line, less what is said twice in a row. */
const said = (lines: readonly string[]): readonly (string | undefined)[] => {
  const progress = createProgress()
  return lines.map(progress).filter((text, index, all) => text !== all[index - 1])
}

test('what runs is said as it begins, and not what the headline of a task that is over names', () => {
  assert.equal(
    said([
      ' [started TASK: common : Allow SSH by key only on ns1-next]',
      '',
      'TASK [common : Allow SSH by key only] ******************************************',
      'changed: [ns1-next]',
      ' [started TASK: common : Install packages on ns1-next]',
    ]),
    ['common : Allow SSH by key only', undefined, 'common : Install packages'],
  )
})

test('hosts are named as soon as they are at different tasks, and no more once they have ended', () => {
  assert.equal(
    said([
      ' [started TASK: Install on ns1-next]',
      ' [started TASK: Install on ns2-next]',
      'changed: [ns1-next]',
      ' [started HANDLER: Reload on it on ns1-next]',
      'fatal: [ns1-next]: FAILED! => {"msg": "no"}',
    ]),
    ['Install', 'Install (ns2-next); Reload on it (ns1-next)', 'Install'],
  )
})

test('a turn of a loop does not end its task', () => {
  assert.equal(said([' [started TASK: Write on lb1]', 'changed: [lb1] => (item=1)', 'ok: [lb1] => (item=2)']), [
    'Write',
  ])
})

test.run()
