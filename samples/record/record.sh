#!/bin/bash
# Records samples/office.pcapng: a small office of real servers and clients in
# Linux network namespaces.
#
#     sudo samples/record/record.sh [OUT.pcapng]
#
# Needs Debian 12 and root; runs install.sh if a program is missing.
# KEEP_LOGS=DIR keeps the logs of servers and clients for a look afterwards.
#
# Everything runs inside private mount, network, host name and process
# namespaces: when this ends, however it ends, the kernel ends every process,
# interface, mount and user of the scene with it.  Nothing is left behind.
# (The hosts see the machine's root file system read-only through an overlay,
# so the programs have to be on it: /usr must not be a file system of its own.)
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUT=$(realpath -m "${1:-$HERE/../office.pcapng}")

if [[ ${SCENE_INSIDE:-} != yes ]]; then
  [[ $EUID -eq 0 ]] || { echo "record.sh: please run as root" >&2; exit 1; }
  missing() {    # the tools of install.sh that are not here
    local tool
    for tool in tcpdump tshark ethtool nginx caddy curl exim4 swaks dovecot vsftpd lftp smbd smbclient \
                lpd rlpr dnsmasq dig udhcpc chronyd sshd sshpass telnetd inetd expect kamailio baresip \
                prosody ngircd ii ffmpeg bzfs bzadmin bird keepalived avahi-daemon ping traceroute; do
      PATH=$PATH:/usr/sbin:/sbin:/usr/games command -v $tool > /dev/null || printf '%s ' "$tool"
    done
    [[ -d $HERE/.pylib ]] || printf 'aioquic '
  }
  if [[ -n $(missing) ]]; then
    echo "== installing what is missing: $(missing)"
    bash "$HERE/install.sh"
    [[ -z $(missing) ]] || { echo "record.sh: still missing: $(missing)" >&2; exit 1; }
  fi

  WORK=$(mktemp -d)
  trap 'rmdir "$WORK"' EXIT
  # env -i: nothing of the caller's environment gets into the scene.
  unshare --mount --net --uts --ipc --pid --fork --kill-child --mount-proc \
    env -i SCENE_INSIDE=yes WORK="$WORK" KEEP_LOGS="${KEEP_LOGS:+$(realpath -m "$KEEP_LOGS")}" REAL_NAME="$(hostname)" HOME=/root LANG=C.UTF-8 TERM=dumb \
      PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin:/usr/games \
    bash "$HERE/record.sh" "$OUT" &
  scene=$!
  # unshare turns a deaf ear to INT and TERM; its end is the end of all in it.
  trap 'kill -KILL $scene; wait $scene || true; exit 143' INT TERM
  wait $scene
  exit
fi

# --- from here on: inside the namespaces ------------------------------------

PASSWORD_TAIL=teaching     # desk1's password is desk1-teaching, and so on
LOGS=${KEEP_LOGS:-$WORK/logs}

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$WORK"
mkdir -p "$LOGS" "$WORK/hosts" "$WORK/base"
hostname switch
ip link set lo up

source "$HERE/network.sh"
source "$HERE/services.sh"
source "$HERE/acts.sh"

echo "== building the office"
make_base
build_office
sleep 5                    # until the switch forwards (spanning tree)

echo "== starting the servers"
start_servers
before_ssh
before_imap
sleep 2

echo "== recording"
# The bridge device in promiscuous mode sees each forwarded frame once.  The
# bridge's own frames (spanning tree) leave by its ports only, so a second
# tcpdump takes those at one port.
tcpdump -Z root -i switch -s 262144 -B 16384 --time-stamp-precision=nano -U -w "$WORK/lan.pcap" 2>> "$LOGS/tcpdump.log" &
lan=$!
tcpdump -Z root -i port-desk1 -s 262144 --time-stamp-precision=nano -U -w "$WORK/stp.pcap" stp 2>> "$LOGS/tcpdump.log" &
stp=$!
sleep 1
play_scene
kill -INT $lan $stp
wait $lan $stp || true
cat "$LOGS/tcpdump.log"

echo "== checking"
python3 "$HERE/to_pcapng.py" "$WORK/office.pcapng" "$WORK/lan.pcap" "$WORK/stp.pcap"
bash "$HERE/check.sh" "$WORK/office.pcapng" || failed=1
[[ -z $KEEP_LOGS ]] || cp "$WORK/office.pcapng" "$LOGS/"
[[ -z ${failed:-} ]] || { echo "record.sh: $OUT not written" >&2; exit 1; }
install -m 644 "$WORK/office.pcapng" "$OUT"
echo "== wrote $OUT"
