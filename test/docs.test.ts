import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exitCodes } from '../lib/errors.ts'
import { rows } from '../lib/registrar/rows.ts'

const docs = suite('docs')

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'local/README.md'].concat(
  readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
)

docs('exit codes are those of the table in code', () => {
  const told = [...read('docs/exit-codes.md').matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ])
  assert.equal(told, Object.entries(exitCodes))
})

docs('every registrar with an API is there, with its variables', () => {
  const page = read('docs/configuration.md')
  for (const { kind, variables } of rows.filter((row) => row.kind !== 'twin')) {
    assert.ok(page.includes(`\`${kind}\``), kind)
    for (const { variable } of Object.values(variables)) assert.ok(page.includes(`\`${variable}\``), variable)
  }
})

docs('every operation has a page, and README leads there', () => {
  const readme = read('README.md')
  for (const script of readdirSync(path.join(root, 'scripts')).filter((name) => /^(?!local-).*\.ts$/.test(name))) {
    const page = `docs/${script.replace('.ts', '.md')}`
    assert.ok(existsSync(path.join(root, page)), page)
    assert.ok(readme.includes(`(${page})`), `README.md does not lead to ${page}`)
  }
})

docs('links lead to files that are there', () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(([, target = '']) =>
      path.join(path.dirname(page), target),
    ),
  )
  assert.ok(links.length > 10)
  assert.equal(
    links.filter((file) => !existsSync(path.join(root, file))),
    [],
  )
})

docs('README is short enough to be read', () => {
  assert.ok(read('README.md').split('\n').length <= 170)
})

docs.run()
