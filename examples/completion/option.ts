import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { checkIds } from '../../lib/dns/checks/check.ts'

/** What may stand behind an option. */
type Value = { readonly oneOf: readonly string[] } | 'file' | 'folder' | 'text'

/** An option of a script, as shells complete it. */
export interface CompletedOption {
  /** `--env-file`, `-e`. */
  readonly names: readonly string[]
  readonly description: string
  /** Undefined where it stands alone. */
  readonly value: Value | undefined
  /** It may be left out. */
  readonly isOptional: boolean
  /** Several may follow. */
  readonly isList: boolean
}

/** A word that is no option. */
interface CompletedArgument {
  readonly name: string
  /** None where anything may stand. */
  readonly oneOf: readonly string[]
}

/** The words of one script. */
export interface CompletedScript {
  /** `deploy-infra` */
  readonly name: string
  /** In their order. */
  readonly args: readonly CompletedArgument[]
  readonly options: readonly CompletedOption[]
}

/** By the word that stands for the value in `--help`. */
const values: Readonly<Record<string, Value>> = {
  path: 'file',
  file: 'file',
  directory: 'folder',
  folder: 'folder',
  check: { oneOf: checkIds },
}

const help: CompletedOption = {
  names: ['--help', '-h'],
  description: 'display help for command',
  value: undefined,
  isOptional: false,
  isList: false,
}

/** What commander knows of a script. Pure. */
export const completedScript = (name: string, command: CommandUnknownOpts): CompletedScript => ({
  name,
  args: command.registeredArguments.map((argument) => ({ name: argument.name(), oneOf: argument.argChoices ?? [] })),
  options: [...command.options.map(completedOption), help],
})

const completedOption = (option: Option): CompletedOption => ({
  names: [option.long, option.short].filter((one) => one !== undefined),
  description: option.description,
  value: findValue(option),
  isOptional: option.optional,
  isList: option.variadic,
})

const findValue = ({ flags, required, optional, argChoices }: Option): Value | undefined => {
  if (!required && !optional) return undefined
  const [, word = ''] = /[<[]([a-z]+)/.exec(flags) ?? []
  return argChoices ? { oneOf: argChoices } : (values[word] ?? 'text')
}
