#!/bin/sh
# Takes away what machines of one image must not share, and what none of them needs. The lists of apt stay: with them, the packages
# that came since are found in a fraction of the time.
set -eu

# A new instance runs all of cloud-init again: its own host keys, name, networks, and the keys of those who may log in now.
cloud-init clean --logs --seed
rm -rf /etc/ssh/ssh_host_* /root/.ssh /etc/bind/rndc.key

# Empty, not absent: systemd makes a new one, without taking the boot for the first of a new system, at which it would enable services.
: >/etc/machine-id
[ -L /var/lib/dbus/machine-id ] || rm -f /var/lib/dbus/machine-id
rm -f /var/lib/systemd/random-seed /var/lib/dhcp/*.leases

# From now on the journal is in memory.
journalctl --quiet --relinquish-var
rm -rf /var/log/journal/*
find /var/log -type f -exec truncate --size=0 {} +

apt-get clean
rm -rf /root/.ansible /root/.bash_history /root/.cache /tmp/* /var/tmp/*
sync
