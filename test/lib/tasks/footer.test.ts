import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nodeLine, openScreen } from '../../screen.ts'

// What stands under the tree of a phase, on a terminal of 80 columns and 24 rows.
const test = suite('lib/tasks/footer')

const program = (steps: number): string => nodeLine(`test/lib/tasks/drawn.ts --steps ${steps}`)
const counted = /^ {2}[\d,]+ asked, 0 lost, 1 wrong, p50 0\.4 ms, p99 3\.1 ms [▁▂▃▄▅▆▇█×]+$/

const linesWith = (lines: readonly string[], pattern: RegExp): readonly string[] =>
  lines.filter((line) => pattern.test(line))

for (const steps of [2, 30]) {
  test(`under a tree of ${steps} steps is the time and what the witness counts, as long as it is drawn`, async () => {
    const screen = openScreen(program(steps))
    await screen.saw(/12,345 asked/)
    await screen.saw(/12,690 asked/)
    const [line = '', ...others] = linesWith(screen.lines(), /asked/)
    assert.match(line, counted)
    assert.equal(others, [])
    assert.ok(line.length <= 80)
    const [time = '', last] = screen
      .rows()
      .filter((row) => row !== '')
      .slice(-2)
    assert.match(time, /^› \d+ s so far, about 1?\d s left$/)
    assert.is(last, line)
    assert.ok(linesWith(screen.rows(), /Rename ns\d+-next to ns/).length >= Math.min(steps, 20))
    assert.is((await screen.ended).code, 0)
    assert.equal(linesWith(screen.lines(), /asked|so far/), [])
    assert.is(linesWith(screen.lines(), /✔ Rename ns\d+-next to ns\d+ \[\ds\]/).length, steps)
  })
}

test('an interrupt is told above them, and all of it stays', async () => {
  const screen = openScreen(program(2))
  await screen.saw(/12,345 asked/)
  screen.press('\x03')
  await screen.saw(/Finishing the current step/)
  await screen.saw(/12,690 asked|13,035 asked/)
  const shown = screen.rows().filter((row) => row !== '')
  assert.match(shown.at(-3) ?? '', /Finishing the current step, then stopping\. Once more quits at once\./)
  assert.match(shown.at(-1) ?? '', / asked, 0 lost/)
  await screen.ended
})

test('a narrow terminal has less of it, and never more rows', async () => {
  const screen = openScreen(program(1), { columns: 40 })
  await screen.saw(/12,690 asked/)
  assert.is(linesWith(screen.lines(), /asked|p99|▁|so far/).length, 2, screen.lines().join('\n'))
  await screen.ended
})

test('a terminal that can only print lines, or none at all, has nothing of it, and no codes', async () => {
  const dumb = openScreen(program(1), { env: { TERM: 'dumb' } })
  assert.is((await dumb.ended).code, 0)
  const piped = await promisify(execFile)('sh', ['-c', program(1)])
  for (const text of [dumb.written(), piped.stdout + piped.stderr]) {
    assert.match(text, /Rename ns1-next to ns1/)
    assert.not.match(text, /asked|so far/)
    assert.not.match(text, new RegExp(String.fromCharCode(27)))
  }
})

test('without colours there are none', async () => {
  const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`)
  const plain = openScreen(program(1), { env: { NO_COLOR: '1' } })
  await plain.ended
  assert.not.match(plain.written(), colour)
  const coloured = openScreen(program(1))
  await coloured.ended
  assert.match(coloured.written(), colour)
})

test.run()
