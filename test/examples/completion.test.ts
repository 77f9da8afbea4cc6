import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { completionFiles } from '../../examples/completion/files.ts'
import { completedScripts } from '../../examples/completion/scripts.ts'
import { openScreen, type Screen } from '../screen.ts'

// What a TAB does in real shells.
const test = suite('examples/completion')

const root = path.resolve(import.meta.dirname, '../..')
const directory = mkdtempSync(path.join(tmpdir(), 'completion-'))
test.after(() => rmSync(directory, { recursive: true }))

test('the files are what the options of the scripts make', () => {
  for (const [name, text] of Object.entries(completionFiles))
    assert.ok(
      readFileSync(path.join(root, 'examples/completion', name), 'utf8') === text,
      `${name}: npm run completion`,
    )
})

test('every script is completed', () => {
  const names = readdirSync(path.join(root, 'scripts')).flatMap((file) => /^(.*)\.ts$/.exec(file)?.[1] ?? [])
  assert.equal(
    completedScripts.map(({ name }) => name),
    names.sort(),
  )
})

interface Shell {
  readonly name: string
  readonly line: string
  /** Another completion of npx, that is there before ours. */
  readonly before: string
  /** What of a list with explanations is shown, where the shell shows any. */
  readonly explained: RegExp | undefined
}

const shells: readonly Shell[] = [
  {
    name: 'bash',
    line: 'bash --noprofile --norc -i',
    before: "bind 'set bell-style none'; _mine() { COMPREPLY=(mine-was-asked); }; complete -F _mine npx",
    explained: undefined,
  },
  {
    name: 'zsh',
    line: 'zsh -f -i',
    // its TAB expands what it stands behind, whatever completes
    before:
      "bindkey '^I' complete-word; autoload -U compinit; compinit -D -u; _mine() { compadd mine-was-asked; }; compdef _mine npx",
    explained: /--yes-delete +-- delete the old servers without asking/,
  },
  {
    name: 'fish',
    line: 'fish --no-config --private',
    before: 'complete -c npx -f -a mine-was-asked',
    explained: /--yes-delete +\(delete the old servers without asking\)/,
  },
]

/** Their own files are of a home that is empty. */
const openShell = async ({ name, line, before }: Shell, folder = root): Promise<Screen> => {
  const home = mkdtempSync(path.join(directory, 'home-'))
  const screen = openScreen(line, { columns: 250, rows: 50, env: { HOME: home, PS1: 'ready> ', INPUTRC: '/dev/null' } })
  screen.press(
    `cd ${folder}; ${before}; source ${path.join(root, `examples/completion/blue-green-dns.${name}`)}; echo is-"ready"\r`,
  )
  await screen.saw(/^is-ready/m)
  return screen
}

const clearLine = '\x15'

const leave = async (screen: Screen): Promise<void> => {
  screen.close()
  await screen.ended
}

for (const shell of shells) {
  test(`${shell.name}: options, their values and files, whoever runs the script`, async () => {
    const screen = await openShell(shell)
    for (const [typed, completed] of [
      ['npx tsx scripts/deploy-infra.ts --fre', 'npx tsx scripts/deploy-infra.ts --fresh'],
      ['npx tsx ./scripts/status.ts --json --verb', './scripts/status.ts --json --verbose'],
      [`tsx ${root}/scripts/rollback-infra.ts --of up`, 'scripts/rollback-infra.ts --of update'],
      ['node --import tsx scripts/local-up.ts --backend mult', '--backend multipass'],
      ['npx tsx scripts/check-dns.ts --only soa rrs', '--only soa rrsets'],
      ['npx tsx scripts/check-dns.ts --explain ttl', '--explain ttl'],
      ['npx tsx scripts/sign-zones.ts example.test stat', 'example.test status'],
      ['npx tsx scripts/deploy-infra.ts --config infra.con', '--config infra.config.ts'],
      ['npx mine', 'npx mine-was-asked'],
    ] as const) {
      screen.press(`${clearLine}${typed}\t`)
      await screen.saw(new RegExp(completed.replace(/[.]/g, '\\.')))
    }
    await leave(screen)
  })

  test(`${shell.name}: all options that begin so are listed`, async () => {
    const screen = await openShell(shell)
    screen.press('npx tsx scripts/deploy-infra.ts --yes\t\t')
    await screen.saw(shell.explained ?? /--yes-delete/)
    assert.not.match(screen.lines().join('\n'), /--fresh/)
    await leave(screen)
  })

  test(`${shell.name}: a script of the same name in another project is not ours`, async () => {
    const other = path.join(directory, `${shell.name}-other`)
    mkdirSync(path.join(other, 'scripts'), { recursive: true })
    writeFileSync(path.join(other, 'scripts/status.ts'), '')
    const screen = await openShell(shell, other)
    screen.press('npx tsx scripts/status.ts --verb\t\techo mark')
    await screen.saw(/mark/)
    assert.not.match(screen.lines().join('\n'), /--verbose/)
    await leave(screen)
  })

  test(`${shell.name}: nothing that was typed is carried out`, async () => {
    const file = path.join(directory, `${shell.name}-carried-out`)
    const screen = await openShell(shell)
    for (const [index, typed] of [
      `npx tsx scripts/status.ts $(touch ${file}) --verb`,
      `npx tsx scripts/deploy-infra.ts --accept-zone $(touch ${file})`,
      `npx tsx \`touch\${IFS}${file}\` scripts/status.ts --verb`,
      `npx tsx scripts/status.ts '$(touch ${file})' --verb`,
      `npx tsx scripts/status.ts "\\\`touch ${file}\\\`" --config infra.con`,
      `npx tsx '$(touch ${file})/scripts/status.ts' --verb`,
      `npx tsx scripts/check-dns.ts --only '$(touch ${file})' --verb`,
      `npx tsx 'scripts/$(touch ${file}).ts' --verb`,
    ].entries()) {
      screen.press(`${clearLine}${typed}\t\tmark${index}`)
      await screen.saw(new RegExp(`mark${index}`))
      assert.is(existsSync(file), false, typed)
    }
    await leave(screen)
  })
}

for (const [title, before] of [
  ['is there before', 'complete -o nospace -F _theirs node'],
  ['is loaded later', '_comp_load() { [[ $1 != node ]] || complete -o nospace -F _theirs node; }'],
] as const) {
  test(`bash: another completion that ${title} keeps its settings`, async () => {
    const [bash] = shells
    assert.ok(bash)
    const screen = await openShell({ ...bash, before: `_theirs() { COMPREPLY=(theirs/); }; ${before}` })
    screen.press('node the\tand-on')
    await screen.saw(/node theirs\/ ?and-on/)
    assert.match(screen.lines().join('\n'), /node theirs\/and-on/)
    screen.press(`${clearLine}node --import tsx scripts/deploy-infra.ts --fre\tand-on`)
    await screen.saw(/--fresh and-on/)
    await leave(screen)
  })
}

test.run()
