#!/bin/sh
# BIND 9.18.49 (Debian 12): a zone that all of BIND's own checkers pass is not loaded by named.
#
# One would guess: a zone that named-checkzone, named-compilezone and `named-checkconf -z` pass is served: by its manual page,
#   named-checkzone(8), the checks are those of named at load time.
# What happens: 101 addresses at one name pass all three with exit status 0. named refuses the zone ("too many records",
#   max-records-per-type, 100 since 9.18.28) and answers SERVFAIL for all of it.
#
# Needs Debian 12 with apt. Installs into a temporary folder; asks on loopback only. Ends with 1 when this has changed.
set -eu
version=1:9.18.49-1~deb12u3
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download "bind9=$version" "bind9-libs=$version" "bind9-utils=$version" "bind9-dnsutils=$version" \
  libuv1 libnghttp2-14 libjson-c5 liblmdb0 libmaxminddb0 libprotobuf-c1 libfstrm0 libxml2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
PATH="$dir/root/usr/sbin:$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" "$dir/root/lib" -name '*.so*' -exec dirname {} + 2>/dev/null | sort -u | tr '\n' ':')
export LD_LIBRARY_PATH
named -v

{
  echo '$TTL 3600'
  echo '@ SOA ns.example. hostmaster.example. 1 7200 3600 1209600 300'
  echo '@ NS ns'
  echo 'ns A 198.18.0.1'
  i=0
  while [ $i -lt 101 ]; do i=$((i + 1)); echo "www A 198.18.1.$i"; done
} >example.zone
cat >named.conf <<CONF
options { directory "$dir"; pid-file none; session-keyfile none; listen-on port 5399 { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; allow-transfer { none; }; notify no; dnssec-validation no; };
controls { };
zone "example" { type primary; file "$dir/example.zone"; };
CONF

passed=0
for check in "named-checkzone -q example example.zone" "named-compilezone -q -o /dev/null example example.zone" "named-checkconf -z named.conf"; do
  if $check >/dev/null 2>&1; then echo "passes: $check"; passed=$((passed + 1)); else echo "refused: $check"; fi
done
named -g -n 1 -c named.conf 2>log &
pid=$!
i=0
until grep -q ' running$' log || [ $i -gt 100 ]; do i=$((i + 1)); sleep 0.1; done
grep -o 'zone example/IN: .*\|dns_master_load.*' log | head -3
answer=$(dig +norecurse +tries=1 +time=2 -p 5399 @127.0.0.1 example SOA | grep -o 'status: [A-Z]*')
echo "asked for its SOA: $answer"
[ "$passed" -eq 3 ] && [ "$answer" = 'status: SERVFAIL' ]
