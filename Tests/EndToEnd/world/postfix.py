"""A private Postfix: its own configuration, queue and log; submission with logins, local mailboxes over LMTP, real bounces."""

import os
import pwd
from pathlib import Path

from .system import alive, banner, end_process, run, uninterrupted, wait_until

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydomain = {domain}
myorigin = {domain}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtp_dns_support_level = disabled
in_flow_delay = 0
message_size_limit = 52428800
mailbox_size_limit = 0
recipient_delimiter = +

# Everything is delivered here through Dovecot; nothing leaves the machine. Who does not exist is found out on delivery,
# so that unknown people come back as a real delivery status notification and not as a refused RCPT.
virtual_mailbox_domains = {domains}
virtual_transport = lmtp:unix:{lmtp}
default_transport = error:5.4.4 this test world ends here
smtpd_reject_unlisted_recipient = no
smtpd_reject_unlisted_sender = no
smtpd_relay_restrictions = permit_mynetworks, reject
default_destination_concurrency_limit = 20

smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth}
smtpd_sasl_security_options = noanonymous
smtpd_sender_login_maps = texthash:{folder}/conf/owners
sender_bcc_maps = texthash:{folder}/conf/copies
{more}
smtpd_tls_cert_file = {certs}/server.pem
smtpd_tls_key_file = {certs}/server-key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 0
smtpd_client_connection_count_limit = 0
"""

MASTER = """
127.0.0.1:{smtp} inet n - n - 200 smtpd
127.0.0.1:{submission} inet n - n - 200 smtpd
{submitting}
127.0.0.1:{submissions} inet n - n - 200 smtpd
  -o smtpd_tls_wrappermode=yes
{submitting}
pickup    unix  n - n 60    1 pickup
cleanup   unix  n - n -     0 cleanup
qmgr      unix  n - n 300   1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -     - trivial-rewrite
bounce    unix  - - n -     0 bounce
defer     unix  - - n -     0 bounce
trace     unix  - - n -     0 bounce
verify    unix  - - n -     1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -     - proxymap
proxywrite unix - - n -     1 proxymap
smtp      unix  - - n -     - smtp
relay     unix  - - n -     - smtp
showq     unix  n - n -     - showq
error     unix  - - n -     - error
retry     unix  - - n -     - error
discard   unix  - - n -     - discard
lmtp      unix  - - n -     20 lmtp
anvil     unix  - - n -     1 anvil
scache    unix  - - n -     1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

# A login may use its own address and no other, as at the big providers: an account that sends as another is found out.
SUBMITTING = """  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o smtpd_sender_restrictions=reject_sender_login_mismatch"""


class Postfix:
    """One private Postfix. Ports: `smtp` trusts loopback (the world's side), `submission` wants STARTTLS and a login,
    `submissions` is the same with TLS from the first byte."""

    def __init__(self, folder: Path, certs: Path, domains: list[str], lmtp: Path, auth: Path, ports: dict[str, int],
                 more: str = ""):
        self.folder, self.ports = folder, ports
        self.conf = folder / "conf"
        for name in ("conf", "queue", "data"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        owner = pwd.getpwnam("postfix")
        os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
        values = dict(folder=folder, certs=certs, domain=domains[0], domains=" ".join(domains), lmtp=lmtp, auth=auth,
                      more=more)
        (self.conf / "main.cf").write_text(MAIN.format(**values))
        (self.conf / "master.cf").write_text(MASTER.format(submitting=SUBMITTING, **ports))
        (self.conf / "owners").touch()
        (self.conf / "copies").touch()

    def own(self, address: str, files_sent: bool = False) -> None:
        """Lets the login `address` send as itself, with a copy for its Sent folder. Read at start, so call it before."""
        with open(self.conf / "owners", "a") as owners:
            owners.write(f"{address} {address}\n")
        if files_sent:
            with open(self.conf / "copies", "a") as copies:
                copies.write(f"{address} {address.replace('@', '+sent@')}\n")

    def start(self) -> None:
        with uninterrupted():
            run("postfix", "-c", self.conf, "start", start_new_session=True)
            self.pid = int((self.folder / "queue/pid/master.pid").read_text())
        for name in ("smtp", "submission"):
            wait_until(f"Postfix on port {self.ports[name]}", lambda: banner(self.ports[name]).startswith(b"220"))

    def stop(self) -> None:
        pid_file = self.folder / "queue/pid/master.pid"
        pid = int(pid_file.read_text()) if pid_file.exists() else 0
        if pid and alive(pid):
            run("postfix", "-c", self.conf, "stop", check=False)
            end_process(pid)

    def log(self) -> str:
        path = self.folder / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def queued(self) -> int:
        """How many mails wait in its queue."""
        said = run("postqueue", "-c", self.conf, "-j").stdout
        return len(said.splitlines())
