#!/bin/sh
# iproute2 6.1.0 (Debian 12): "ip route show PREFIX" says nothing of a prefix of IPv6, and ends with 0, although the route is there.
#
# One would guess: the prefix says which family is meant, as it does for "ip route add", "del" and "get" of the same prefix, or a prefix
#   of the other family is an error.
# What happens: without -6 the routes of IPv4 are listed, of which none matches: no output, exit status 0, as for a route that is not there.
#   A script that asks whether a route exists takes it for missing each time.
#
# Needs Debian 12 with apt and unprivileged namespaces, or root. Installs into a temporary folder; works in a network namespace of its own.
# Ends with 1 when this has changed.
set -eu
version=6.1.0-3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download "iproute2=$version" 2>/dev/null
dpkg -x iproute2_*.deb root
PATH="$dir/root/bin:$dir/root/sbin:$PATH"
export PATH
ip -V
unshare --user --map-root-user --net sh -eu -c '
  ip link set lo up
  ip route add 2001:2::/48 dev lo
  echo "added:                   $?"
  echo "ip route get:            $(ip route get 2001:2::1 | head -n 1)"
  plain=$(ip route show 2001:2::/48)
  echo "ip route show (exit $?):   ${plain:-nothing}"
  six=$(ip -6 route show 2001:2::/48)
  echo "ip -6 route show:        ${six:-nothing}"
  ip route del 2001:2::/48 dev lo
  echo "removed, without -6 too: $?"
  [ -z "$plain" ] && [ -n "$six" ]'
