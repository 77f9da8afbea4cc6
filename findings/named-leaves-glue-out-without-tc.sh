#!/bin/sh
# BIND 9.18.49 (Debian 12): a referral whose in-domain glue does not fit leaves part of it out and does not set TC.
#
# One would guess: all glue for name servers below the cut is there, or TC=1 says that it is not (RFC 9471 section 3.1, of 2023).
# What happens: of 20 name servers below the cut, each with four addresses, some addresses are sent and the rest is missing, with
#   TC=0. Over TCP all 80 are there. So a resolver that is content with UDP knows a part of the servers only.
#
# Needs Debian 12 with apt. Installs into a temporary folder; asks on loopback only. Ends with 1 when this has changed.
set -eu
version=1:9.18.49-1~deb12u3
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download "bind9=$version" "bind9-libs=$version" "bind9-dnsutils=$version" \
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
  while [ $i -lt 20 ]; do
    i=$((i + 1))
    echo "sub NS ns$i.sub"
    for last in 1 2 3 4; do echo "ns$i.sub A 198.18.$i.$last"; done
  done
} >example.zone
cat >named.conf <<CONF
options { directory "$dir"; pid-file none; session-keyfile none; listen-on port 5397 { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; allow-transfer { none; }; notify no; dnssec-validation no; max-udp-size 1232; };
controls { };
zone "example" { type primary; file "$dir/example.zone"; };
CONF
named -g -n 1 -c named.conf 2>log &
pid=$!
i=0
until grep -q ' running$' log || [ $i -gt 100 ]; do i=$((i + 1)); sleep 0.1; done
ask() { dig +norecurse +ignore +tries=1 +time=2 -p 5397 @127.0.0.1 "$@" www.sub.example A; }
ask +notcp +bufsize=1232 >udp
ask +tcp >tcp
glue_in() { grep -c '^ns[0-9]*\.sub\.example\..*	A	' "$1"; }
flags_in() { grep -o '^;; flags: [a-z ]*' "$1"; }
echo "over UDP: $(flags_in udp), $(glue_in udp) of 80 addresses"
echo "over TCP: $(flags_in tcp), $(glue_in tcp) of 80 addresses"
[ "$(glue_in udp)" -lt 80 ] && [ "$(glue_in tcp)" -eq 80 ] && ! flags_in udp | grep -qw tc
