import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A second checkout of the project as it is now, with a history of its own. */
export interface Checkout {
  readonly root: string
  /** Replaces text in a file; fails when there is nothing to replace. */
  edit(file: string, from: string | RegExp, to: string): void
  /** Commits everything, and returns the short hash. */
  commit(): string
}

const original = path.resolve(import.meta.dirname, '../..')

/** @param root folder to make it in; removed by whoever asked for it. */
export const createCheckout = (root: string): Checkout => {
  mkdirSync(root, { recursive: true })
  const files = execFileSync('git', ['-C', original, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  const present = files
    .toString()
    .split('\0')
    .filter((file) => file !== '')
  execFileSync('tar', ['-C', root, '-xf', '-'], {
    input: execFileSync('tar', ['-C', original, '--ignore-failed-read', '-cf', '-', ...present], {
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  })
  symlinkSync(path.join(original, 'node_modules'), path.join(root, 'node_modules'))
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=test', '-c', 'user.email=test@example.test', ...words], {
      encoding: 'utf8',
    }).trim()
  git('init', '--quiet')
  const checkout: Checkout = {
    root,
    edit: (file, from, to) => {
      const before = readFileSync(path.join(root, file), 'utf8')
      const after = before.replace(from, to)
      if (after === before) throw new Error(`${file}: nothing to replace for ${from}`)
      writeFileSync(path.join(root, file), after)
    },
    commit: () => {
      git('add', '--all')
      git('commit', '--quiet', '--message', 'As it is')
      return git('rev-parse', '--short=12', 'HEAD')
    },
  }
  checkout.commit()
  return checkout
}

/** A checkout with short TTLs and short waits; everything else is as it is. */
export const createHastyCheckout = (root: string): Checkout => {
  const checkout = createCheckout(root)
  for (const zone of ['example', 'example2']) checkout.edit(`ansible/zones/${zone}.test.zone`, '$TTL 1m', '$TTL 5')
  checkout.edit('infra.config.ts', /rotation: \{.*\}/, 'rotation: { slackSeconds: 2, idleSeconds: 8 }')
  checkout.commit()
  return checkout
}
