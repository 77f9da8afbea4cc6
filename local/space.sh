#!/bin/bash
# A space: namespaces in which an ordinary user is root, with a network, processes and cgroups of their own, so that the local
# twin runs in it as it does under root. One a user; it is made when it is first needed, and stays until it is ended.
#   local/space.sh COMMAND...   runs a command in it; without one, a shell
#   local/space.sh --down       ends it with every process in it; what is on disk stays
#   local/space.sh --check      what this computer lacks for it: a line each, a tab, and the command that mends it; ends with 3 then
set -eu
self=$(realpath "$0")
user=$(id -un)
state=${XDG_STATE_HOME:-$HOME/.local/state}/blue-green-dns-space
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}" PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
cgroups=$(findmnt -nro TARGET -t cgroup2 | head -1)

has_systemd() { [ -S "$XDG_RUNTIME_DIR/systemd/private" ]; }
cgroup_of() { echo "$cgroups$(sed -n 's/^0:://p' "/proc/$1/cgroup")"; }
lacks() { printf '%s\t%s\n' "$1" "$2"; }

check() {
  local packages="" file first own
  command -v slirp4netns >/dev/null || packages="$packages slirp4netns"
  command -v newuidmap >/dev/null || packages="$packages uidmap"
  [ -z "$packages" ] || lacks "missing:$packages" "sudo apt-get install --no-install-recommends$packages"
  unshare --help | grep -q -- --map-auto || lacks 'util-linux is older than 2.38' 'run everything as root instead'
  for file in subuid subgid; do
    ! grep -qsE "^($user|$(id -u)):" /etc/$file || continue
    first=$(cat /etc/subuid /etc/subgid 2>/dev/null | awk -F: 'BEGIN { n = 100000 } $2 + $3 > n { n = $2 + $3 } END { print n }')
    lacks "no line for $user in /etc/$file" "sudo usermod --add-${file}s $first-$((first + 65535)) $user"
  done
  if [ ! -e /dev/net/tun ]; then
    lacks 'no /dev/net/tun' 'sudo modprobe tun'
  elif [ ! -r /dev/net/tun ] || [ ! -w /dev/net/tun ]; then
    lacks '/dev/net/tun is closed to users' 'sudo chmod 666 /dev/net/tun'
  fi
  unshare --user --map-root-user true 2>/dev/null || check_namespaces
  own=$(cgroup_of self)
  has_systemd || { [ -n "$cgroups" ] && [ -w "$own" ] && [ -w "$own/cgroup.procs" ]; } ||
    lacks 'no cgroup of your own' "log in as $user at the console or by ssh (not with su or sudo): systemd then gives you one"
}

# Which of the switches forbids an ordinary user to make namespaces differs from kernel to kernel.
check_namespaces() {
  local name value found=""
  for name in kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0 user.max_user_namespaces=10000; do
    value=$(sysctl -n "${name%=*}" 2>/dev/null) || continue
    case "$name $value" in *clone=1\ 0 | *userns=0\ 1 | *namespaces=*\ 0) found=yes ;; *) continue ;; esac
    lacks "${name%=*} is $value: no namespaces for users" "sudo sysctl $name"
  done
  [ -n "$found" ] || lacks 'this computer gives users no namespaces' 'run everything as root instead'
}

is_up() { [ -e "$state/pid" ] && grep -qsxzF -- "$state" "/proc/$(cat "$state/pid")/cmdline"; }

up() {
  ! is_up || return 0
  local faults outer network pid
  faults=$(check)
  if [ -n "$faults" ]; then
    echo "space: it cannot be made here:" >&2
    printf '%s\n' "$faults" | sed 's/^/  /; s/\t/\n    → /' >&2
    exit 2
  fi
  clear_left
  mkdir -p "$state/tmp"
  echo "$(cgroup_of self)/blue-green-dns-space" >"$state/cgroup"
  mkfifo "$state/ready"
  exec 3<>"$state/ready"
  # the way out for apt; ends when the space, which holds the other end of its input, does
  exec 4> >(read -r pid && exec setsid slirp4netns --configure --mtu=65520 --disable-host-loopback --exit-fd=0 --ready-fd=3 \
    "$pid" tap0 >"$state/network.log" 2>&1)
  network=$!
  (in_cgroup setsid unshare --user --map-root-user --map-auto --net --mount --uts --ipc --pid --cgroup --fork --kill-child \
    --mount-proc bash "$self" --hold "$state") </dev/null >"$state/log" 2>&1 &
  outer=$!
  until read -r -t 0.2 -u 3; do kill -0 "$outer" 2>/dev/null || fail log; done
  pid=$(pgrep -P "$outer")
  echo "$pid" >&4
  until read -r -t 0.2 -n 1 -u 3; do kill -0 "$network" 2>/dev/null || fail network.log; done
  echo "$pid" >"$state/pid"
}

fail() {
  # unshare hears nothing gentler, and takes what it started along
  kill -9 "$outer" 2>/dev/null || true
  echo "space: it did not come up: $(tail -3 "$state/$1")" >&2
  exit 1
}

# systemd makes a cgroup that is ours; where there is none, we are in one of our own already.
in_cgroup() {
  if has_systemd; then exec systemd-run --user --scope --quiet --collect --property=Delegate=yes -- "$@"; fi
  mkdir -p "$(cat "$state/cgroup")"
  echo "$BASHPID" >"$(cat "$state/cgroup")/cgroup.procs"
  exec "$@"
}

# The first process of the space: what it leaves behind is reaped here, and with it ends all the rest.
hold() {
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/netns /run/lock /run/systemd
  # where ssh looks for the keys of user 0
  mount --rbind "$HOME" /root
  # cgroups: only those given to us, at the place where a computer has them all
  mount -t sysfs sysfs /sys
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir -p /sys/fs/cgroup/commands
  echo 1 >/sys/fs/cgroup/commands/cgroup.procs
  # slirp4netns answers for the resolvers of this computer, which may be on its loopback
  local resolver
  resolver=$(realpath -m /etc/resolv.conf)
  mkdir -p "$(dirname "$resolver")"
  echo 'nameserver 10.0.2.3' >/run/resolv.conf
  if [ -e "$resolver" ]; then mount --bind /run/resolv.conf "$resolver"; else cp /run/resolv.conf "$resolver"; fi
  ip link set lo up
  echo held >&3
  exec 3>&-
  sleep infinity 4>&- &
  wait
}

# First into its cgroup: nobody gets in from outside any more once its namespaces are entered.
run() {
  # a user's systemd lets processes in only from cgroups of its own, of which a login's is none
  if has_systemd; then exec systemd-run --user --scope --quiet --collect -- bash "$self" --enter "$@"; fi
  enter "$@"
}

enter() {
  local pid
  pid=$(cat "$state/pid")
  echo $$ >"$(cgroup_of "$pid")/cgroup.procs"
  # nsenter waits for the command: an interrupt is for that alone, and if nsenter is ended, so is the command
  trap '' INT QUIT
  # in the common /tmp, folders named after user 0 belong to the real root
  exec nsenter --preserve-credentials --user --net --mount --uts --ipc --pid --cgroup -t "$pid" -- setpriv --pdeathsig TERM \
    env --chdir="$PWD" --default-signal=INT,QUIT -u XDG_RUNTIME_DIR TMPDIR="$state/tmp" "$@"
}

down() {
  if is_up; then
    local pid
    pid=$(cat "$state/pid")
    kill -9 "$pid"
    while [ -e "/proc/$pid" ]; do sleep 0.05; done
  fi
  clear_left
  rm -rf "$state"
}

# Files in it may belong to numbers given to us that are not our own. systemd removes its cgroup itself.
clear_left() {
  [ -e "$state/cgroup" ] || return 0
  has_systemd || find "$(cat "$state/cgroup")" -depth -type d -exec rmdir {} + 2>/dev/null || true
  unshare --user --map-root-user --map-auto rm -rf "$state/tmp" "$state/ready" "$state/pid" "$state/cgroup"
}

# root needs none, and whoever is in one is root
if [ "$(id -u)" -eq 0 ] && [ "${1:-}" != --hold ]; then
  case "${1:-}" in
    --*) echo "space: $1 is for an ordinary user, outside of the space" >&2 && exit 2 ;;
    *) exec "${@:-bash}" ;;
  esac
fi
case "${1:-}" in
  --hold) hold ;;
  --up) up ;;
  --enter) enter "${@:2}" ;;
  --check)
    faults=$(check)
    [ -z "$faults" ] || { printf '%s\n' "$faults" && exit 3; }
    ;;
  --down) down ;;
  *)
    [ $# -gt 0 ] || set -- "${SHELL:-/bin/bash}"
    mkdir -p "$state"
    is_up || flock --close "$state/lock" bash "$self" --up
    run "$@"
    ;;
esac
