"""Makers of bounces: private instances of Postfix, Exim and OpenSMTPD that send everything to one server on loopback, which
refuses by the recipient's name and takes what comes back to the sender."""

import os
import pwd
import smtplib
import subprocess
from pathlib import Path

from .sink import Sink
from .system import alive, banner, end_process, free_port, run, uninterrupted, wait_until
from .unpacked import Namespace, unpacked

SENDER = "me@home.test"
REFUSALS = {
    "unknown": "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table",
    "full": "552 5.2.2 <{}>: Recipient address rejected: Mailbox is full",
    "slow": "451 4.3.0 <{}>: Temporary lookup failure",
}
LATER = {
    "policy": "554 5.7.1 Message rejected due to local policy",
    "big": "552 5.3.4 Message size exceeds fixed maximum message size",
}


def refusing_sink() -> Sink:
    """The other side: `unknown@…`, `full@…` and `slow@…` are refused at RCPT, `policy@…` and `big@…` after the dot; it says
    beforehand how much it takes, which `huge` exceeds."""

    def at_rcpt(address):
        answer = REFUSALS.get(address.split("@")[0])
        return answer and answer.format(address)

    return Sink(on_rcpt=at_rcpt, on_data=lambda arrival: LATER.get(arrival.recipients[0].split("@")[0]), size_limit=300_000)


def letter(kind: str, maker: str) -> str:
    size = 400_000 if kind == "huge" else 200
    return (f"From: {SENDER}\nTo: {kind}@remote.test\nSubject: To {kind}\nMessage-ID: <{kind}.{maker}@home.test>\n\n"
            + "A letter.\n" * (size // 10))


class PostfixMaker:
    """Postfix with one relay; a delay is told after a second, and a mail that waits for six seconds comes back."""

    name = "Postfix"
    main = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.home.test
mydestination =
alias_maps =
alias_database =
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtp_host_lookup = native
in_flow_delay = 0
delay_warning_time = 1s
minimal_backoff_time = 2s
maximal_backoff_time = 2s
queue_run_delay = 2s
maximal_queue_lifetime = 6s
bounce_queue_lifetime = 6s
"""
    master = """
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""

    def __init__(self, folder: Path, sink: int):
        self.folder = folder
        for name in ("conf", "queue", "data"):
            (folder / name).mkdir(parents=True)
        owner = pwd.getpwnam("postfix")
        os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
        (folder / "conf/main.cf").write_text(self.main.format(folder=folder, sink=sink))
        (folder / "conf/master.cf").write_text(self.master)

    def start(self) -> None:
        with uninterrupted():
            run("postfix", "-c", self.folder / "conf", "start", start_new_session=True)

    def stop(self) -> None:
        pid_file = self.folder / "queue/pid/master.pid"
        pid = int(pid_file.read_text()) if pid_file.exists() else 0
        if pid and alive(pid):
            run("postfix", "-c", self.folder / "conf", "stop", check=False)
            end_process(pid)

    def send(self, kind: str, notify: str = "") -> None:
        options = ["-N", notify] if notify else []
        subprocess.run(["sendmail", "-C", str(self.folder / "conf"), "-f", SENDER, *options, f"{kind}@remote.test"],
                       input=letter(kind, self.name.lower()), text=True, check=True, timeout=30)

    def tick(self) -> None:
        """Its queue runs by itself."""


class EximMaker:
    """Exim, run once for each letter and for each look at its queue."""

    name = "Exim"
    conf = """
exim_path = {binary}
exim_user = nobody
exim_group = nogroup
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
primary_hostname = exim.home.test
trusted_users = root : nobody
delay_warning = 1s
local_interfaces = 127.0.0.1
keep_environment =
dsn_advertise_hosts = *
acl_smtp_rcpt = accept
begin routers
out:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = out
begin transports
out:
  driver = smtp
  port = {sink}
  allow_localhost
begin retry
* * F,6s,1s
"""

    def __init__(self, folder: Path, sink: int):
        self.folder = folder
        for name in ("spool", "log"):
            (folder / name).mkdir(parents=True)
            owner = pwd.getpwnam("nobody")
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
        self.binary = unpacked("exim4-daemon-light") / "usr/sbin/exim4"
        self.file = folder / "exim.conf"
        self.file.write_text(self.conf.format(binary=self.binary, folder=folder, sink=sink))
        self.file.chmod(0o644)
        self.space = Namespace(folder / "space", users=["Debian-exim"])

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def send(self, kind: str, notify: str = "") -> None:
        words = ["EHLO home.test", f"MAIL FROM:<{SENDER}>",
                 f"RCPT TO:<{kind}@remote.test>" + (f" NOTIFY={notify}" if notify else ""), "DATA"]
        session = "\r\n".join([*words, *letter(kind, self.name.lower()).splitlines(), ".", "QUIT", ""])
        self.space.run(self.binary, "-C", self.file, "-odf", "-bs", text=session)

    def tick(self) -> None:
        self.space.run(self.binary, "-C", self.file, "-qff")


class OpenSMTPDMaker:
    """OpenSMTPD with a listener for its letters; warns after two seconds, gives up after eight."""

    name = "OpenSMTPD"
    conf = """
listen on 127.0.0.1 port {port}
bounce warn-interval 2s
queue ttl 8s
action out relay host smtp://127.0.0.1:{sink}
match from any for any action out
"""

    def __init__(self, folder: Path, sink: int):
        self.folder, self.port = folder, free_port()
        folder.mkdir(parents=True)
        root = unpacked("opensmtpd")
        self.file = folder / "smtpd.conf"
        self.file.write_text(self.conf.format(port=self.port, sink=sink))
        self.space = Namespace(
            folder / "space", users=["opensmtpd", "opensmtpq"], over={"/usr/sbin": root / "usr/sbin"},
            empty=["/var/spool", "/var/lib", "/run"],
            setup=["install -d -m 711 /var/spool/smtpd", "install -d /var/lib/opensmtpd/empty"])
        self.process = None

    def start(self) -> None:
        with uninterrupted(), open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(self.space.words("/usr/sbin/smtpd", "-d", "-f", self.file), stdout=log, stderr=log,
                                            start_new_session=True)
        wait_until("OpenSMTPD", lambda: banner(self.port).startswith(b"220"), 20)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def send(self, kind: str, notify: str = "") -> None:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as client:
            client.sendmail(SENDER, [f"{kind}@remote.test"], letter(kind, self.name.lower()).replace("\n", "\r\n"),
                            rcpt_options=[f"NOTIFY={notify}"] if notify else [])

    def tick(self) -> None:
        """Its queue runs by itself."""
