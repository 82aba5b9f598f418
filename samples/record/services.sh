# The servers of the office, one function per machine.  Sourced by record.sh.
# Each writes its configuration into its host's own throw-away file system.

# put HOST FILE: write standard input to a file on a host.
put() { on "$1" bash -c 'mkdir -p "$(dirname "$0")"; cat > "$0"' "$2"; }

# serve HOST COMMAND...: run a server in the background; it ends with the scene.
serve() {
  local host=$1; shift
  on "$host" "$@" >> "$LOGS/$host.log" 2>&1 < /dev/null &
}

# wait_for HOST tcp|udp PORT...: until something listens there (at most 15 s).
# Asks the kernel, not the server, so it puts nothing on the wire.
wait_for() {
  local host=$1 kind=$2 port; shift 2
  for port in "$@"; do
    for _ in {1..150}; do
      [[ -n $(on "$host" ss -Hnl --"$kind" "sport = :$port") ]] && continue 2
      sleep 0.1
    done
    echo "warning: nothing listens on $host $kind/$port" >&2
  done
}

# --- routers ----------------------------------------------------------------

# OSPF between the two routers on the LAN; only gw sends IPv6 router
# advertisements.
bird_conf() {
  cat <<CONF
log stderr all;
router id 10.20.0.$1;
protocol device { }
protocol direct { ipv4; }
protocol ospf v2 office {
  ipv4 { import none; export where source = RTS_DEVICE; };
  area 0 {
    interface "eth0" { hello 4; wait 5; dead 16; type broadcast; };
    interface "wan" { stub yes; };
  };
}
CONF
  if [[ $1 = 1 ]]; then
    echo 'protocol radv { interface "eth0" { max ra interval 20; prefix 2001:db8:20::/64 { }; }; }'
  fi
}

start_gw() {
  bird_conf 1 | put gw /etc/scene/bird.conf
  serve gw bird -f -s /run/bird.ctl -c /etc/scene/bird.conf
  # VRRP keeps 10.20.0.254 as a second, movable address of the gateway.
  put gw /etc/scene/keepalived.conf <<'CONF'
vrrp_instance OFFICE {
  state MASTER
  interface eth0
  virtual_router_id 20
  priority 150
  advert_int 3
  virtual_ipaddress { 10.20.0.254/24 }
}
CONF
  serve gw keepalived -n -l --vrrp -f /etc/scene/keepalived.conf
}

start_gw2() {    # an act of its own: its arrival shows how OSPF neighbours meet
  bird_conf 3 | put gw2 /etc/scene/bird.conf
  serve gw2 bird -f -s /run/bird.ctl -c /etc/scene/bird.conf
}

# --- names, addresses, time -------------------------------------------------

start_core() {
  put core /etc/scene/dnsmasq.conf <<'CONF'
user=root
no-resolv
no-hosts
bind-interfaces
interface=eth0
no-ping
domain=office.example
# Whatever is not named below does not exist: there is no outside world here.
address=/#/
host-record=gw.office.example,10.20.0.1,2001:db8:20::1
host-record=core.office.example,10.20.0.2,2001:db8:20::2
host-record=gw2.office.example,10.20.0.3
host-record=harbour.office.example,10.20.0.10
host-record=www.office.example,10.20.0.10
host-record=mail.office.example,10.20.0.10
host-record=ftp.office.example,10.20.0.10
host-record=wiki.office.example,10.20.0.11,2001:db8:20::11
host-record=files.office.example,10.20.0.12
host-record=printer.office.example,10.20.0.13
host-record=camera.office.example,10.20.0.14
host-record=pbx.office.example,10.20.0.15
host-record=chat.office.example,10.20.0.16
host-record=games.office.example,10.20.0.17
host-record=lab.office.example,10.20.0.18
host-record=desk1.office.example,10.20.0.101
host-record=desk2.office.example,10.20.0.102
host-record=laptop.office.example,10.20.0.150
host-record=wan.isp.example,192.0.2.2
host-record=cloud.office.example,198.51.100.80
cname=time.office.example,core.office.example
mx-host=office.example,mail.office.example,10
srv-host=_xmpp-client._tcp.office.example,chat.office.example,5222
txt-record=office.example,"v=spf1 mx -all"
dhcp-authoritative
dhcp-range=10.20.0.150,10.20.0.159,255.255.255.0,1h
dhcp-host=02:00:00:00:20:67,10.20.0.150,laptop
dhcp-option=option:router,10.20.0.1
dhcp-option=option:dns-server,10.20.0.2
dhcp-option=option:ntp-server,10.20.0.2
CONF
  serve core dnsmasq -k --log-facility=- -C /etc/scene/dnsmasq.conf

  # -x: the clock of the machine is not ours to set.
  put core /etc/scene/chrony.conf <<'CONF'
local stratum 3
allow 10.20.0.0/24
cmdport 0
pidfile /run/chronyd.pid
CONF
  serve core chronyd -d -x -u root -f /etc/scene/chrony.conf
  wait_for core udp 53 67 123
  wait_for core tcp 53
}

# --- web, mail and ftp on one address ---------------------------------------

start_harbour() {
  start_harbour_web
  start_harbour_mail
  start_harbour_ftp
  wait_for harbour tcp 80 443 25 587 110 143 21
}

start_harbour_web() {
  put harbour /srv/www/index.html <<'HTML'
<!doctype html>
<html><head><title>Office</title><link rel="stylesheet" href="style.css"></head>
<body><h1>Good morning, office!</h1>
<p>The printer is out of yellow. The harbour plan is in <a href="plan.txt">plan.txt</a>.</p>
</body></html>
HTML
  put harbour /srv/www/style.css <<< 'body { font: 16px serif; margin: 3em; background: #f4efe4; color: #123; }'
  on harbour bash -c 'for i in {1..400}; do echo "berth $i: depth $((i * 7 % 13 + 3)) m, free"; done' \
    | put harbour /srv/www/plan.txt
  put harbour /etc/scene/nginx.conf <<'CONF'
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr;
events { worker_connections 64; }
http {
  include /etc/nginx/mime.types;
  access_log off;
  server_tokens off;
  root /srv/www;
  server { listen 80; server_name www.office.example; }
  server {
    listen 443 ssl http2;
    server_name www.office.example;
    ssl_certificate /scene/harbour.pem;
    ssl_certificate_key /scene/harbour.key;
  }
}
CONF
  serve harbour nginx -c /etc/scene/nginx.conf -g 'daemon off;'
}

start_harbour_mail() {
  on harbour useradd -r -m -d /srv/mail -u 950 vmail
  # Exim reads this file rather than Debian's generated configuration.
  put harbour /etc/exim4/exim4.conf <<'CONF'
primary_hostname = mail.office.example
smtp_banner = mail.office.example ESMTP ready
domainlist local = office.example
daemon_smtp_ports = 25 : 587
acl_smtp_rcpt = rcpt
tls_advertise_hosts = *
tls_certificate = /scene/harbour.pem
tls_privatekey = /scene/harbour.key
disable_ipv6 = true
host_lookup =
rfc1413_hosts =
begin acl
rcpt:
  accept domains = +local
  accept authenticated = *
  deny   message = no relaying here
begin routers
people:
  driver = accept
  domains = +local
  local_parts = desk1 : desk2 : laptop
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = /srv/mail/$local_part_data
  maildir_format
  user = vmail
  group = vmail
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if eq{$auth3}{${auth2}-PASSWORD_TAIL}}
  server_set_id = $auth2
CONF
  on harbour sed -i "s/PASSWORD_TAIL/$PASSWORD_TAIL/" /etc/exim4/exim4.conf
  on harbour chmod 640 /etc/exim4/exim4.conf
  on harbour chgrp Debian-exim /etc/exim4/exim4.conf
  serve harbour exim4 -bdf

  on harbour bash -c 'for p in desk1 desk2 laptop; do echo "$p:{PLAIN}$p-'"$PASSWORD_TAIL"'"; done' \
    | put harbour /etc/scene/dovecot.users
  put harbour /etc/scene/dovecot.conf <<'CONF'
listen = *
protocols = imap pop3
login_greeting = Office mail ready.
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:/srv/mail/%n
first_valid_uid = 900
log_path = /dev/stderr
passdb {
  driver = passwd-file
  args = username_format=%n /etc/scene/dovecot.users
}
userdb {
  driver = static
  args = uid=vmail gid=vmail home=/srv/mail/%n
}
CONF
  serve harbour dovecot -F -c /etc/scene/dovecot.conf
}

start_harbour_ftp() {
  put harbour /home/desk1/tides.txt <<< $'high water 06:12 and 18:40\nlow water 00:01 and 12:25'
  put harbour /home/desk1/welcome.txt <<< 'Files of the office. Please tidy up after yourself.'
  on harbour chown -R desk1:desk1 /home/desk1
  put harbour /etc/scene/vsftpd.conf <<'CONF'
listen=YES
listen_ipv6=NO
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
connect_from_port_20=YES
pasv_min_port=50100
pasv_max_port=50120
ftpd_banner=Office file transfer ready.
seccomp_sandbox=NO
secure_chroot_dir=/run/vsftpd/empty
pam_service_name=vsftpd
CONF
  on harbour mkdir -p /run/vsftpd/empty
  serve harbour vsftpd /etc/scene/vsftpd.conf
}

# --- the second web server, also over IPv6 ----------------------------------

start_wiki() {
  put wiki /srv/www/index.html <<< '<!doctype html><title>Wiki</title><h1>Wiki</h1><p>How to ask the printer nicely.</p>'
  put wiki /etc/scene/nginx.conf <<'CONF'
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr;
events { worker_connections 64; }
http {
  include /etc/nginx/mime.types;
  access_log off;
  server_tokens off;
  server { listen 80; listen [::]:80; root /srv/www; }
}
CONF
  serve wiki nginx -c /etc/scene/nginx.conf -g 'daemon off;'
  wait_for wiki tcp 80
}

# --- Windows file sharing ---------------------------------------------------

start_files() {
  on files mkdir -p /srv/share /run/samba
  put files /srv/share/minutes.txt <<< 'Minutes of Monday: the coffee machine stays.'
  on files bash -c 'for i in {1..900}; do echo "$i;crate $((i * 31 % 97));quay $((i % 9))"; done' \
    | put files /srv/share/cargo.csv
  on files chown -R desk1 /srv/share
  put files /etc/samba/smb.conf <<'CONF'
[global]
  workgroup = OFFICE
  netbios name = FILES
  server string = Office files
  server role = standalone server
  interfaces = eth0
  bind interfaces only = yes
  disable spoolss = yes
  load printers = no
  local master = no
  max disk size = 1000
  log file = /var/log/samba/log
[share]
  path = /srv/share
  read only = no
CONF
  printf '%s\n%s\n' "desk1-$PASSWORD_TAIL" "desk1-$PASSWORD_TAIL" | on files smbpasswd -a -s desk1 >> "$LOGS/files.log"
  serve files smbd -F --no-process-group
  serve files nmbd -F --no-process-group
  wait_for files tcp 445 139
  wait_for files udp 137
}

# --- the printer: a real lpd, and its name by mDNS --------------------------

start_printer() {
  on printer bash -c 'mkdir -p /var/spool/lpd/lp; chown daemon:lp /var/spool/lpd/lp; chmod 775 /var/spool/lpd/lp
                      touch /var/spool/lpd/paper; chown daemon /var/spool/lpd/paper'
  put printer /etc/printcap <<'CONF'
lp|office printer:\
	:lp=/var/spool/lpd/paper:sd=/var/spool/lpd/lp:lf=/var/spool/lpd/log:mx#0:sh:
CONF
  # lpd asks the DNS for the caller's name and looks it up here.
  put printer /etc/hosts.lpd <<< $'desk1.office.example\nben.office.example'
  serve printer lpd -l
  put printer /etc/avahi/avahi-daemon.conf <<'CONF'
[server]
host-name=printer
use-ipv4=yes
use-ipv6=no
enable-dbus=no
[publish]
publish-hinfo=no
publish-workstation=no
CONF
  put printer /etc/avahi/services/lpd.service <<'CONF'
<?xml version="1.0"?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name>Office printer</name>
  <service>
    <type>_printer._tcp</type><port>515</port>
    <txt-record>rp=lp</txt-record><txt-record>note=corridor</txt-record>
  </service>
</service-group>
CONF
  serve printer avahi-daemon -f /etc/avahi/avahi-daemon.conf --no-drop-root --no-chroot --no-rlimits
  wait_for printer tcp 515
  wait_for printer udp 5353
}

# --- pictures, telephone, talk, play ----------------------------------------

start_camera() {
  serve camera python3 /scene/tools/rtsp_server.py
  wait_for camera tcp 554
}

start_pbx() {
  # A registrar and proxy; the voices go straight from phone to phone.
  put pbx /etc/scene/kamailio.cfg <<'CONF'
debug=1
log_stderror=yes
children=1
disable_tcp=yes
listen=udp:10.20.0.15:5060
alias="pbx.office.example"
server_signature=no
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("REGISTER")) { save("location"); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not Here"); exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  record_route();
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_relay();
}
CONF
  on pbx sed -i "s|^mpath=.*|mpath=\"$(dirname "$(dpkg -L kamailio | grep -m1 '/modules/tm\.so$')")/\"|" /etc/scene/kamailio.cfg
  serve pbx kamailio -DD -E -m 16 -M 4 -Y /run -f /etc/scene/kamailio.cfg
  wait_for pbx udp 5060

  # The phones: one account each, a tone instead of a microphone.
  local person tone=440
  for person in desk1 desk2; do
    put $person /etc/scene/phone/config <<CONF
poll_method epoll
sip_listen 0.0.0.0:5060
audio_source ausine,$tone
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
ausrc_srate 48000
ausrc_channels 2
auplay_srate 8000
rtp_ports 16384-16484
module_path $(dirname "$(dpkg -L baresip-core | grep -m1 '/g711\.so$')")
module g711.so
module ausine.so
module aubridge.so
module_app account.so
module_app menu.so
CONF
    put $person /etc/scene/phone/accounts \
      <<< "<sip:$person@pbx.office.example>;auth_user=$person;auth_pass=$person-$PASSWORD_TAIL;answermode=auto;audio_codecs=PCMU/8000/1;regint=120"
    put $person /etc/scene/phone/contacts <<< ''
    tone=$((tone + 110))
  done
}

start_chat() {
  put chat /etc/scene/prosody.cfg.lua <<'CONF'
pidfile = "/run/prosody/prosody.pid"
data_path = "/var/lib/prosody"
log = { info = "*console" }
interfaces = { "10.20.0.16" }
local_interfaces = { "127.0.0.1" }
modules_enabled = { "roster", "saslauth", "disco", "ping" }
modules_disabled = { "s2s", "posix_signals", "http", "tls" }
c2s_require_encryption = false   -- so that the talk can be read in the capture
authentication = "internal_hashed"
VirtualHost "office.example"
CONF
  on chat bash -c "mkdir -p /run/prosody; chown prosody /run/prosody; chmod 644 /etc/scene/prosody.cfg.lua
    for p in desk1 desk2; do prosodyctl --config /etc/scene/prosody.cfg.lua register \$p office.example \$p-$PASSWORD_TAIL; done" \
    >> "$LOGS/chat.log" 2>&1
  serve chat setpriv --reuid prosody --regid prosody --init-groups prosody -F --config /etc/scene/prosody.cfg.lua

  put chat /etc/scene/ngircd.conf <<'CONF'
[Global]
  Name = chat.office.example
  Info = Office chat
  AdminInfo1 = Office
  Listen = 10.20.0.16
  Ports = 6667
  MotdPhrase = Be kind.
  ServerUID = irc
  ServerGID = irc
[Options]
  PAM = no
  Ident = no
  SyslogFacility = local1
[Channel]
  Name = #office
  Topic = Lunch?
CONF
  on chat chgrp irc /etc/scene/ngircd.conf
  serve chat ngircd -n -f /etc/scene/ngircd.conf
  wait_for chat tcp 5222 6667
}

start_games() {
  serve games bzfs -p 5154 -noMasterBanlist -j -mp 4 -srvmsg "Welcome to the office arena"
  wait_for games tcp 5154
}

# --- logging in, and a port nobody registered -------------------------------

start_lab() {
  on lab ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
  # desk1 has a key, also made for this one recording.
  on desk1 ssh-keygen -q -t ed25519 -N '' -C desk1 -f "$HOME/.ssh/id_ed25519"
  on desk1 cat "$HOME/.ssh/id_ed25519.pub" | put lab /home/desk1/.ssh/authorized_keys
  on lab chown -R desk1:desk1 /home/desk1/.ssh
  on lab mkdir -p /run/sshd
  serve lab /usr/sbin/sshd -D -e -o UseDNS=no
  put lab /etc/scene/inetd.conf <<< 'telnet stream tcp4 nowait root /usr/sbin/telnetd telnetd -h'
  serve lab inetd -d /etc/scene/inetd.conf
  put lab /srv/bench/index.html <<< '<h1>Test bench</h1><p>All lamps green.</p>'
  serve lab python3 -m http.server 41999 --directory /srv/bench
  wait_for lab tcp 22 23 41999
}

start_cloud() {
  on cloud bash -c 'mkdir -p /srv/www; for i in {1..700}; do echo "$i: backup block $((i * 7919 % 65536))"; done > /srv/www/backup.txt'
  put cloud /srv/www/index.html <<< '<h1>Cloud</h1><p>Just another computer, farther away.</p>'
  put cloud /etc/scene/Caddyfile <<'CONF'
{
  admin off
  auto_https off
}
https://cloud.office.example {
  tls /scene/cloud.pem /scene/cloud.key
  root * /srv/www
  file_server
}
CONF
  serve cloud caddy run --config /etc/scene/Caddyfile --adapter caddyfile
  wait_for cloud tcp 443
  wait_for cloud udp 443
}

start_servers() {
  start_core       # first: others ask it for names
  start_gw
  start_harbour
  start_wiki
  start_files
  start_printer
  start_camera
  start_pbx
  start_chat
  start_games
  start_lab
  start_cloud
}
