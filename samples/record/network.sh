# The office's cabling: one switch (a bridge) and the hosts on it, each host a
# set of namespaces with an own name, network and throw-away file system.
# Sourced by record.sh, inside its private namespaces.

declare -A HOST_PID   # host name -> process id of the host's first process

# name        last part of 10.20.0.x and 2001:db8:20::x
OFFICE_HOSTS="
gw            1
core          2
gw2           3
harbour       10
wiki          11
files         12
printer       13
camera        14
pbx           15
chat          16
games         17
lab           18
desk1          101
desk2           102
"
LAPTOP_PORT=103        # laptop has no address of its own: it asks by DHCP

# --- machinery --------------------------------------------------------------

# Prepare the file system all hosts start from: this machine's own, with an
# overlay that takes away what names the machine and adds the scene's people.
# Everything lands in a tmpfs that vanishes with the recording.
make_base() {
  mkdir -p "$WORK"/base/{upper,work,root}
  mount -t overlay overlay \
    -o "lowerdir=/,upperdir=$WORK/base/upper,workdir=$WORK/base/work" "$WORK/base/root"
  local root=$WORK/base/root

  rm -f "$root"/etc/{resolv.conf,hostname,machine-id,mailname} "$root"/etc/ssh/ssh_host_* \
        "$root"/etc/{motd,issue,issue.net} "$root"/etc/update-motd.d/* "$root"/var/lib/dbus/machine-id
  openssl rand -hex 16 > "$root/etc/machine-id"
  echo "office.example" > "$root/etc/mailname"
  echo "Office lab. Friends only." | tee "$root/etc/motd" "$root/etc/issue.net" > "$root/etc/issue"
  printf '127.0.0.1 localhost\n::1 localhost\n' > "$root/etc/hosts"
  printf 'nameserver 10.20.0.2\nsearch office.example\n' > "$root/etc/resolv.conf"
  printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n' > "$root/etc/nsswitch.conf"

  # The people.  The passwords are for teaching and open nothing else.
  local uid=3001 person
  for person in desk1 desk2 laptop; do
    chroot "$root" useradd -m -s /bin/bash -u $uid -p "$(openssl passwd -6 "$person-$PASSWORD_TAIL")" $person
    uid=$((uid + 1))
  done

  # A certificate authority for this one recording, and two servers' papers.
  mkdir -p "$root/scene"
  cp -r "$HERE/tools" "$root/scene/"
  cp -r "$HERE/.pylib" "$root/scene/pylib"
  (
    cd "$root/scene"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
      -subj "/O=Office Example/CN=Office scene CA" -keyout ca.key -out ca.pem
    local name
    for name in harbour cloud; do
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -subj "/O=Office Example/CN=$name.office.example" -keyout $name.key -out $name.csr
      openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
        -extfile <(echo "subjectAltName=DNS:$name.office.example,DNS:www.office.example,DNS:mail.office.example") \
        -out $name.pem
    done
    rm -f ca.key ./*.csr
    chmod 644 ./*.key
  ) 2>> "$LOGS/base.log"
  umount "$root"
}

# Runs as the first process of a host (pid 1 of its pid namespace).
host_main() {
  local name=$1 dir=$WORK/hosts/$1 root=$WORK/hosts/$1/root pid node
  # /proc still is the outer one here, so this is the pid others know us by.
  read -r pid _ < /proc/self/stat
  hostname "$name"
  mount -t overlay overlay \
    -o "lowerdir=$WORK/base/upper:/,upperdir=$dir/upper,workdir=$dir/work" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t tmpfs tmpfs "$root/tmp"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mkdir -m 1777 "$root/run/lock"
  # A /dev of its own: the machine's holds the machine's log socket.
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  for node in null zero full random urandom tty; do
    touch "$root/dev/$node"
    mount --bind /dev/$node "$root/dev/$node"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  chmod 1777 "$root/tmp"
  echo "$pid" > "$dir/pid"
  exec chroot "$root" sleep infinity
}

new_host() {
  local name=$1 dir=$WORK/hosts/$1
  mkdir -p "$dir"/{upper,work,root}
  unshare --mount --net --uts --ipc --pid --fork --kill-child \
    bash -c "set -euo pipefail; WORK=$WORK; $(declare -f host_main); host_main $name" \
    >> "$LOGS/$name.log" 2>&1 < /dev/null &
  for _ in {1..100}; do [[ -s $dir/pid ]] && break; sleep 0.05; done
  HOST_PID[$name]=$(cat "$dir/pid")
  on "$name" ip link set lo up
  # No addresses made up from router advertisements, unless asked for (laptop).
  on "$name" sysctl -qw net.ipv6.conf.default.accept_ra=0
}

# on HOST COMMAND...: run a command on a host.
on() {
  local host=$1; shift
  nsenter -t "${HOST_PID[$host]}" -m -u -i -n -p -r -w -- "$@"
}

# A frame must look as on a real wire: no segments bigger than the MTU, and
# checksums really worked out, not left for hardware that is not there.
plain_wire() { ethtool -K "$1" tx off rx off gso off gro off tso off sg off > /dev/null; }

# plug HOST NUMBER: a cable from the host's eth0 to the switch.
plug() {
  local host=$1 hex; hex=$(printf %02x "$2")
  ip link add "port-$host" address "02:00:00:00:fe:$hex" type veth \
    peer name eth0 address "02:00:00:00:20:$hex" netns "${HOST_PID[$host]}"
  plain_wire "port-$host"
  on "$host" ethtool -K eth0 tx off rx off gso off gro off tso off sg off > /dev/null
  sysctl -qw "net.ipv6.conf.port-$host.disable_ipv6=1"
  ip link set "port-$host" master switch up
}

# cable HOST_A IF_A MAC_A HOST_B IF_B MAC_B: a cable that by-passes the switch.
cable() {
  ip link add "$2" address "02:00:00:00:c0:$3" netns "${HOST_PID[$1]}" type veth \
    peer name "$5" address "02:00:00:00:c0:$6" netns "${HOST_PID[$4]}"
  on "$1" ip link set "$2" up
  on "$4" ip link set "$5" up
}

# --- the office -------------------------------------------------------------

build_office() {
  # The switch speaks the spanning tree protocol, so that its BPDUs are seen;
  # the short forward delay keeps the wait before ports open short.
  ip link add switch address 02:00:00:00:fe:00 type bridge \
    stp_state 1 forward_delay 200 hello_time 200 mcast_snooping 0
  sysctl -qw net.ipv6.conf.switch.disable_ipv6=1
  ip link set switch up

  local host number
  while read -r host number; do
    [[ -n $host ]] || continue
    new_host "$host"
    plug "$host" "$number"
    on "$host" ip addr add "10.20.0.$number/24" broadcast + dev eth0
    on "$host" ip addr add "2001:db8:20::$number/64" dev eth0 nodad
    on "$host" ip link set eth0 up
    [[ $host = gw ]] || on "$host" ip route add default via 10.20.0.1
  done <<< "$OFFICE_HOSTS"

  new_host laptop
  plug laptop $LAPTOP_PORT    # stays down until it is switched on

  # Beyond the office: gw -- isp -- cloud.
  new_host isp
  new_host cloud
  cable gw wan 01 isp office 02
  cable isp cloud 03 cloud eth0 04
  on gw    ip addr add 192.0.2.1/24 dev wan
  on isp   ip addr add 192.0.2.2/24 dev office
  on isp   ip addr add 198.51.100.1/24 dev cloud
  on cloud ip addr add 198.51.100.80/24 dev eth0
  on cloud ethtool -K eth0 tx off rx off gso off gro off tso off sg off > /dev/null
  on gw    ip route add default via 192.0.2.2
  on isp   ip route add 10.20.0.0/24 via 192.0.2.1
  on cloud ip route add default via 198.51.100.1
  on gw    sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  on isp   sysctl -qw net.ipv4.ip_forward=1
}
