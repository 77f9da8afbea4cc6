#!/bin/sh
# BIND 9.18.49 (Debian 12), authoritative: `zero-no-soa-ttl` (on by default) acts on NXDOMAIN, not on NODATA.
#
# One would guess: the manual says that it sets the TTL of the SOA to zero in authoritative negative responses to SOA queries, and NODATA
#   (the name exists, an SOA of it does not) is one of the two negative responses of RFC 2308.
# What happens: asked for the SOA of a name that does not exist, named sends the zone's SOA with TTL 0. Asked for the SOA of a
#   name that exists without one, it sends it with the usual minimum of the zone, so that this denial is kept by caches.
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

cat >example.zone <<'ZONE'
$TTL 3600
@ SOA ns.example. hostmaster.example. 1 7200 3600 1209600 300
@ NS ns
ns A 198.18.0.1
host A 198.18.0.2
ZONE
cat >named.conf <<CONF
options { directory "$dir"; pid-file none; session-keyfile none; listen-on port 5397 { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; allow-transfer { none; }; notify no; dnssec-validation no; };
controls { };
zone "example" { type primary; file "$dir/example.zone"; };
CONF
named -g -n 1 -c named.conf 2>log &
pid=$!
i=0
until grep -q ' running$' log || [ $i -gt 100 ]; do i=$((i + 1)); sleep 0.1; done
# the TTL of the SOA in the authority section
kept_for() { dig +norecurse +tries=1 +time=2 +noall +authority -p 5397 @127.0.0.1 "$1" "$2" | awk '{ print $2 }'; }
echo "NXDOMAIN, asked for A:   TTL $(kept_for nobody.example A)"
echo "NXDOMAIN, asked for SOA: TTL $(kept_for nobody.example SOA)"
echo "NODATA, asked for TXT:   TTL $(kept_for host.example TXT)"
echo "NODATA, asked for SOA:   TTL $(kept_for host.example SOA)"
[ "$(kept_for nobody.example A)" = 300 ] && [ "$(kept_for nobody.example SOA)" = 0 ] &&
  [ "$(kept_for host.example TXT)" = 300 ] && [ "$(kept_for host.example SOA)" = 300 ]
