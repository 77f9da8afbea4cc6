#!/bin/sh
# kzonecheck of Knot DNS 3.2.6 (Debian 12): refuses a good zone whose two keys both have the flag of a secure entry point.
#
# One would guess: a signature by one key of the zone is enough for each set of records (RFC 4035 section 5.3.1), whatever that key's
#   flag says, which validators must not go by (RFC 4034 section 2.1.1). So `kzonecheck --dnssec on` ends with 0 while one key that
#   signs everything takes the place of another.
# What happens: once there is a second such key in the zone it ends with 1, "no valid signature for a record", whether one of them signs
#   or both do. With one key, or without the flag on the second, the same zone passes. dnssec-verify takes all of them.
#
# Needs Debian 12 with apt. Installs into a temporary folder; asks nobody. Ends with 1 when this has changed.
set -eu
bind=1:9.18.49-1~deb12u3
knot=3.2.6-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download "bind9-libs=$bind" "bind9-utils=$bind" \
  libuv1 libnghttp2-14 libjson-c5 liblmdb0 libmaxminddb0 libprotobuf-c1 libfstrm0 libxml2 \
  "knot-dnssecutils=$knot" "libdnssec9=$knot" "libknot13=$knot" "libzscanner4=$knot" \
  libgnutls30 libbpf1 libxdp1 libelf1 liburcu8 libcap-ng0 libedit2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
PATH="$dir/root/usr/sbin:$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" "$dir/root/lib" -name '*.so*' -exec dirname {} + 2>/dev/null | sort -u | tr '\n' ':')
export LD_LIBRARY_PATH
kzonecheck --version

printf '$TTL 300\n@ SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\nns A 198.18.0.1\n' >source
make() { dnssec-keygen -q -C -a ECDSAP256SHA256 "$@" -L 300 example; }
one=$(make -f KSK)
other=$(make -f KSK)
plain=$(make)

statuses=
try() { # what is tried, the keys in the zone, those that sign
  cat source >whole
  for key in $2; do cat "$key.key" >>whole; done
  signers=
  for key in $3; do signers="$signers -k $key"; done
  dnssec-signzone -q -z -x -o example -f signed $signers whole >/dev/null 2>&1
  verify=0 check=0
  dnssec-verify -q -z -o example signed >/dev/null 2>&1 || verify=$?
  kzonecheck --dnssec on --origin example signed >said 2>&1 || check=$?
  echo "$1: dnssec-verify $verify, kzonecheck $check $(sed -n 1p said)"
  statuses="$statuses $verify/$check"
}
try 'one key' "$one" "$one"
try 'another beside it' "$one $other" "$one"
try 'both sign' "$one $other" "$one $other"
try 'both sign, the second without the flag' "$one $plain" "$one $plain"
[ "$statuses" = ' 0/0 0/1 0/1 0/0' ]
