import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const laws = suite('laws')

const root = path.resolve(import.meta.dirname, '..')

const sources = (folder: string): readonly (readonly [file: string, text: string])[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(folder, file))
    .map((file) => [file, readFileSync(path.join(root, file), 'utf8')] as const)

const filesWith = (folders: readonly string[], pattern: RegExp): readonly string[] =>
  folders.flatMap(sources).flatMap(([file, text]) => (pattern.test(text) ? [file] : []))

laws('only lib/config reads the environment', () => {
  assert.equal(filesWith(['lib', 'scripts'], /process\.env\b/).toSorted(), [
    'lib/config/load.ts',
    'lib/config/terminal.ts',
  ])
})

laws('only lib/outside runs programs', () => {
  assert.equal(filesWith(['lib', 'scripts'], /(from |import\()'(zx|(node:)?child_process)'/), [
    'lib/outside/program.ts',
  ])
})

laws('only lib/outside sends HTTP requests, and answers them', () => {
  const files = filesWith(['lib', 'scripts'], /\bfetch\(|(from |import\()'(node:)?https?'/)
  assert.equal([...files].sort(), ['lib/outside/http.ts', 'lib/outside/listen.ts'])
})

laws('only lib/ip takes addresses apart', () => {
  assert.equal(filesWith(['lib', 'scripts'], /\b(isIP|isIPv[46]|BlockList|SocketAddress)\b|'ipaddr\.js'/), [
    'lib/ip.ts',
  ])
})

laws('handlers are called from their table only', () => {
  assert.equal(filesWith(['lib', 'scripts'], /from '(\.\.?\/)+(tasks\/)?handlers\//), ['lib/tasks/handlers.ts'])
})

laws('lib and scripts do not know about the local twin', () => {
  const knowing = filesWith(['lib', 'scripts'], /(from |import\()'(\.\.\/)+local\//)
  assert.equal([...knowing].sort(), ['scripts/commands/local-up.ts', 'scripts/local-down.ts', 'scripts/local-up.ts'])
  assert.equal(
    filesWith(['lib'], /127\.0\.0\.1|198\.18\.|isLocal|if \(local\)/).filter((file) => !allowedAddresses.has(file)),
    [],
  )
})

/** Example addresses in messages and placeholders, not decisions. */
const allowedAddresses = new Set(['lib/config/schema.ts', 'lib/tasks/preflight.ts', 'lib/hcloud/credentials.ts'])

laws('local takes only types, errors, the clock and how programs are run from lib', () => {
  const allowed = /from '(\.\.\/)+lib\/(errors|clock|outside\/program)\.ts'|^import type /
  const imports = sources('local').flatMap(([file, text]) =>
    [...text.matchAll(/^import .*'(\.\.\/)+lib\/.*$/gm)].map((match) => `${file}: ${match[0]}`),
  )
  assert.equal(
    imports.filter((line) => !allowed.test(line.replace(/^[^:]+: /, ''))),
    [],
  )
})

laws('local runs programs as lib does, and starts by itself only what it keeps', () => {
  assert.equal([...filesWith(['local'], /(from |import\()'(zx|(node:)?child_process)'/)].sort(), [
    'local/internet/child.ts',
    'local/machines/power.ts',
    'local/twin/processes.ts',
  ])
})

laws('plans have neither clock nor chance', () => {
  assert.equal(filesWith(['lib/plan'], /Date\.|new Date|Math\.random|performance\.|process\./), [])
})

laws('what is known of an operation is in its value: nothing asks which one a plan is of', () => {
  const comparing = /\boperation\b\)? *[!=]==|[!=]== *\w+\.operation\b|switch \([\w.]*operation\)|\w\[[\w.]*operation\]/
  assert.equal(filesWith(['lib', 'scripts'], comparing), [])
})

const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/** What a file loads when it is started, itself included: without types, and without what is imported when it is needed. */
const loadedBy = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, name = ''] of textOf(file).matchAll(/^import (?!type )(?:[^']* from )?'([^']+)'/gm)) {
    if (name.startsWith('.')) loadedBy(path.join(path.dirname(file), name), seen)
    else seen.add(name)
  }
  return seen
}

laws('the script of an operation answers --help before it loads what it works with', () => {
  for (const name of readdirSync(path.join(root, 'scripts')).filter((file) => /infra|lbs/.test(file))) {
    const loaded = [...loadedBy(`scripts/${name}`)]
    assert.ok(
      loaded.some((file) => file.startsWith('lib/plan/')),
      'and what it plans with is no weight',
    )
    const isLight =
      /^(scripts|lib\/(operations|plan|fleet|tasks\/operation\.ts)|lib\/(cli|config\/terminal|errors|help|terminal|time)\.ts)|^@commander-js|^node:events$/
    assert.equal(
      loaded.filter((file) => !isLight.test(file)),
      [],
    )
  }
})

laws('SSH host keys are checked everywhere', () => {
  assert.equal(
    filesWith(
      ['lib', 'local', 'scripts', 'test'],
      /StrictHostKeyChecking[= ]'?no|host_key_checking *= *[Ff]alse/,
    ).filter((file) => file !== 'test/laws.test.ts'),
    [],
  )
})

laws.run()
