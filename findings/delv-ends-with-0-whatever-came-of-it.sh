#!/bin/sh
# delv of BIND 9.18.49 (Debian 12): its exit status is 0 whether an answer was validated, refused as not valid, or never came.
#
# One would guess: a program that exists to validate says by its exit status whether it could, as dig does when no server answers (9);
#   and "resolution failed" is not said of an answer that is fully validated.
# What happens: 0 each time. A denial that is proven is headed by ";; resolution failed: ncache nxdomain", and only the line below says
#   "negative response, fully validated". Whoever scripts it has to look for "fully validated" in what it prints.
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
delv -v

printf '$TTL 300\n@ SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\nns A 198.18.0.1\n' >source
key=$(dnssec-keygen -q -C -a ECDSAP256SHA256 -f KSK -L 300 example)
other=$(dnssec-keygen -q -C -a ECDSAP256SHA256 -f KSK -L 300 example)
cat "$key.key" >>source
dnssec-signzone -q -z -x -o example -f signed -k "$key" source >/dev/null 2>&1
for name in "$key" "$other"; do
  printf 'trust-anchors { example. static-key 257 3 13 "%s"; };\n' "$(sed -n 's/.*DNSKEY 257 3 13 //p' "$name.key" | tr -d ' ')" >"$name.anchor"
done
cat >named.conf <<CONF
options { directory "$dir"; pid-file none; session-keyfile none; listen-on port 5397 { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; notify no; dnssec-validation no; };
controls { };
zone "example" { type primary; file "$dir/signed"; };
CONF
named -g -n 1 -c named.conf 2>log &
pid=$!
i=0
until grep -q ' running$' log || [ $i -gt 100 ]; do i=$((i + 1)); sleep 0.1; done

statuses=
try() { # what is tried, trust anchor, port, question
  status=0
  delv -p "$3" -a "$2.anchor" +root=example @127.0.0.1 $4 >said 2>&1 || status=$?
  echo "$1: exit status $status"
  sed -n '/fully validated\|resolution failed/s/^/    /p' said
  statuses="$statuses $status"
}
try 'a record, validated' "$key" 5397 'ns.example A'
try 'a name that is not there, validated' "$key" 5397 'absent.example A'
try 'the trust anchor of another key' "$other" 5397 'ns.example A'
try 'nobody listens there' "$key" 5396 'ns.example A'
status=0
dig +tries=1 +time=1 -p 5396 @127.0.0.1 ns.example A >/dev/null 2>&1 || status=$?
echo "dig, where nobody listens: exit status $status"
[ "$statuses" = ' 0 0 0 0' ] && [ "$status" = 9 ]
