import { Help } from '@commander-js/extra-typings'
import { exitCodes } from './errors.ts'

export interface CommandText {
  readonly name: string
  readonly summary: string
  /** What somebody has to know who does this for the first time, a line a paragraph. */
  readonly background?: string
  /** What stands below it: what can be chosen from. */
  readonly choices?: readonly (readonly [name: string, text: string])[]
  /** Whole command lines after `npx tsx scripts/NAME.ts`, each with what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[]
}

/** What stands below the options: what it is about, examples, exit codes. A command line is not folded, since it is copied. */
export const helpBelowOptions = ({ name, background, choices = [], examples }: CommandText, width: number): string => {
  const inWidth = (text: string, prefix = ''): string =>
    prefix + new Help().boxWrap(text, width - prefix.length).replaceAll('\n', `\n${prefix.replace(/\S/g, ' ')}`)
  const listOf = (rows: readonly (readonly [name: string, text: string])[]): readonly string[] => {
    const longest = Math.max(...rows.map(([one]) => one.length))
    return rows.map(([one, text]) => inWidth(text, `  ${one.padEnd(longest)}  `))
  }
  return [
    ...(background ? ['', inWidth(background)] : []),
    ...listOf(choices),
    '',
    'Examples:',
    ...examples.flatMap(([line, purpose]) => [
      inWidth(purpose, '  # ').replace(/\n {4}/g, '\n  # '),
      `  npx tsx scripts/${name}.ts ${line}`.trimEnd(),
    ]),
    '',
    'Exit codes:',
    ...listOf(Object.entries(exitCodes).map(([code, meaning]) => [code.padStart(3), meaning])),
  ].join('\n')
}
