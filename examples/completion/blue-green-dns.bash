# Completes the options of npx tsx scripts/NAME.ts. In ~/.bashrc: source PATH/examples/completion/blue-green-dns.bash
# Made by npm run completion; do not edit.

# $1 the script, $2 the option before: sets options, the words that may stand anywhere, and kind, takes and values of what stands behind the option
_blue_green_dns_options() {
  options='' kind='' takes='' values=''
  case $1 in
    bake-images)
      options='--env-file -e --config --dry-run --yes --accept-lockout --json --verbose --lock-wait --only --yes-delete --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --lock-wait) kind=words takes=one values='' ;;
        --only) kind=words takes=one values='nameserver lb' ;;
      esac
      ;;
    bootstrap-infra)
      options='--env-file -e --config --dry-run --yes --accept-lockout --json --verbose --lock-wait --register --accept-zone --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --lock-wait) kind=words takes=one values='' ;;
        --accept-zone) kind=words takes=many values='' ;;
      esac
      ;;
    check-dns)
      options='--env-file -e --config --serving --targets --resolver --zone --only --family --explain --watch --confirm --looks --rate --webhook --prometheus --listen --github --heartbeat --json --verbose --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --targets) kind=words takes=many values='' ;;
        --resolver) kind=words takes=one values='' ;;
        --zone) kind=words takes=many values='' ;;
        --only) kind=words takes=many values='soa serial nsid source no-ra rrsets wildcard absent below-cut foreign no-transfer tcp case truncation edns edns-version edns-option edns-flag unknown-type opcode version direct-lb resolver parent-ns glue ds signed dnskey signature-age ns-target spread' ;;
        --family) kind=words takes=one values='4 6' ;;
        --watch) kind=words takes=one values='' ;;
        --confirm) kind=words takes=one values='' ;;
        --looks) kind=words takes=one values='' ;;
        --rate) kind=words takes=one values='' ;;
        --webhook) kind=words takes=one values='' ;;
        --prometheus) kind=files takes=one values='' ;;
        --listen) kind=words takes=one values='' ;;
        --github) kind=words takes=one values='' ;;
        --heartbeat) kind=words takes=one values='' ;;
        --explain) kind=words takes=one values='soa serial nsid source no-ra rrsets wildcard absent below-cut foreign no-transfer tcp case truncation edns edns-version edns-option edns-flag unknown-type opcode version direct-lb resolver parent-ns glue ds signed dnskey signature-age ns-target spread' ;;
      esac
      ;;
    deploy-infra)
      options='--env-file -e --config --dry-run --yes --accept-lockout --json --verbose --lock-wait --yes-delete --accept-zone --keep-old --fresh --markdown --remove-kept --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --lock-wait) kind=words takes=one values='' ;;
        --accept-zone) kind=words takes=many values='' ;;
      esac
      ;;
    local-down)
      options='--state --cache --json --verbose --help -h'
      case $2 in
        --state) kind=files takes=one values='' ;;
      esac
      ;;
    local-up)
      options='--state --backend --provider --box --doctor --rebuild-image --json --verbose --help -h'
      case $2 in
        --state) kind=files takes=one values='' ;;
        --backend) kind=words takes=one values='nspawn vagrant multipass' ;;
        --provider) kind=words takes=one values='lxc libvirt' ;;
        --box) kind=words takes=one values='' ;;
      esac
      ;;
    report)
      options='--open --compare --runs --json --verbose --help -h'
      case $2 in
        --open) kind=words takes=one values='' ;;
        --compare) kind=words takes=many values='' ;;
        --runs) kind=files takes=one values='' ;;
      esac
      ;;
    rollback-infra)
      options='--env-file -e --config --dry-run --yes --accept-lockout --json --verbose --lock-wait --of --yes-delete --accept-zone --keep-old --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --lock-wait) kind=words takes=one values='' ;;
        --of) kind=words takes=one values='deployment update' ;;
        --accept-zone) kind=words takes=many values='' ;;
      esac
      ;;
    rotate-lbs)
      options='--env-file -e --config --dry-run --yes --accept-lockout --json --verbose --lock-wait --yes-delete --accept-zone --wait --no-wait --force-after --abandon --remove-pairs --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --lock-wait) kind=words takes=one values='' ;;
        --accept-zone) kind=words takes=many values='' ;;
        --force-after) kind=words takes=one values='' ;;
      esac
      ;;
    sign-zones)
      options='on off roll status --env-file -e --config --yes --wait --no-wait --lock-wait --json --verbose --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --lock-wait) kind=words takes=one values='' ;;
      esac
      ;;
    status)
      options='--env-file -e --config --watch --json --verbose --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --watch) kind=words takes=one values='' ;;
      esac
      ;;
    update-lbs)
      options='--env-file -e --config --dry-run --yes --accept-lockout --json --verbose --lock-wait --only --config-only --keep-old --help -h'
      case $2 in
        --env-file|-e) kind=files takes=one values='' ;;
        --config) kind=files takes=one values='' ;;
        --lock-wait) kind=words takes=one values='' ;;
        --only) kind=words takes=many values='' ;;
      esac
      ;;
  esac
}

# the number of the word that names a script of this project; fails where there is none
_blue_green_dns_find() {
  local i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == *scripts/*.ts && -e ${word%scripts/*}lib/operations/run-script.ts ]]; then
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
  local name=${COMP_WORDS[found]##*/} cur=${COMP_WORDS[COMP_CWORD]} options kind takes values i
  name=${name%.ts}
  COMPREPLY=()
  if [[ $cur != -* ]]; then
    for ((i = COMP_CWORD - 1; i > found; i--)); do
      [[ ${COMP_WORDS[i]} == -* ]] || continue
      _blue_green_dns_options "$name" "${COMP_WORDS[i]}"
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
  local other=${_blue_green_dns_before[$1]-}
  if [[ -z $other ]]; then
    local loader
    for loader in _comp_load _completion_loader; do
      declare -F "$loader" >/dev/null || continue
      "$loader" "$1" >/dev/null 2>&1
      _blue_green_dns_take "$1"
      # bash begins once more, with the settings of what was loaded
      [[ -z ${_blue_green_dns_before[$1]-} ]] || return 124
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
  if [[ $line =~ ^complete\ ((-o\ [a-z]+\ )*)-F\ ([^\ ]+)\  ]]; then
    [[ ${BASH_REMATCH[3]} != _blue_green_dns ]] || return
    if [[ ${BASH_REMATCH[3]} != _minimal ]]; then
      settings=${BASH_REMATCH[1]}
      _blue_green_dns_before[$1]=${BASH_REMATCH[3]}
    fi
  elif [[ -n $line ]]; then
    return
  fi
  complete $settings -F _blue_green_dns "$1"
}

declare -gA _blue_green_dns_before
for _blue_green_dns_command in npx tsx node; do
  _blue_green_dns_take "$_blue_green_dns_command"
done
unset _blue_green_dns_command
