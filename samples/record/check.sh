#!/bin/bash
# Tells whether a recording holds what the scene is to show.
#
#     samples/record/check.sh [FILE.pcapng]
set -euo pipefail

FILE=${1:-$(dirname "${BASH_SOURCE[0]}")/../office.pcapng}
LIMIT=2000000

# what it is | tshark display filter that must find a packet
CHECKS='
web, port 80                       | http.response.code == 200 && tcp.srcport == 80
web over TLS, port 443             | tls.handshake.type == 1 && tcp.dstport == 443
HTTP/3 over QUIC, udp 443          | quic && udp.port == 443
SMTP, port 25                      | smtp.response && tcp.srcport == 25
submission, port 587               | tcp.srcport == 587 && smtp.response.code == 220
POP3, port 110                     | pop.response && tcp.srcport == 110
IMAP, port 143                     | imap.response && tcp.srcport == 143
FTP control, port 21               | ftp.response.code == 226 && tcp.srcport == 21
FTP passive, PASV                  | ftp.response.code == 227
FTP passive, EPSV                  | ftp.response.code == 229
FTP active, PORT                   | ftp.request.command == "PORT"
FTP data from port 20              | tcp.srcport == 20 && tcp.len > 0
DNS over udp                       | dns.flags.response == 1 && udp.srcport == 53
DNS over tcp                       | dns.flags.response == 1 && tcp.srcport == 53
DNS: an AAAA answer                | dns.aaaa == 2001:db8:20::11
DNS: a PTR answer                  | dns.ptr.domain_name == "harbour.office.example"
SMB, port 445                      | smb2 && tcp.srcport == 445
NetBIOS names, udp 137             | nbns.flags.response == 1
LPD, port 515                      | tcp.port == 515 && tcp.len > 0
RTSP, port 554                     | rtsp.response && tcp.srcport == 554
RTP                                | rtp
RTCP                               | rtcp
SIP, port 5060                     | sip.Method == "INVITE" && udp.port == 5060
SIP: the call is taken             | sip.Status-Code == 200 && sip.CSeq.method == "INVITE"
SIP: the call ends                 | sip.Method == "BYE"
XMPP, port 5222                    | tcp.srcport == 5222 && tcp.len > 0
IRC, port 6667                     | irc.response && tcp.srcport == 6667
game server, port 5154             | tcp.srcport == 5154 && tcp.len > 0
DHCP discover                      | dhcp.option.dhcp == 1
DHCP offer                         | dhcp.option.dhcp == 2
DHCP request                       | dhcp.option.dhcp == 3
DHCP ack                           | dhcp.option.dhcp == 5
NTP, udp 123                       | ntp.flags.mode == 4
SSH, port 22, from its start       | ssh.protocol
telnet, port 23                    | telnet && tcp.srcport == 23
ping                               | icmp.type == 0
ping over IPv6                     | icmpv6.type == 129
traceroute: time exceeded          | icmp.type == 11
traceroute: udp 33434 and up       | udp.dstport >= 33434 && udp.dstport < 33534 && ip.ttl < 6
ICMP port unreachable, udp 514     | icmp.type == 3 && icmp.code == 3 && udp.dstport == 514
ARP                                | arp.opcode == 2
IPv6 neighbour discovery           | icmpv6.type == 136
IPv6 router advertisement          | icmpv6.type == 134
web over IPv6                      | http.response && ipv6
second web server                  | http.response && ip.src == 10.20.0.11
refused connection, port 8080      | tcp.flags.reset == 1 && tcp.srcport == 8080
client port 5060                   | tcp.srcport == 5060 && tcp.dstport == 80
client port 3306                   | tcp.srcport == 3306 && tcp.dstport == 80
client port 6667                   | tcp.srcport == 6667 && tcp.dstport == 80
unregistered port 41999            | tcp.srcport == 41999 && tcp.len > 0
mDNS, udp 5353                     | mdns && dns.flags.response == 1
IGMP                               | igmp
OSPF                               | ospf.msg == 4
VRRP                               | vrrp
spanning tree                      | stp
'
# ... and filters that must find none.
CHECKS_NONE='
a frame longer than the wire allows | frame.len > 1514
a frame cut short                   | frame.cap_len < frame.len
a wrong IPv4 header checksum        | ip.checksum.status == 0
a wrong TCP checksum                | tcp.checksum.status == 0
a wrong UDP checksum                | udp.checksum.status == 0
an address outside the scene        | ip && !(ip.addr == 10.20.0.0/24 || ip.addr == 192.0.2.0/24 || ip.addr == 198.51.100.0/24 || ip.src == 0.0.0.0)
a MAC that was not invented         | !(eth.src[0:3] == 02:00:00 || eth.src[0:5] == 00:00:5e:00:01)
a packet seen twice                 | tcp.analysis.retransmission && tcp.time_delta < 0.0002
'
TSHARK=(tshark -n -r "$FILE" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE)

fails=0
found() {    # how many packets a filter finds; a filter tshark refuses must not count as "none"
  local lines
  lines=$("${TSHARK[@]}" -Y "$1" -T fields -e frame.number 2> /dev/null) || { echo "bad filter: $1" >&2; exit 2; }
  grep -c . <<< "$lines" || true
}
while IFS='|' read -r what filter; do
  [[ -n $what ]] || continue
  n=$(found "$filter")
  if [[ $n -gt 0 ]]; then printf '  ok       %-36s %5d\n' "${what%%  *}" "$n"
  else printf '  MISSING  %s\n' "$what"; fails=$((fails + 1)); fi
done <<< "$CHECKS"
while IFS='|' read -r what filter; do
  [[ -n $what ]] || continue
  n=$(found "$filter")
  if [[ $n -eq 0 ]]; then printf '  ok       no %s\n' "$what"
  else printf '  WRONG    %s: %d\n' "$what" "$n"; fails=$((fails + 1)); fi
done <<< "$CHECKS_NONE"

# Connections whose start is not in the file.
mid=$(comm -23 <("${TSHARK[@]}" -Y tcp -T fields -e tcp.stream 2> /dev/null | sort -u) \
               <("${TSHARK[@]}" -Y 'tcp.flags.syn == 1' -T fields -e tcp.stream 2> /dev/null | sort -u) | wc -l)
if [[ $mid -gt 0 ]]; then printf '  ok       %-36s %5d\n' "connections seen in mid-stream" "$mid"
else echo "  MISSING  a connection seen in mid-stream"; fails=$((fails + 1)); fi

# Nothing of the machine: its name (if long enough not to occur by chance), its kernel.
machine=("$(uname -r)")
real_name=${REAL_NAME:-$(hostname)}
[[ ${#real_name} -lt 4 ]] || machine+=("$real_name")
for word in "${machine[@]}"; do
  if grep -qaF "$word" "$FILE"; then echo "  WRONG    the machine's '$word' is in the file"; fails=$((fails + 1)); fi
done

size=$(stat -c %s "$FILE")
[[ $size -le $LIMIT ]] || { echo "  WRONG    $size bytes is more than $LIMIT"; fails=$((fails + 1)); }
echo "  $(tshark -n -r "$FILE" -T fields -e frame.time_relative 2> /dev/null | awk '{n++; t=$1} END {printf "%d packets in %.1f s", n, t}'), $size bytes"
if [[ $fails -gt 0 ]]; then echo "  $fails check(s) failed" >&2; exit 1; fi
