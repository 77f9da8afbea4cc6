#!/bin/bash
# Keeps one machine running: lays its disk and network, boots it, does so again when the system inside asks for a reboot
# (nspawn then exits with 133), and clears up after it has powered off. Outlives the daemon that started it.
#   supervise.sh DIRECTORY NAME NETWORK_LOCK
directory=$1 name=$2 lock=$3

# nspawn makes its cgroups below the caller's, so two machines started from one cgroup would share a tree.
enter_cgroup() {
  local parent
  for parent in /sys/fs/cgroup /sys/fs/cgroup/{systemd,unified,memory,pids,cpuacct}; do
    [ -e "$parent/cgroup.procs" ] || continue
    mkdir -p "$parent/$name" && echo "$BASHPID" >"$parent/$name/cgroup.procs"
  done
}

# --network-namespace-path alone gives neither CAP_NET_ADMIN nor a writable /proc/sys/net.
boot() {
  enter_cgroup
  echo "$BASHPID" >"$directory/nspawn.pid"
  export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
  exec systemd-nspawn --quiet --boot --directory="$directory/root" --machine="$name" \
    --network-namespace-path="/run/netns/$name" --capability=CAP_NET_ADMIN \
    --register=no --keep-unit --resolv-conf=off --timezone=off --link-journal=no \
    --console=pipe --kill-signal=SIGRTMIN+3 </dev/null 9>&-
}

# A function that ends with exit is read as a whole before it runs, so this file may change under a running machine.
supervise() {
  exec 9>"$directory/supervisor.lock"
  flock --nonblock 9 || exit 0
  echo $$ >"$directory/supervisor.pid"
  while
    flock --close "$lock" sh -e "$directory/plug.sh" 9>&- || exit 1
    (boot)
    [ $? -eq 133 ]
  do :; done
  flock --close "$lock" sh -e "$directory/unplug.sh" 9>&-
  exit
}

supervise
