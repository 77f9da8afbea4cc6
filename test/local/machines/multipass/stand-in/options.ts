import { wrongUsage } from './complaint.ts'

export interface Parsed {
  readonly words: readonly string[]
  /** All values of an option, in the order given; of a flag an empty one. */
  all(name: string): readonly string[]
  one(name: string): string | undefined
  has(name: string): boolean
}

/**
 * Splits arguments as Multipass does: options anywhere, `--name value` or `--name=value`, and nothing is one after `--`.
 * @param known names of options, and whether they take a value
 */
export const parseOptions = (args: readonly string[], known: Readonly<Record<string, 'value' | 'flag'>>): Parsed => {
  const words: string[] = []
  const found: [name: string, value: string][] = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      words.push(...rest)
      break
    }
    if (!arg.startsWith('-') || arg === '-') {
      words.push(arg)
      continue
    }
    const [, name = '', value] = /^--?([^=]+)(?:=(.*))?$/.exec(arg) ?? []
    const kind = known[name]
    if (kind === undefined) throw wrongUsage(`Unknown option '${name}'.`)
    if (kind === 'flag') found.push([name, ''])
    else found.push([name, value ?? valueAfter(name, rest.shift())])
  }
  const all = (name: string): readonly string[] => found.filter(([key]) => key === name).map(([, value]) => value)
  return { words, all, one: (name) => all(name).at(-1), has: (name) => all(name).length > 0 }
}

const valueAfter = (name: string, value: string | undefined): string => {
  if (value === undefined) throw wrongUsage(`Missing value after '--${name}'.`)
  return value
}
