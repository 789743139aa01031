#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Installs the files of a release on a fresh Debian, counts packets, upgrades, and removes all of it. systemd runs this in
# a virtual machine. /release has a package and an archive.
set -Eeu
exec >/dev/console 2>&1
failed=1
trap 'echo "machine: test programs that failed: $failed"' EXIT
trap 'journalctl --no-pager --unit classifier | tail -n 30; echo "line $LINENO: $BASH_COMMAND"' ERR

# Succeeds if a command fails. The shell does not end at a line that begins with an exclamation mark.
fails() { if "$@"; then return 1; fi; }

step() { echo "installation, $(cut -d. -f1 /proc/uptime) s: $*"; }

# Files with their permissions and owners, without those that a running system changes by itself.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /root -o -path /release \
        -o -path /var/cache -o -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /var/lib/apt \
        -o -path '/etc/*-' \) -prune -o -type f -printf '%p %m %u:%g %s\n' -o -printf '%p %m %u:%g\n' | sort
    sort /etc/passwd /etc/group /etc/shadow /etc/gshadow
}

metrics() (
    exec 3<>/dev/tcp/127.0.0.1/9877
    printf 'GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
    cat <&3
)

# Echo requests from the other end of the link.
counted() {
    metrics | awk '/^classifier_icmp_packets_total\{interface="wire",direction="ingress".*type="8"/ { sum += $2 } END { print sum + 0 }'
}

ping_here() { ip netns exec peer ping -n -q -c "$1" -i 0.1 192.0.2.1 >/dev/null; }

# Compares the count of echo requests.
expect() {
    local now
    now=$(counted)
    step "$now echo requests counted"
    [ "$now" = "$1" ]
}

# Nothing of the agent is in the kernel, and no file is left.
nothing_is_left() {
    [ -z "$(ls /sys/fs/bpf)" ]
    for _ in $(seq 50); do
        grep -q 'bpf_prog_.*_classifier_' /proc/kallsyms || break
        sleep 0.2
    done
    fails grep 'bpf_prog_.*_classifier_' /proc/kallsyms
    files >/root/after
    diff /root/before /root/after
    step "nothing is left"
}

ip link set lo up
ip netns add peer
ip link add wire type veth peer name far netns peer
ip address add 192.0.2.1/24 dev wire
ip link set wire up
ip -n peer address add 192.0.2.2/24 dev far
ip -n peer link set far up
ping_here 1
fails command -v cc gcc clang rustc
files >/root/before

package=$(echo /release/*.deb)
# An older version of the package: the same files.
dpkg-deb --raw-extract "$package" /root/older
sed -i 's/^Version: .*/Version: 0.0.1-1/' /root/older/DEBIAN/control
dpkg-deb -Znone --build /root/older /root/older.deb >/dev/null

step "install"
apt-get install -qq -y /root/older.deb
systemctl is-active classifier
grep -q 'bpf_prog_.*_classifier_' /proc/kallsyms
ping_here 20
expect 20

step "upgrade"
before=$(systemctl show classifier --value --property MainPID)
ip netns exec peer ping -n -q -c 400 -i 0.1 192.0.2.1 >/dev/null &
apt-get install -qq -y "$package"
[ "$(systemctl show classifier --value --property MainPID)" != "$before" ]
wait $!
expect 420
classifier doctor
classifier status | head -n 12

step "purge"
apt-get purge -qq -y classifier
nothing_is_left

step "archive"
cd /root
tar -xzf /release/classifier-*-linux-"$(uname -m)".tar.gz
ls classifier-* classifier-*/man classifier-*/presets
install -m 755 classifier-*/classifier /usr/local/bin/classifier
# The shell remembers the place of the package.
hash -r
classifier run &
for _ in $(seq 300); do
    { metrics >/root/metrics; } 2>/dev/null && break
    sleep 0.5
done
ping_here 20
expect 20
kill %1
wait %1
step "uninstall"
classifier detach && rm /usr/local/bin/classifier
rmdir /sys/fs/bpf/classifier 2>/dev/null || true
nothing_is_left
failed=0
