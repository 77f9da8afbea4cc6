import type { CompletedOption, CompletedScript } from './option.ts'
import { commands, header, mark } from './shell.ts'

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const describeValue = ({ value, isOptional }: CompletedOption): string => {
  if (value === undefined) return '-f'
  const required = isOptional ? '' : ' -r'
  if (value === 'file') return `-F${required}`
  if (value === 'folder') return `-f${required} -a '(__fish_complete_directories)'`
  return `-f${required}${value === 'text' ? '' : ` -a ${quoted(value.oneOf.join(' '))}`}`
}

const optionLine = (script: string, option: CompletedOption): string => {
  const names = option.names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  return `  complete -c $command -n '__blue_green_dns_is ${script}' ${names.join(' ')} ${describeValue(option)} -d ${quoted(option.description)}`
}

/** What may follow a value, where several may. */
const moreLines = (script: string, { names, value, isList }: CompletedOption): readonly string[] =>
  isList && typeof value === 'object'
    ? [
        `  complete -c $command -n '__blue_green_dns_is ${script}; and __blue_green_dns_behind ${names.join(' ')}' -f -a ${quoted(value.oneOf.join(' '))}`,
      ]
    : []

/** They stand anywhere. */
const argLines = ({ name, args }: CompletedScript): readonly string[] =>
  args
    .filter(({ oneOf }) => oneOf.length > 0)
    .map(({ oneOf }) => `  complete -c $command -n '__blue_green_dns_is ${name}' -f -a ${quoted(oneOf.join(' '))}`)

/** fish adds these to what else it knows of the commands. */
export const fishCompletion = (
  scripts: readonly CompletedScript[],
): string => `${header('.config/fish/config.fish', 'fish')}
# whether the line runs this script of this project
function __blue_green_dns_is
  for word in (commandline -opc)
    if string match -qr -- '(^|/)scripts/'$argv[1]'\\.ts$' $word
      test -e (string replace -r -- 'scripts/[^/]*$' '' $word)${mark}; and return 0
    end
  end
  return 1
end

# whether the last option of the line is one of these
function __blue_green_dns_behind
  set -l options (commandline -opc | string match -- '-*')
  contains -- "$options[-1]" $argv
end

for command in ${commands.join(' ')}
${scripts.flatMap((script) => [`  complete -c $command -n '__blue_green_dns_is ${script.name}' -f`, ...argLines(script), ...script.options.flatMap((option) => [optionLine(script.name, option), ...moreLines(script.name, option)])]).join('\n')}
end
`
