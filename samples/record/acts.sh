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
  serve desk1 ssh -o StrictHostKeyChecking=no -M -S /run/ssh-lab -N desk1@lab.office.example
}
before_imap() {
  on desk2 python3 -u /scene/tools/imap_idle.py mail.office.example desk2 "$(pw desk2)" >> "$LOGS/imap_idle.log" 2>&1 < /dev/null &
}

# --- acts -------------------------------------------------------------------

act_dhcp() {       # laptop's computer is switched on
  on laptop sysctl -qw net.ipv6.conf.eth0.accept_ra=1
  on laptop ip link set eth0 up
  sleep 5          # until the switch port forwards (spanning tree)
  on laptop udhcpc -i eth0 -f -q -n -t 5 -T 2 -x hostname:laptop -s /etc/udhcpc/default.script
}

act_names() {
  on desk2 dig +noall +answer office.example MX
  on desk2 dig +noall +answer +tcp office.example TXT
  on desk2 dig +noall +answer wiki.office.example AAAA
  on desk2 dig +noall +answer -x 10.20.0.10
  on desk2 dig +noall +answer nobody.office.example A
}

act_ping() {
  on desk1 ping -n -c 3 -i 0.3 harbour.office.example
  on desk1 ping -n -6 -c 3 -i 0.3 wiki.office.example
}

act_gateway() {    # VRRP's movable address answers as well
  on laptop ping -n -c 2 -i 0.3 10.20.0.254
}

act_traceroute() { on desk1 traceroute -q 1 -N 1 -m 6 cloud.office.example; }

act_time() {
  on desk1 chronyd -Q -t 6 -4 -f /dev/null 'server time.office.example iburst maxsamples 3'
}

act_web() {
  on desk1 curl -sS http://www.office.example/ http://www.office.example/style.css http://www.office.example/plan.txt
  on laptop curl -sS http://www.office.example/no-such-page
  on desk2 curl -sS --cacert /scene/ca.pem https://www.office.example/plan.txt
  on desk2 curl -sS -4 http://wiki.office.example/
  on laptop curl -sS -6 http://wiki.office.example/
}

act_web_odd_ports() {
  # Clients may use any port: these source ports have names in port tables.
  on laptop curl -sS -4 --local-port 5060 http://wiki.office.example/
  on desk2 curl -sS --local-port 3306 http://www.office.example/style.css
  on desk1 curl -sS --local-port 6667 http://www.office.example/
  # A server on a port nobody registered.
  on desk2 curl -sS http://lab.office.example:41999/
  # Nobody listens here: the answer to the SYN is a RST.
  on laptop curl -sS http://harbour.office.example:8080/ || true
  # Nobody listens here either, over UDP: ICMP port unreachable.
  on desk2 logger -d -n harbour.office.example -P 514 --rfc3164 'hello?'
}

act_quic() {
  on desk1 curl -sS -I --cacert /scene/ca.pem https://cloud.office.example/   # alt-svc tells of HTTP/3
  on desk1 env PYTHONPATH=/scene/pylib python3 /scene/tools/h3_get.py /scene/ca.pem cloud.office.example / /backup.txt
}

act_mail() {
  on desk1 swaks --server mail.office.example --ehlo desk1.office.example --from desk1@office.example \
    --to desk2@office.example --h-Subject 'Lunch?' --body 'Fish or soup, Desk2?'
  on desk1 swaks --server mail.office.example:587 --ehlo desk1.office.example --from desk1@office.example \
    --to laptop@office.example --tls --auth PLAIN --auth-user desk1 --auth-password "$(pw desk1)" \
    --h-Subject 'The plan' --body 'This one is encrypted on its way in.'
  sleep 1
  on desk2 curl -sS "pop3://desk2:$(pw desk2)@mail.office.example/1"
  on laptop curl -sS --login-options AUTH=LOGIN "imap://laptop:$(pw laptop)@mail.office.example/INBOX;MAILINDEX=1"
}

act_ftp() {
  local url=ftp://ftp.office.example
  # Passive, as EPSV and as the older PASV; then active, as PORT.
  on desk1 curl -sS -u "desk1:$(pw desk1)" $url/
  on desk1 curl -sS -u "desk1:$(pw desk1)" --disable-epsv -T /scene/ca.pem $url/from-desk1.txt
  on desk1 curl -sS -u "desk1:$(pw desk1)" --disable-eprt -P - $url/tides.txt
  on desk2 bash -c 'for i in {1..300}; do echo "lamp $i: replaced in year $((1990 + i % 35))"; done > /tmp/lamps.txt'
  on desk2 lftp -u "desk1,$(pw desk1)" -e 'set ftp:passive-mode off; set ftp:ssl-allow no; ls; put /tmp/lamps.txt; bye' $url
}

act_smb() {
  on desk1 nmblookup -B 10.20.0.255 FILES
  on desk1 smbclient //files.office.example/share "$(pw desk1)" -U desk1 -W OFFICE \
    -c 'ls; get cargo.csv /tmp/cargo.csv; put /etc/motd motd.txt; ls'
}

act_print() {
  on desk2 bash -c 'for i in {1..120}; do echo "line $i of the harbour report"; done > /tmp/report.txt'
  on desk2 rlpr -H printer.office.example -P lp /tmp/report.txt
  on desk2 rlpq -H printer.office.example -P lp
}

act_camera() { on desk2 ffmpeg -nostdin -hide_banner -loglevel warning -rtsp_transport udp -i rtsp://camera.office.example/yard -t 5 -f null -; }

act_call() {       # desk1 calls desk2, for five seconds
  on desk2 timeout 20 baresip -f /etc/scene/phone -t 11 &
  sleep 1.5
  on desk1 timeout 20 baresip -f /etc/scene/phone -e '/dial sip:desk2@pbx.office.example' -t 6 || true
  wait $! || true
}

act_xmpp() {
  on desk2 timeout 20 python3 /scene/tools/xmpp_talk.py desk2 "$(pw desk2)" desk1 7 'I am.' 'Soup, please.' &
  sleep 1.5
  on desk1 timeout 20 python3 /scene/tools/xmpp_talk.py desk1 "$(pw desk1)" desk2 4 'Are you there, Desk2?' 'Fish or soup?'
  wait $! || true
}

act_irc() {
  local room='/tmp/irc/chat.office.example'
  on desk2   timeout 9 ii -i /tmp/irc -s chat.office.example -n desk2 -f Desk2 & local one=$!
  on laptop timeout 9 ii -i /tmp/irc -s chat.office.example -n laptop -f Laptop & local two=$!
  sleep 2
  on desk2   bash -c "echo '/j #office' > $room/in"
  on laptop bash -c "echo '/j #office' > $room/in"
  sleep 1
  on desk2   bash -c "echo 'Soup today?' > '$room/#office/in'"
  sleep 0.6
  on laptop bash -c "echo 'Soup it is.' > '$room/#office/in'"
  sleep 0.6
  on desk2   bash -c "echo '/q bye' > $room/in"
  on laptop bash -c "echo '/q' > $room/in"
  wait $one $two || true
}

act_game() {
  on laptop bash -c '(sleep 2; echo "hello arena"; sleep 1; echo "/flag show"; sleep 1; echo "/quit"; sleep 1) |
    timeout 10 bzadmin -ui stdboth laptop@games.office.example:5154'
}

act_login() {
  on desk1 ssh -S /run/ssh-lab lab.office.example 'ls -l /srv/bench; date'       # over the old connection
  on laptop sshpass -p "$(pw laptop)" ssh -o StrictHostKeyChecking=no laptop@lab.office.example 'id; echo done'
  on desk2 expect /scene/tools/telnet.expect lab.office.example desk2 "$(pw desk2)"
}

act_groups() {
  on laptop python3 /scene/tools/join_group.py 239.20.0.1      # IGMP
  on desk1 python3 /scene/tools/mdns_browse.py _printer._tcp.local.
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
