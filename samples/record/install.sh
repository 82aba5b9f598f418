#!/bin/bash
# Installs what record.sh needs: Debian packages, and one Python library from
# PyPI (aioquic, because Debian 12's curl has no HTTP/3).  Run as root, once;
# record.sh runs it by itself when something is missing.
#
# The servers are only needed on disk: record.sh starts its own copies inside
# network namespaces.  So nothing may start by itself while installing, which
# is what a policy-rc.d that answers "no" (101) is for.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
POLICY=/usr/sbin/policy-rc.d

[[ $EUID -eq 0 ]] || { echo "install.sh: please run as root" >&2; exit 1; }

PACKAGES=(
  # the recording itself
  iproute2 ethtool procps tcpdump tshark openssl python3 python3-pip
  # web, mail, files
  nginx-light caddy curl exim4-daemon-light swaks libnet-ssleay-perl dovecot-imapd dovecot-pop3d
  vsftpd lftp samba smbclient lpr rlpr
  # names, addresses, time, logging in
  dnsmasq-base bind9-dnsutils udhcpc busybox chrony
  openssh-server openssh-client sshpass
  inetutils-telnetd inetutils-telnet openbsd-inetd expect
  # talk, pictures, play
  kamailio baresip-core prosody python3-slixmpp ngircd ii
  gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base
  gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly
  ffmpeg bzflag-server bzflag-client
  # routers, multicast, probing
  bird2 keepalived avahi-daemon python3-zeroconf
  iputils-ping traceroute netcat-openbsd bsdutils
)

if [[ ! -e $POLICY ]]; then
  printf '#!/bin/sh\nexit 101\n' > "$POLICY"
  chmod 755 "$POLICY"
  trap 'rm -f "$POLICY"' EXIT
  # A freshly installed unit would still be enabled for the next boot.
  DISABLE=1
fi

installed_before=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | awk '/^ii/{print $2}')

export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=600 update
apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${PACKAGES[@]}"

# Keep packages that are new on this machine from starting at the next boot;
# leave alone what was here before.
if [[ -n ${DISABLE:-} && -d /run/systemd/system ]]; then
  for package in "${PACKAGES[@]}"; do
    grep -qxF "$package" <<<"$installed_before" && continue
    for unit in $(dpkg -L "$package" 2>/dev/null | sed -n 's|^/lib/systemd/system/\([^/@]*\.service\)$|\1|p'); do
      systemctl disable --quiet "$unit" 2>/dev/null || true
    done
  done
fi

# Only wheels, and only into this directory (it is not kept in git).
/usr/bin/python3 -m pip install --quiet --root-user-action=ignore \
  --only-binary :all: --upgrade --target "$HERE/.pylib" 'aioquic>=1,<2'

echo "install.sh: done"
