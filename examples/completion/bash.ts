import type { CompletedOption, CompletedScript } from './option.ts'
import { commands, header, mark } from './shell.ts'

/** What is offered behind one option; bash itself completes names of files. */
const valueCase = ({ names, value, isList }: CompletedOption): string => {
  const words = value === undefined || typeof value === 'string' ? '' : value.oneOf.join(' ')
  const kind = value === 'file' || value === 'folder' ? 'files' : 'words'
  return `        ${names.join('|')}) kind=${kind} takes=${isList ? 'many' : 'one'} values='${words}' ;;`
}

const scriptCase = ({ name, args, options }: CompletedScript): string => {
  const valued = options.filter(({ value, isOptional }) => value !== undefined && !isOptional)
  const optional = options.filter(({ value, isOptional }) => value !== undefined && isOptional)
  const cases = [...valued, ...optional].map(valueCase)
  return [
    `    ${name})`,
    `      options='${[...args.flatMap(({ oneOf }) => oneOf), ...options.flatMap(({ names }) => names)].join(' ')}'`,
    ...(cases.length > 0 ? ['      case $2 in', ...cases, '      esac'] : []),
    '      ;;',
  ].join('\n')
}

/** Nothing that was typed is carried out: it is compared with words that stand here, and handed on to nobody. */
export const bashCompletion = (scripts: readonly CompletedScript[]): string => `${header('.bashrc', 'bash')}
# $1 the script, $2 the option before: sets options, the words that may stand anywhere, and kind, takes and values of what stands behind the option
_blue_green_dns_options() {
  options='' kind='' takes='' values=''
  case $1 in
${scripts.map(scriptCase).join('\n')}
  esac
}

# the number of the word that names a script of this project; fails where there is none
_blue_green_dns_find() {
  local i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == *scripts/*.ts && -e \${word%scripts/*}${mark} ]]; then
      found=$i
      return 0
    fi
  done
  return 1
}

_blue_green_dns() {
  local found
  if ! _blue_green_dns_find; then
    _blue_green_dns_others "$@"
    return
  fi
  local setting
  for setting in default bashdefault filenames nospace nosort dirnames plusdirs; do
    compopt +o $setting
  done
  local name=\${COMP_WORDS[found]##*/} cur=\${COMP_WORDS[COMP_CWORD]} options kind takes values i
  name=\${name%.ts}
  COMPREPLY=()
  if [[ $cur != -* ]]; then
    for ((i = COMP_CWORD - 1; i > found; i--)); do
      [[ \${COMP_WORDS[i]} == -* ]] || continue
      _blue_green_dns_options "$name" "\${COMP_WORDS[i]}"
      if [[ $takes == many || ($takes == one && i -eq COMP_CWORD-1) ]]; then
        if [[ $kind == files ]]; then
          compopt -o default
        else
          mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
        fi
        return
      fi
      break
    done
  fi
  _blue_green_dns_options "$name" ''
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
}

# what completed the command before, or would be loaded for it now
_blue_green_dns_others() {
  local other=\${_blue_green_dns_before[$1]-}
  if [[ -z $other ]]; then
    local loader
    for loader in _comp_load _completion_loader; do
      declare -F "$loader" >/dev/null || continue
      "$loader" "$1" >/dev/null 2>&1
      _blue_green_dns_take "$1"
      # bash begins once more, with the settings of what was loaded
      [[ -z \${_blue_green_dns_before[$1]-} ]] || return 124
      break
    done
  fi
  [[ -z $other ]] || "$other" "$@"
}

# $1 a command: completes it from now on, and remembers which function did so. That function finds its own settings, such as nospace.
# What is no function is left as it is.
_blue_green_dns_take() {
  local line settings='-o bashdefault -o default'
  line=$(complete -p "$1" 2>/dev/null)
  if [[ $line =~ ^complete\\ ((-o\\ [a-z]+\\ )*)-F\\ ([^\\ ]+)\\  ]]; then
    [[ \${BASH_REMATCH[3]} != _blue_green_dns ]] || return
    if [[ \${BASH_REMATCH[3]} != _minimal ]]; then
      settings=\${BASH_REMATCH[1]}
      _blue_green_dns_before[$1]=\${BASH_REMATCH[3]}
    fi
  elif [[ -n $line ]]; then
    return
  fi
  complete $settings -F _blue_green_dns "$1"
}

declare -gA _blue_green_dns_before
for _blue_green_dns_command in ${commands.join(' ')}; do
  _blue_green_dns_take "$_blue_green_dns_command"
done
unset _blue_green_dns_command
`
