import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dashboardExpressions, readExample } from './expressions.ts'

const test = suite('examples/dashboard')

const root = path.resolve(import.meta.dirname, '../..')

test('the dashboard is what npm run dashboard makes', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'examples/watch/dashboard.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
  assert.is(stdout, readExample('dashboard.json'), stderr)
})

test('every panel has a place of its own, an id and something that it asks', () => {
  const { panels } = JSON.parse(readExample('dashboard.json')) as {
    readonly panels: readonly {
      readonly id: number
      readonly title: string
      readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
    }[]
  }
  assert.is(new Set(panels.map(({ id }) => id)).size, panels.length)
  assert.is(dashboardExpressions().length, panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
  )
  assert.is(new Set(cells).size, cells.length, 'two lie upon each other')
  assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24))
})

test.run()
