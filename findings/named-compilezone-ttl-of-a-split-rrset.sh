#!/bin/sh
# BIND 9.18.49 (Debian 12): which TTL an RRset gets whose records disagree depends on whether they stand next to each other.
#
# One would guess: records of one RRset with different TTLs are a fault (RFC 2181 section 5.2), and a program that goes on
#   all the same takes the TTL by one rule and says so.
# What happens: next to each other, the first TTL counts and a warning says "TTL set to prior TTL". With another name between
#   them the *last* TTL counts, and nothing is said at all.
#
# Needs Debian 12 with apt. Installs into a temporary folder. Ends with 1 when this has changed.
set -eu
version=1:9.18.49-1~deb12u3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download "bind9-libs=$version" "bind9-utils=$version" \
  libuv1 libnghttp2-14 libjson-c5 liblmdb0 libmaxminddb0 libprotobuf-c1 libfstrm0 libxml2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
PATH="$dir/root/usr/sbin:$dir/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" "$dir/root/lib" -name '*.so*' -exec dirname {} + 2>/dev/null | sort -u | tr '\n' ':')
export LD_LIBRARY_PATH
echo "named-compilezone $(named-compilezone -v)"

head='@ 3600 SOA ns.example. hostmaster.example. 1 7200 3600 1209600 300
@ 3600 NS ns
ns 3600 A 198.18.0.1'
printf '%s\n' "$head" 'www 300 A 198.18.1.1' 'www 60 A 198.18.1.2' >together.zone
printf '%s\n' "$head" 'www 300 A 198.18.1.1' 'mail 60 A 198.18.1.3' 'www 60 A 198.18.1.2' >apart.zone

for form in together apart; do
  named-compilezone -s full -o "$form.out" example "$form.zone" >"$form.said" 2>&1
  awk '$1 == "www.example." { print $2 }' "$form.out" | sort -u >"$form.ttl"
  echo "$form: TTL $(tr '\n' ' ' <"$form.ttl")said of TTLs: $(grep -i 'ttl set' "$form.said" || echo nothing)"
done
[ "$(cat together.ttl)" = 300 ] && grep -qi 'ttl set to prior ttl' together.said &&
  [ "$(cat apart.ttl)" = 60 ] && ! grep -qi 'ttl set' apart.said
