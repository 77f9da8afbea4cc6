#!/bin/sh
# nginx 1.22.1 (Debian 12), stream module, UDP: when nobody listens at the upstream, the client gets a datagram of no octets.
#
# One would guess: a proxy whose upstream refuses says nothing to a UDP client, or passes the refusal on (ICMP port unreachable).
# What happens: nginx sends the client an empty datagram from the right port. A DNS client takes it for a forgery or for garbage and
#   waits its whole time-out all the same.
#
# Needs Debian 12 with apt, and python3. Installs into a temporary folder; sends on loopback only. Ends with 1 when this has changed.
set -eu
version=1.22.1-9+deb12u11
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download "nginx=$version" "libnginx-mod-stream=$version" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
mkdir logs
cat >nginx.conf <<CONF
load_module $dir/root/usr/lib/nginx/modules/ngx_stream_module.so;
error_log $dir/error.log warn;
pid $dir/nginx.pid;
daemon off;
events { }
stream {
  server {
    listen 127.0.0.1:5396 udp;
    proxy_responses 1;
    proxy_timeout 2s;
    proxy_pass 127.0.0.1:5395;
  }
}
CONF
"$dir/root/usr/sbin/nginx" -v
"$dir/root/usr/sbin/nginx" -p "$dir" -c nginx.conf -e error.log &
pid=$!
sleep 1
python3 - <<'PY'
import socket, sys
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(3)
client.connect(("127.0.0.1", 5396))
client.send(b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01")
try:
    answer = client.recv(4096)
    print(f"the client got a datagram of {len(answer)} octets")
    sys.exit(0 if answer == b"" else 1)
except OSError as error:
    print(f"the client got no datagram: {error}")
    sys.exit(1)
PY
