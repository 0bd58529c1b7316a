#!/bin/sh
# rsyslog 8.2302.0 (Debian 12, amd64): its template for RFC 5424, RSYSLOG_SyslogProtocol23Format,
# puts two blanks before the message of a record that came in as RFC 3164.
#
# RFC 5424 has one blank between the structured data and the message. rsyslog's parser for RFC 3164
# keeps the blank behind `tag:` as the first byte of the message, and the template adds its own. A
# reader that takes the message for what follows one blank gets " Accepted ...", and a pattern that
# is anchored at its beginning matches nothing. A record that came in as RFC 5424 has one blank.
#
# Output seen:
#   <86>1 ... web1 sshd 7 - -  Accepted publickey for alice ...   (came in as RFC 3164)
#   <86>1 ... web1 sshd 8 - - Accepted publickey for bob ...      (came in as RFC 5424)
set -eu
dir=$(mktemp -d)
trap 'kill "$(cat "$dir/pid" 2>/dev/null)" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -q -o APT::Sandbox::User=root download rsyslog=8.2302.0-1+deb12u2 libestr0=0.1.11-1 \
    libfastjson4=1.2304.0-1 liblognorm5=2.0.6-4 >/dev/null
for package in *.deb; do dpkg -x "$package" root; done
libraries=$dir/root/usr/lib/x86_64-linux-gnu
cat >rsyslog.conf <<END
module(load="imudp")
global(workDirectory="$dir" net.enableDNS="off")
input(type="imudp" address="127.0.0.1" port="51414")
action(type="omfile" file="$dir/out.log" template="RSYSLOG_SyslogProtocol23Format")
END
LD_LIBRARY_PATH=$libraries root/usr/sbin/rsyslogd -n -f rsyslog.conf -i "$dir/pid" \
    -M "$libraries/rsyslog" &
python3 - "$dir/out.log" <<'END'
import pathlib, socket, sys, time

sent = [
    b"<86>Mar  2 09:00:01 web1 sshd[7]: Accepted publickey for alice from 192.0.2.7 port 49152 ssh2",
    b"<86>1 2026-03-02T09:00:01Z web1 sshd 8 - - Accepted publickey for bob from 192.0.2.7 port 49153 ssh2",
]
out = pathlib.Path(sys.argv[1])
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(100):
    for record in sent:
        udp.sendto(record, ("127.0.0.1", 51414))
    time.sleep(0.1)
    lines = out.read_text().splitlines() if out.exists() else []
    old = [line for line in lines if " sshd 7 - -" in line]
    new = [line for line in lines if " sshd 8 - -" in line]
    if old and new:
        break
else:
    sys.exit("rsyslogd wrote nothing")
print(old[0], new[0], sep="\n")
assert " sshd 7 - -  Accepted" in old[0], "one blank: rsyslog has changed"
assert " sshd 8 - - Accepted" in new[0], "two blanks: rsyslog has changed"
END
