# Completes the options of npx tsx scripts/NAME.ts. In ~/.config/fish/config.fish: source PATH/examples/completion/blue-green-dns.fish
# Made by npm run completion; do not edit.

# whether the line runs this script of this project
function __blue_green_dns_is
  for word in (commandline -opc)
    if string match -qr -- '(^|/)scripts/'$argv[1]'\.ts$' $word
      test -e (string replace -r -- 'scripts/[^/]*$' '' $word)lib/operations/run-script.ts; and return 0
    end
  end
  return 1
end

# whether the last option of the line is one of these
function __blue_green_dns_behind
  set -l options (commandline -opc | string match -- '-*')
  contains -- "$options[-1]" $argv
end

for command in npx tsx node
  complete -c $command -n '__blue_green_dns_is bake-images' -f
  complete -c $command -n '__blue_green_dns_is bake-images' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is bake-images' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is bake-images' -l dry-run -f -d 'print the plan and stop; exit code 3 when there is something to do'
  complete -c $command -n '__blue_green_dns_is bake-images' -l yes -f -d 'carry out the plan without asking; deletion still asks'
  complete -c $command -n '__blue_green_dns_is bake-images' -l accept-lockout -f -d 'carry it out although operatorNetworks lack the address you work from'
  complete -c $command -n '__blue_green_dns_is bake-images' -l json -f -d 'print events as NDJSON on stdout'
  complete -c $command -n '__blue_green_dns_is bake-images' -l verbose -f -d 'print every detail as a line, and where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is bake-images' -l lock-wait -f -r -d 'wait this long for another run to end'
  complete -c $command -n '__blue_green_dns_is bake-images' -l only -f -r -a 'nameserver lb' -d 'bake for this role alone'
  complete -c $command -n '__blue_green_dns_is bake-images' -l yes-delete -f -d 'delete old images without asking'
  complete -c $command -n '__blue_green_dns_is bake-images' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -f
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l dry-run -f -d 'print the plan and stop; exit code 3 when there is something to do'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l yes -f -d 'carry out the plan without asking; deletion still asks'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l accept-lockout -f -d 'carry it out although operatorNetworks lack the address you work from'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l json -f -d 'print events as NDJSON on stdout'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l verbose -f -d 'print every detail as a line, and where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l lock-wait -f -r -d 'wait this long for another run to end'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l register -f -d 'enter glue and nameservers at the registrar of infra.config.ts, as far as they are not there'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l accept-zone -f -r -d 'name of a zone of which something has to be agreed to, such as that it goes: do without asking; may be repeated'
  complete -c $command -n '__blue_green_dns_is bootstrap-infra' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is check-dns' -f
  complete -c $command -n '__blue_green_dns_is check-dns' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is check-dns' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is check-dns' -l serving -f -d 'compare with what the generation that serves was deployed with'
  complete -c $command -n '__blue_green_dns_is check-dns' -l targets -f -r -d 'NAME=ADDRESS of the servers to ask, in place of those that the cloud lists'
  complete -c $command -n '__blue_green_dns_is check-dns' -l resolver -f -r -d 'ask this resolver too, as the world does'
  complete -c $command -n '__blue_green_dns_is check-dns' -l zone -f -r -d 'only these zones'
  complete -c $command -n '__blue_green_dns_is check-dns' -l only -f -r -a 'soa serial nsid source no-ra rrsets wildcard absent below-cut foreign no-transfer tcp case truncation edns edns-version edns-option edns-flag unknown-type opcode version direct-lb resolver parent-ns glue ds signed dnskey signature-age ns-target spread' -d 'only these checks; --explain lists them'
  complete -c $command -n '__blue_green_dns_is check-dns; and __blue_green_dns_behind --only' -f -a 'soa serial nsid source no-ra rrsets wildcard absent below-cut foreign no-transfer tcp case truncation edns edns-version edns-option edns-flag unknown-type opcode version direct-lb resolver parent-ns glue ds signed dnskey signature-age ns-target spread'
  complete -c $command -n '__blue_green_dns_is check-dns' -l family -f -r -a '4 6' -d 'only over IPv4 or IPv6, for a computer without the other'
  complete -c $command -n '__blue_green_dns_is check-dns' -l explain -f -a 'soa serial nsid source no-ra rrsets wildcard absent below-cut foreign no-transfer tcp case truncation edns edns-version edns-option edns-flag unknown-type opcode version direct-lb resolver parent-ns glue ds signed dnskey signature-age ns-target spread' -d 'explain a check, or list all of them, and ask nothing'
  complete -c $command -n '__blue_green_dns_is check-dns' -l watch -f -r -d 'look again and again, so often: 30s, 5min; Ctrl-C ends it'
  complete -c $command -n '__blue_green_dns_is check-dns' -l confirm -f -r -d 'with --watch: how many of the last looks have to agree, such as 3/5 (default: 2/3)'
  complete -c $command -n '__blue_green_dns_is check-dns' -l looks -f -r -d 'with --watch: end after so many, such as in a job that something else starts'
  complete -c $command -n '__blue_green_dns_is check-dns' -l rate -f -r -d 'ask no more than so many questions a second over all'
  complete -c $command -n '__blue_green_dns_is check-dns' -l webhook -f -r -d 'with --watch: post incidents there, signed when WEBHOOK_SECRET is set'
  complete -c $command -n '__blue_green_dns_is check-dns' -l prometheus -F -r -d 'with --watch: write metrics into a file for the textfile collector, after each look'
  complete -c $command -n '__blue_green_dns_is check-dns' -l listen -f -r -d 'with --watch: serve the same at ADDRESS:PORT under /metrics, such as [::1]:9353'
  complete -c $command -n '__blue_green_dns_is check-dns' -l github -f -r -d 'with --watch: keep one open issue in OWNER/NAME while something is wrong; needs GITHUB_TOKEN'
  complete -c $command -n '__blue_green_dns_is check-dns' -l heartbeat -f -r -d 'with --watch: ask for it after each look, such as of a dead man\'s switch'
  complete -c $command -n '__blue_green_dns_is check-dns' -l json -f -d 'print one JSON object on stdout; with --watch one a line for all that happens'
  complete -c $command -n '__blue_green_dns_is check-dns' -l verbose -f -d 'print where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is check-dns' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -f
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l dry-run -f -d 'print the plan and stop; exit code 3 when there is something to do'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l yes -f -d 'carry out the plan without asking; deletion still asks'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l accept-lockout -f -d 'carry it out although operatorNetworks lack the address you work from'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l json -f -d 'print events as NDJSON on stdout'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l verbose -f -d 'print every detail as a line, and where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l lock-wait -f -r -d 'wait this long for another run to end'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l yes-delete -f -d 'delete the old servers without asking'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l accept-zone -f -r -d 'name of a zone of which something has to be agreed to, such as that it goes: do without asking; may be repeated'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l keep-old -f -d 'keep the old servers warm; those that an earlier deployment kept are removed, without a question if --yes is given'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l fresh -f -d 'remove next servers that an earlier run left, instead of going on with them'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l markdown -f -d 'a dry run: print what changes for clients as Markdown, as for a pull request'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l remove-kept -f -d 'deploy nothing, but remove what was kept warm'
  complete -c $command -n '__blue_green_dns_is deploy-infra' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is local-down' -f
  complete -c $command -n '__blue_green_dns_is local-down' -l state -f -r -a '(__fish_complete_directories)' -d 'the directory given to local-up'
  complete -c $command -n '__blue_green_dns_is local-down' -l cache -f -d 'also remove the image of the machines and the apt caches'
  complete -c $command -n '__blue_green_dns_is local-down' -l json -f -d 'print events on stdout, one JSON object a line'
  complete -c $command -n '__blue_green_dns_is local-down' -l verbose -f -d 'print where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is local-down' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is local-up' -f
  complete -c $command -n '__blue_green_dns_is local-up' -l state -f -r -a '(__fish_complete_directories)' -d 'where everything about this twin is kept'
  complete -c $command -n '__blue_green_dns_is local-up' -l backend -f -r -a 'nspawn vagrant multipass' -d 'what the machines are made with'
  complete -c $command -n '__blue_green_dns_is local-up' -l provider -f -r -a 'lxc libvirt' -d 'of a backend that has several; by default the first that works'
  complete -c $command -n '__blue_green_dns_is local-up' -l box -f -r -d 'NAME[@VERSION] of a box of Vagrant, or an image of Multipass, instead of ours'
  complete -c $command -n '__blue_green_dns_is local-up' -l doctor -f -d 'only say what each backend needs on this computer'
  complete -c $command -n '__blue_green_dns_is local-up' -l rebuild-image -f -d 'make the image of the machines anew; running machines keep theirs'
  complete -c $command -n '__blue_green_dns_is local-up' -l json -f -d 'print events on stdout, one JSON object a line'
  complete -c $command -n '__blue_green_dns_is local-up' -l verbose -f -d 'print where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is local-up' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is report' -f
  complete -c $command -n '__blue_green_dns_is report' -l open -f -r -d 'print the path of the page of this run'
  complete -c $command -n '__blue_green_dns_is report' -l compare -f -r -d 'compare these two'
  complete -c $command -n '__blue_green_dns_is report' -l runs -f -r -a '(__fish_complete_directories)' -d 'where the runs are'
  complete -c $command -n '__blue_green_dns_is report' -l json -f -d 'print one JSON object on stdout'
  complete -c $command -n '__blue_green_dns_is report' -l verbose -f -d 'print where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is report' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -f
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l dry-run -f -d 'print the plan and stop; exit code 3 when there is something to do'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l yes -f -d 'carry out the plan without asking; deletion still asks'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l accept-lockout -f -d 'carry it out although operatorNetworks lack the address you work from'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l json -f -d 'print events as NDJSON on stdout'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l verbose -f -d 'print every detail as a line, and where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l lock-wait -f -r -d 'wait this long for another run to end'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l of -f -r -a 'deployment update' -d 'what to undo'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l yes-delete -f -d 'delete without asking: what an unfinished deployment made, or, when it has to rebuild, what served'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l accept-zone -f -r -d 'name of a zone of which something has to be agreed to, such as that it goes: do without asking; may be repeated'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l keep-old -f -d 'keep that warm instead'
  complete -c $command -n '__blue_green_dns_is rollback-infra' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -f
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l dry-run -f -d 'print the plan and stop; exit code 3 when there is something to do'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l yes -f -d 'carry out the plan without asking; deletion still asks'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l accept-lockout -f -d 'carry it out although operatorNetworks lack the address you work from'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l json -f -d 'print events as NDJSON on stdout'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l verbose -f -d 'print every detail as a line, and where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l lock-wait -f -r -d 'wait this long for another run to end'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l yes-delete -f -d 'delete the old servers without asking'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l accept-zone -f -r -d 'name of a zone of which something has to be agreed to, such as that it goes: do without asking; may be repeated'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l wait -f -d 'stay for long waits; without a terminal the run would end with exit code 7'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l no-wait -f -d 'end with exit code 7 at the first thing there is to wait for'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l force-after -f -r -d 'remove an lb that is still asked so long after its TTLs; asks for its name'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l abandon -f -d 'take the rotation back and remove the new lbs; refused while glue points at one'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l remove-pairs -f -d 'rotate nothing, but remove the pairs that infra.config.ts does not have any more, once no cache knows them'
  complete -c $command -n '__blue_green_dns_is rotate-lbs' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is sign-zones' -f
  complete -c $command -n '__blue_green_dns_is sign-zones' -f -a 'on off roll status'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l yes -f -d 'answer the questions before keys and DS records are changed with yes'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l wait -f -d 'stay for long waits; without a terminal the run would end with exit code 7'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l no-wait -f -d 'end with exit code 7 at the first thing there is to wait for'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l lock-wait -f -r -d 'wait this long for another run to end'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l json -f -d 'print one JSON object on stdout'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l verbose -f -d 'print where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is sign-zones' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is status' -f
  complete -c $command -n '__blue_green_dns_is status' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is status' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is status' -l watch -f -d 'look again and again, so often: 5s, 1min (default: 10s); Ctrl-C ends it'
  complete -c $command -n '__blue_green_dns_is status' -l json -f -d 'print one JSON object on stdout; with --watch one a line for each look'
  complete -c $command -n '__blue_green_dns_is status' -l verbose -f -d 'print where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is status' -l help -s h -f -d 'display help for command'
  complete -c $command -n '__blue_green_dns_is update-lbs' -f
  complete -c $command -n '__blue_green_dns_is update-lbs' -l env-file -s e -F -r -d 'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l config -F -r -d 'config file (default: infra.config.ts)'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l dry-run -f -d 'print the plan and stop; exit code 3 when there is something to do'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l yes -f -d 'carry out the plan without asking; deletion still asks'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l accept-lockout -f -d 'carry it out although operatorNetworks lack the address you work from'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l json -f -d 'print events as NDJSON on stdout'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l verbose -f -d 'print every detail as a line, and where an unforeseen error came from'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l lock-wait -f -r -d 'wait this long for another run to end'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l only -f -r -d 'names of the lbs to update (default: all)'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l config-only -f -d 'bring the configuration into use, upgrade no package'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l keep-old -f -d 'do not stop the nginx that served before: rollback-infra can go back to it'
  complete -c $command -n '__blue_green_dns_is update-lbs' -l help -s h -f -d 'display help for command'
end
