# Completes the options of npx tsx scripts/NAME.ts. In ~/.zshrc, behind compinit: source PATH/examples/completion/blue-green-dns.zsh
# Made by npm run completion; do not edit.

_blue_green_dns() {
  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    if [[ $words[i] == *scripts/*.ts && -e ${words[i]%scripts/*}lib/operations/run-script.ts ]]; then
      local name=${${words[i]##*/}%.ts}
      shift $((i - 1)) words
      ((CURRENT -= i - 1))
      _blue_green_dns_options $name
      return
    fi
  done
  local other=${_blue_green_dns_before[$service]-}
  if [[ -n $other ]]; then $other "$@"; else _default; fi
}

_blue_green_dns_options() {
  local -a specs
  case $1 in
    bake-images) specs=(
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--dry-run)--dry-run[print the plan and stop; exit code 3 when there is something to do]'
      '(--yes)--yes[carry out the plan without asking; deletion still asks]'
      '(--accept-lockout)--accept-lockout[carry it out although operatorNetworks lack the address you work from]'
      '(--json)--json[print events as NDJSON on stdout]'
      '(--verbose)--verbose[print every detail as a line, and where an unforeseen error came from]'
      '(--lock-wait)--lock-wait[wait this long for another run to end]:value: '
      '(--only)--only[bake for this role alone]:value:(nameserver lb)'
      '(--yes-delete)--yes-delete[delete old images without asking]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    bootstrap-infra) specs=(
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--dry-run)--dry-run[print the plan and stop; exit code 3 when there is something to do]'
      '(--yes)--yes[carry out the plan without asking; deletion still asks]'
      '(--accept-lockout)--accept-lockout[carry it out although operatorNetworks lack the address you work from]'
      '(--json)--json[print events as NDJSON on stdout]'
      '(--verbose)--verbose[print every detail as a line, and where an unforeseen error came from]'
      '(--lock-wait)--lock-wait[wait this long for another run to end]:value: '
      '(--register)--register[enter glue and nameservers at the registrar of infra.config.ts, as far as they are not there]'
      '*--accept-zone[name of a zone of which something has to be agreed to, such as that it goes\: do without asking; may be repeated]:*-*:value: '
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    check-dns) specs=(
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--serving)--serving[compare with what the generation that serves was deployed with]'
      '*--targets[NAME=ADDRESS of the servers to ask, in place of those that the cloud lists]:*-*:value: '
      '(--resolver)--resolver[ask this resolver too, as the world does]:value: '
      '*--zone[only these zones]:*-*:value: '
      '*--only[only these checks; --explain lists them]:*-*:value:(soa serial nsid source no-ra rrsets wildcard absent below-cut foreign no-transfer tcp case truncation edns edns-version edns-option edns-flag unknown-type opcode version direct-lb resolver parent-ns glue ds signed dnskey signature-age ns-target spread)'
      '(--family)--family[only over IPv4 or IPv6, for a computer without the other]:value:(4 6)'
      '(--explain)--explain[explain a check, or list all of them, and ask nothing]::value:(soa serial nsid source no-ra rrsets wildcard absent below-cut foreign no-transfer tcp case truncation edns edns-version edns-option edns-flag unknown-type opcode version direct-lb resolver parent-ns glue ds signed dnskey signature-age ns-target spread)'
      '(--watch)--watch[look again and again, so often\: 30s, 5min; Ctrl-C ends it]:value: '
      '(--confirm)--confirm[with --watch\: how many of the last looks have to agree, such as 3/5 (default\: 2/3)]:value: '
      '(--looks)--looks[with --watch\: end after so many, such as in a job that something else starts]:value: '
      '(--rate)--rate[ask no more than so many questions a second over all]:value: '
      '(--webhook)--webhook[with --watch\: post incidents there, signed when WEBHOOK_SECRET is set]:value: '
      '(--prometheus)--prometheus[with --watch\: write metrics into a file for the textfile collector, after each look]:file:_files'
      '(--listen)--listen[with --watch\: serve the same at ADDRESS\:PORT under /metrics, such as \[\:\:1\]\:9353]:value: '
      '(--github)--github[with --watch\: keep one open issue in OWNER/NAME while something is wrong; needs GITHUB_TOKEN]:value: '
      '(--heartbeat)--heartbeat[with --watch\: ask for it after each look, such as of a dead man'\''s switch]:value: '
      '(--json)--json[print one JSON object on stdout; with --watch one a line for all that happens]'
      '(--verbose)--verbose[print where an unforeseen error came from]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    deploy-infra) specs=(
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--dry-run)--dry-run[print the plan and stop; exit code 3 when there is something to do]'
      '(--yes)--yes[carry out the plan without asking; deletion still asks]'
      '(--accept-lockout)--accept-lockout[carry it out although operatorNetworks lack the address you work from]'
      '(--json)--json[print events as NDJSON on stdout]'
      '(--verbose)--verbose[print every detail as a line, and where an unforeseen error came from]'
      '(--lock-wait)--lock-wait[wait this long for another run to end]:value: '
      '(--yes-delete)--yes-delete[delete the old servers without asking]'
      '*--accept-zone[name of a zone of which something has to be agreed to, such as that it goes\: do without asking; may be repeated]:*-*:value: '
      '(--keep-old)--keep-old[keep the old servers warm; those that an earlier deployment kept are removed, without a question if --yes is given]'
      '(--fresh)--fresh[remove next servers that an earlier run left, instead of going on with them]'
      '(--markdown)--markdown[a dry run\: print what changes for clients as Markdown, as for a pull request]'
      '(--remove-kept)--remove-kept[deploy nothing, but remove what was kept warm]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    local-down) specs=(
      '(--state)--state[the directory given to local-up]:folder:_files -/'
      '(--cache)--cache[also remove the image of the machines and the apt caches]'
      '(--json)--json[print events on stdout, one JSON object a line]'
      '(--verbose)--verbose[print where an unforeseen error came from]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    local-up) specs=(
      '(--state)--state[where everything about this twin is kept]:folder:_files -/'
      '(--backend)--backend[what the machines are made with]:value:(nspawn vagrant multipass)'
      '(--provider)--provider[of a backend that has several; by default the first that works]:value:(lxc libvirt)'
      '(--box)--box[NAME\[@VERSION\] of a box of Vagrant, or an image of Multipass, instead of ours]:value: '
      '(--doctor)--doctor[only say what each backend needs on this computer]'
      '(--rebuild-image)--rebuild-image[make the image of the machines anew; running machines keep theirs]'
      '(--json)--json[print events on stdout, one JSON object a line]'
      '(--verbose)--verbose[print where an unforeseen error came from]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    report) specs=(
      '(--open)--open[print the path of the page of this run]:value: '
      '*--compare[compare these two]:*-*:value: '
      '(--runs)--runs[where the runs are]:folder:_files -/'
      '(--json)--json[print one JSON object on stdout]'
      '(--verbose)--verbose[print where an unforeseen error came from]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    rollback-infra) specs=(
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--dry-run)--dry-run[print the plan and stop; exit code 3 when there is something to do]'
      '(--yes)--yes[carry out the plan without asking; deletion still asks]'
      '(--accept-lockout)--accept-lockout[carry it out although operatorNetworks lack the address you work from]'
      '(--json)--json[print events as NDJSON on stdout]'
      '(--verbose)--verbose[print every detail as a line, and where an unforeseen error came from]'
      '(--lock-wait)--lock-wait[wait this long for another run to end]:value: '
      '(--of)--of[what to undo]:value:(deployment update)'
      '(--yes-delete)--yes-delete[delete without asking\: what an unfinished deployment made, or, when it has to rebuild, what served]'
      '*--accept-zone[name of a zone of which something has to be agreed to, such as that it goes\: do without asking; may be repeated]:*-*:value: '
      '(--keep-old)--keep-old[keep that warm instead]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    rotate-lbs) specs=(
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--dry-run)--dry-run[print the plan and stop; exit code 3 when there is something to do]'
      '(--yes)--yes[carry out the plan without asking; deletion still asks]'
      '(--accept-lockout)--accept-lockout[carry it out although operatorNetworks lack the address you work from]'
      '(--json)--json[print events as NDJSON on stdout]'
      '(--verbose)--verbose[print every detail as a line, and where an unforeseen error came from]'
      '(--lock-wait)--lock-wait[wait this long for another run to end]:value: '
      '(--yes-delete)--yes-delete[delete the old servers without asking]'
      '*--accept-zone[name of a zone of which something has to be agreed to, such as that it goes\: do without asking; may be repeated]:*-*:value: '
      '(--wait)--wait[stay for long waits; without a terminal the run would end with exit code 7]'
      '(--no-wait)--no-wait[end with exit code 7 at the first thing there is to wait for]'
      '(--force-after)--force-after[remove an lb that is still asked so long after its TTLs; asks for its name]:value: '
      '(--abandon)--abandon[take the rotation back and remove the new lbs; refused while glue points at one]'
      '(--remove-pairs)--remove-pairs[rotate nothing, but remove the pairs that infra.config.ts does not have any more, once no cache knows them]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    sign-zones) specs=(
      '1:zone: '
      '2:deed:(on off roll status)'
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--yes)--yes[answer the questions before keys and DS records are changed with yes]'
      '(--wait)--wait[stay for long waits; without a terminal the run would end with exit code 7]'
      '(--no-wait)--no-wait[end with exit code 7 at the first thing there is to wait for]'
      '(--lock-wait)--lock-wait[wait this long for another run to end]:value: '
      '(--json)--json[print one JSON object on stdout]'
      '(--verbose)--verbose[print where an unforeseen error came from]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    status) specs=(
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--watch)--watch[look again and again, so often\: 5s, 1min (default\: 10s); Ctrl-C ends it]::value: '
      '(--json)--json[print one JSON object on stdout; with --watch one a line for each look]'
      '(--verbose)--verbose[print where an unforeseen error came from]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
    update-lbs) specs=(
      '(--env-file -e)--env-file[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--env-file -e)-e[file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default\: .env)]:file:_files'
      '(--config)--config[config file (default\: infra.config.ts)]:file:_files'
      '(--dry-run)--dry-run[print the plan and stop; exit code 3 when there is something to do]'
      '(--yes)--yes[carry out the plan without asking; deletion still asks]'
      '(--accept-lockout)--accept-lockout[carry it out although operatorNetworks lack the address you work from]'
      '(--json)--json[print events as NDJSON on stdout]'
      '(--verbose)--verbose[print every detail as a line, and where an unforeseen error came from]'
      '(--lock-wait)--lock-wait[wait this long for another run to end]:value: '
      '*--only[names of the lbs to update (default\: all)]:*-*:value: '
      '(--config-only)--config-only[bring the configuration into use, upgrade no package]'
      '(--keep-old)--keep-old[do not stop the nginx that served before\: rollback-infra can go back to it]'
      '(--help -h)--help[display help for command]'
      '(--help -h)-h[display help for command]'
    ) ;;
  esac
  _arguments -S $specs
}

typeset -gA _blue_green_dns_before
() {
  local command
  for command in npx tsx node; do
    [[ ${_comps[$command]-} == _blue_green_dns ]] || _blue_green_dns_before[$command]=${_comps[$command]-}
    compdef _blue_green_dns $command
  done
}
