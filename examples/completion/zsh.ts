import type { CompletedOption, CompletedScript } from './option.ts'
import { commands, header, mark } from './shell.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const escaped = (text: string): string => text.replace(/[\\[\]:]/g, '\\$&')

const actionOf = ({ value, isOptional, isList }: CompletedOption): string => {
  if (value === undefined) return ''
  const colon = isOptional ? '::' : isList ? ':*-*:' : ':'
  if (value === 'file') return `${colon}file:_files`
  if (value === 'folder') return `${colon}folder:_files -/`
  return value === 'text' ? `${colon}value: ` : `${colon}value:(${value.oneOf.join(' ')})`
}

const specsOf = (option: CompletedOption): readonly string[] =>
  option.names.map((name) => {
    const others = option.isList ? '*' : `(${option.names.join(' ')})`
    return `      ${quoted(`${others}${name}[${escaped(option.description)}]${actionOf(option)}`)}`
  })

const argSpecs = ({ args }: CompletedScript): readonly string[] =>
  args.map(({ name, oneOf }, at) => `      '${at + 1}:${name}:${oneOf.length > 0 ? `(${oneOf.join(' ')})` : ' '}'`)

/** Behind `compinit`, whose completion of the commands goes on for all other lines. */
export const zshCompletion = (
  scripts: readonly CompletedScript[],
): string => `${header('.zshrc, behind compinit', 'zsh')}
_blue_green_dns() {
  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    if [[ $words[i] == *scripts/*.ts && -e \${words[i]%scripts/*}${mark} ]]; then
      local name=\${\${words[i]##*/}%.ts}
      shift $((i - 1)) words
      ((CURRENT -= i - 1))
      _blue_green_dns_options $name
      return
    fi
  done
  local other=\${_blue_green_dns_before[$service]-}
  if [[ -n $other ]]; then $other "$@"; else _default; fi
}

_blue_green_dns_options() {
  local -a specs
  case $1 in
${scripts.map((script) => [`    ${script.name}) specs=(`, ...argSpecs(script), ...script.options.flatMap(specsOf), '    ) ;;'].join('\n')).join('\n')}
  esac
  _arguments -S $specs
}

typeset -gA _blue_green_dns_before
() {
  local command
  for command in ${commands.join(' ')}; do
    [[ \${_comps[$command]-} == _blue_green_dns ]] || _blue_green_dns_before[$command]=\${_comps[$command]-}
    compdef _blue_green_dns $command
  done
}
`
