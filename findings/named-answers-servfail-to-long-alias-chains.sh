#!/bin/sh
# BIND 9.18.49 (Debian 12), authoritative only: a chain of more than 11 aliases within one zone is answered with SERVFAIL.
#
# One would guess: a zone that loads without a word is answered from; RFC 1034 section 4.3.2 has the server follow aliases within its
#   zone, without a limit, and a server that stops early sends what it has (NOERROR), from which a resolver goes on.
# What happens: 11 aliases in a row are answered NOERROR with all of them. With a twelfth the answer is SERVFAIL, though the records
#   found so far are in it. Neither named-checkzone nor named's log says anything of it when the zone is loaded.
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
  echo 'c0 A 198.18.1.1'
  i=0
  while [ $i -lt 14 ]; do i=$((i + 1)); echo "c$i CNAME c$((i - 1))"; done
} >example.zone
cat >named.conf <<CONF
options { directory "$dir"; pid-file none; session-keyfile none; listen-on port 5398 { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; allow-transfer { none; }; notify no; dnssec-validation no; };
controls { };
zone "example" { type primary; file "$dir/example.zone"; };
CONF
echo "named-checkzone says: $(named-checkzone example example.zone | tr '\n' ' ')"
named -g -n 1 -c named.conf 2>log &
pid=$!
i=0
until grep -q ' running$' log || [ $i -gt 100 ]; do i=$((i + 1)); sleep 0.1; done
status_of() { dig +norecurse +tries=1 +time=2 -p 5398 @127.0.0.1 "c$1.example" A | grep -o 'status: [A-Z]*'; }
for length in 10 11 12 13; do echo "$length aliases in a row: $(status_of $length)"; done
[ "$(status_of 11)" = 'status: NOERROR' ] && [ "$(status_of 12)" = 'status: SERVFAIL' ]
