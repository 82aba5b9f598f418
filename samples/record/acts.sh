# What the people of the office do while the recording runs, one function per
# act.  Sourced by record.sh.  A failing client does not stop the scene: the
# check at the end tells what is missing from the file.

pw() { echo "$1-$PASSWORD_TAIL"; }

act() {
  echo "   $*"
  { echo "=== $*"; "$@"; } >> "$LOGS/acts.log" 2>&1 < /dev/null || echo "   ... $1 had an error"
  sleep 0.8        # a moment between two acts makes them easier to tell apart
}

# --- before the recording ---------------------------------------------------

# Two connections that are open already when the recording starts: the capture
# sees them in mid-stream, without their handshake.
before_ssh() {
  # A master connection: act_login runs its command over it.
  serve anna ssh -o StrictHostKeyChecking=no -M -S /run/ssh-lab -N anna@lab.office.example
}
before_imap() {
  on ben python3 -u /scene/tools/imap_idle.py mail.office.example ben "$(pw ben)" >> "$LOGS/imap_idle.log" 2>&1 < /dev/null &
}

# --- acts -------------------------------------------------------------------

act_dhcp() {       # carla's computer is switched on
  on carla sysctl -qw net.ipv6.conf.eth0.accept_ra=1
  on carla ip link set eth0 up
  sleep 5          # until the switch port forwards (spanning tree)
  on carla udhcpc -i eth0 -f -q -n -t 5 -T 2 -x hostname:carla -s /etc/udhcpc/default.script
}

act_names() {
  on ben dig +noall +answer office.example MX
  on ben dig +noall +answer +tcp office.example TXT
  on ben dig +noall +answer wiki.office.example AAAA
  on ben dig +noall +answer -x 10.20.0.10
  on ben dig +noall +answer nobody.office.example A
}

act_ping() {
  on anna ping -n -c 3 -i 0.3 harbour.office.example
  on anna ping -n -6 -c 3 -i 0.3 wiki.office.example
}

act_gateway() {    # VRRP's movable address answers as well
  on carla ping -n -c 2 -i 0.3 10.20.0.254
}

act_traceroute() { on anna traceroute -q 1 -N 1 -m 6 cloud.office.example; }

act_time() {
  on anna chronyd -Q -t 6 -4 -f /dev/null 'server time.office.example iburst maxsamples 3'
}

act_web() {
  on anna curl -sS http://www.office.example/ http://www.office.example/style.css http://www.office.example/plan.txt
  on carla curl -sS http://www.office.example/no-such-page
  on ben curl -sS --cacert /scene/ca.pem https://www.office.example/plan.txt
  on ben curl -sS -4 http://wiki.office.example/
  on carla curl -sS -6 http://wiki.office.example/
}

act_web_odd_ports() {
  # Clients may use any port: these source ports have names in port tables.
  on carla curl -sS -4 --local-port 5060 http://wiki.office.example/
  on ben curl -sS --local-port 3306 http://www.office.example/style.css
  on anna curl -sS --local-port 6667 http://www.office.example/
  # A server on a port nobody registered.
  on ben curl -sS http://lab.office.example:41999/
  # Nobody listens here: the answer to the SYN is a RST.
  on carla curl -sS http://harbour.office.example:8080/ || true
  # Nobody listens here either, over UDP: ICMP port unreachable.
  on ben logger -d -n harbour.office.example -P 514 --rfc3164 'hello?'
}

act_quic() {
  on anna curl -sS -I --cacert /scene/ca.pem https://cloud.office.example/   # alt-svc tells of HTTP/3
  on anna env PYTHONPATH=/scene/pylib python3 /scene/tools/h3_get.py /scene/ca.pem cloud.office.example / /backup.txt
}

act_mail() {
  on anna swaks --server mail.office.example --ehlo anna.office.example --from anna@office.example \
    --to ben@office.example --h-Subject 'Lunch?' --body 'Fish or soup, Ben?'
  on anna swaks --server mail.office.example:587 --ehlo anna.office.example --from anna@office.example \
    --to carla@office.example --tls --auth PLAIN --auth-user anna --auth-password "$(pw anna)" \
    --h-Subject 'The plan' --body 'This one is encrypted on its way in.'
  sleep 1
  on ben curl -sS "pop3://ben:$(pw ben)@mail.office.example/1"
  on carla curl -sS --login-options AUTH=LOGIN "imap://carla:$(pw carla)@mail.office.example/INBOX;MAILINDEX=1"
}

act_ftp() {
  local url=ftp://ftp.office.example
  # Passive, as EPSV and as the older PASV; then active, as PORT.
  on anna curl -sS -u "anna:$(pw anna)" $url/
  on anna curl -sS -u "anna:$(pw anna)" --disable-epsv -T /scene/ca.pem $url/from-anna.txt
  on anna curl -sS -u "anna:$(pw anna)" --disable-eprt -P - $url/tides.txt
  on ben bash -c 'for i in {1..300}; do echo "lamp $i: replaced in year $((1990 + i % 35))"; done > /tmp/lamps.txt'
  on ben lftp -u "anna,$(pw anna)" -e 'set ftp:passive-mode off; set ftp:ssl-allow no; ls; put /tmp/lamps.txt; bye' $url
}

act_smb() {
  on anna nmblookup -B 10.20.0.255 FILES
  on anna smbclient //files.office.example/share "$(pw anna)" -U anna -W OFFICE \
    -c 'ls; get cargo.csv /tmp/cargo.csv; put /etc/motd motd.txt; ls'
}

act_print() {
  on ben bash -c 'for i in {1..120}; do echo "line $i of the harbour report"; done > /tmp/report.txt'
  on ben rlpr -H printer.office.example -P lp /tmp/report.txt
  on ben rlpq -H printer.office.example -P lp
}

act_camera() { on ben ffmpeg -nostdin -hide_banner -loglevel warning -rtsp_transport udp -i rtsp://camera.office.example/yard -t 5 -f null -; }

act_call() {       # anna calls ben, for five seconds
  on ben timeout 20 baresip -f /etc/scene/phone -t 11 &
  sleep 1.5
  on anna timeout 20 baresip -f /etc/scene/phone -e '/dial sip:ben@pbx.office.example' -t 6 || true
  wait $! || true
}

act_xmpp() {
  on ben timeout 20 python3 /scene/tools/xmpp_talk.py ben "$(pw ben)" anna 7 'I am.' 'Soup, please.' &
  sleep 1.5
  on anna timeout 20 python3 /scene/tools/xmpp_talk.py anna "$(pw anna)" ben 4 'Are you there, Ben?' 'Fish or soup?'
  wait $! || true
}

act_irc() {
  local room='/tmp/irc/chat.office.example'
  on ben   timeout 9 ii -i /tmp/irc -s chat.office.example -n ben -f Ben & local one=$!
  on carla timeout 9 ii -i /tmp/irc -s chat.office.example -n carla -f Carla & local two=$!
  sleep 2
  on ben   bash -c "echo '/j #office' > $room/in"
  on carla bash -c "echo '/j #office' > $room/in"
  sleep 1
  on ben   bash -c "echo 'Soup today?' > '$room/#office/in'"
  sleep 0.6
  on carla bash -c "echo 'Soup it is.' > '$room/#office/in'"
  sleep 0.6
  on ben   bash -c "echo '/q bye' > $room/in"
  on carla bash -c "echo '/q' > $room/in"
  wait $one $two || true
}

act_game() {
  on carla bash -c '(sleep 2; echo "hello arena"; sleep 1; echo "/flag show"; sleep 1; echo "/quit"; sleep 1) |
    timeout 10 bzadmin -ui stdboth carla@games.office.example:5154'
}

act_login() {
  on anna ssh -S /run/ssh-lab lab.office.example 'ls -l /srv/bench; date'       # over the old connection
  on carla sshpass -p "$(pw carla)" ssh -o StrictHostKeyChecking=no carla@lab.office.example 'id; echo done'
  on ben expect /scene/tools/telnet.expect lab.office.example ben "$(pw ben)"
}

act_groups() {
  on carla python3 /scene/tools/join_group.py 239.20.0.1      # IGMP
  on anna python3 /scene/tools/mdns_browse.py _printer._tcp.local.
}

play_scene() {
  act act_dhcp &                 # takes a few seconds, and runs beside
  local dhcp=$!
  act start_gw2
  act act_names
  act act_ping
  act act_traceroute
  act act_time
  wait $dhcp || true
  act act_gateway
  act act_web
  act act_web_odd_ports
  act act_quic
  act act_mail
  act act_ftp
  act act_smb
  act act_print
  act act_camera &
  local camera=$!
  act act_login
  wait $camera || true
  act act_call
  act act_xmpp
  act act_irc
  act act_game
  act act_groups
  sleep 1
}
