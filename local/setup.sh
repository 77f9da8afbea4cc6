#!/bin/sh
# Installs what the local twin and the tests need on Debian: system packages, then node_modules. Does nothing where all is
# there, so it can stand in front of every command. With `test` also what only the tests use, with `bench` what they are compared with.
set -eu
cd "$(dirname "$0")/.."

packages="age ansible-core bind9-dnsutils bind9-utils openssh-client"
# for a space, in which users other than root have the twin
{ [ "$(id -u)" -eq 0 ] && [ -z "${1:-}" ]; } || packages="$packages slirp4netns uidmap"
packages="$packages apt-cacher-ng bind9 iproute2 mmdebstrap nftables procps systemd-container unbound util-linux"
if [ -n "${1:-}" ]; then
  packages="$packages ansible-lint chromium dnsperf dnsviz fish git hcloud-cli python3-hcloud zonemaster-cli zsh"
  packages="$packages prometheus prometheus-node-exporter systemd"
  packages="$packages lxc vagrant vagrant-lxc"
  packages="$packages ansible-mitogen libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu qemu-system-x86 qemu-utils vagrant-libvirt"
fi
[ "${1:-}" != bench ] || packages="$packages dnsdist"

missing=""
for package in $packages; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done

if [ -n "$missing" ]; then
  # the root of a space cannot install either
  if [ ! -w /var/lib/dpkg ]; then
    echo "setup: these packages are missing; install them as root: apt-get install$missing" >&2
    exit 2
  fi
  echo "setup: installing$missing" >&2
  # services of these packages are not wanted on this machine: only their programs are used
  policy=/usr/sbin/policy-rc.d
  made_policy=""
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
    made_policy=yes
  fi
  log=$(mktemp)
  trap 'rm -f "$log"; [ -z "$made_policy" ] || rm -f "$policy"' EXIT
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # one word a package
  {
    apt-get -qq update &&
      apt-get -qqy --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install $missing
  } >"$log" 2>&1 || {
    cat "$log" >&2
    echo "setup: apt-get failed, see above" >&2
    exit 1
  }
  # nor after the next start of this machine
  for package in $missing; do
    case "$package" in
      apt-cacher-ng) services="apt-cacher-ng.service" ;;
      bind9) services="named.service" ;;
      dnsdist) services="dnsdist.service" ;;
      lxc) services="lxc.service lxc-monitord.service lxc-net.service" ;;
      prometheus) services="prometheus.service" ;;
      prometheus-node-exporter) services="prometheus-node-exporter.service" ;;
      unbound) services="unbound.service unbound-resolvconf.service" ;;
      *) continue ;;
    esac
    # shellcheck disable=SC2086 # one word a service
    systemctl disable --quiet $services >/dev/null 2>&1 || true
  done
fi

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "setup: installing node_modules" >&2
  # not `npm ci`: it insists on optional packages of other platforms, which not every registry has
  npm install --no-save --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
fi
