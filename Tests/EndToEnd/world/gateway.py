"""Postern as a child process with a configuration of its own, its verbs, and clients that submit mail to it."""

import json
import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

from .system import REPOSITORY, Trouble, banner, free_port, run, uninterrupted, wait_until

CONFIGURATION = """[server]
hostname = "localhost"
data_dir = "{data}"
control_socket = "{socket}"
log_level = "{log_level}"
drain_timeout = "{drain}"

[[listener]]
address = "127.0.0.1"
port = {plain}
tls = "none"

[[listener]]
address = "127.0.0.1"
port = {starttls}
tls = "starttls"
certificate = "{certs}/server.pem"
key = "{certs}/server-key.pem"
trusted_networks = []

[[listener]]
address = "127.0.0.1"
port = {implicit}
tls = "implicit"
certificate = "{certs}/server.pem"
key = "{certs}/server-key.pem"
trusted_networks = []
"""


def binary() -> str:
    """The postern under test: $POSTERN, else the newest build."""
    if os.environ.get("POSTERN"):
        return os.environ["POSTERN"]
    builds = [REPOSITORY / ".build" / kind / "postern" for kind in ("release", "debug")]
    found = sorted((path for path in builds if path.exists()), key=lambda path: path.stat().st_mtime)
    if not found:
        raise Trouble("no postern is built; run swift build, or name one in POSTERN")
    return str(found[-1])


def toml(value) -> str:
    """A value as TOML; JSON's strings, numbers, booleans and arrays are TOML too, tables become inline tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value)


def account_toml(address: str, smtp_port: int, imap_port: int | None = None, tls: str = "starttls", ca_file=None,
                 password: str | None = None, **more) -> str:
    """An [[account]] of an apply file whose servers are on loopback."""
    lines = ["[[account]]", f"address = {toml(address)}"]
    lines.append(f"smtp = {toml(dict(host='localhost', port=smtp_port, tls=tls))}")
    if imap_port:
        lines.append(f"imap = {toml(dict(host='localhost', port=imap_port, tls=tls))}")
    if ca_file:
        lines.append(f"ca_file = {toml(str(ca_file))}")
    if password:
        lines.append(f"password = {toml(password)}")
    lines += [f"{key} = {toml(value)}" for key, value in more.items()]
    return "\n".join(lines) + "\n\n"


def queued_ids(reply: str) -> list[int]:
    """The queue ids that the reply to the end of data names."""
    return [int(word) for word in reply.split("queued as")[1].split()]


class Gateway:
    """One Postern with its own store. `plain` trusts loopback; `starttls` and `implicit` want a login."""

    def __init__(self, certs: Path, settings: str = "", log_level: str = "info", folder: Path | None = None,
                 ports: dict[str, int] | None = None, drain: str = "10s"):
        """`settings` is more TOML for the configuration, after the listeners."""
        self.folder = folder or Path(tempfile.mkdtemp(prefix="postern-gateway-", dir="/tmp"))
        self.certs = certs
        self.data, self.socket = self.folder / "data", self.folder / "control.sock"
        self.data.mkdir(exist_ok=True)
        names = ("plain", "starttls", "implicit")
        self.ports = {name: (ports or {}).get(name) or free_port() for name in names}
        self.conf, self.log_path = self.folder / "postern.toml", self.folder / "postern.log"
        self.log_level, self.drain = log_level, drain
        self.configure(settings)
        self.process: subprocess.Popen | None = None
        self.wrapper: list[str] = []  # words before the daemon's own, see world.faults

    def configure(self, settings: str = "") -> None:
        values = dict(data=self.data, socket=self.socket, certs=self.certs, log_level=self.log_level, drain=self.drain,
                      **self.ports)
        self.conf.write_text(CONFIGURATION.format(**values) + "\n" + settings)

    # --- life ---

    def start(self, seconds: float = 60) -> "Gateway":
        """Starts the daemon and waits until it greets clients and answers verbs."""
        self.launch()
        end = time.monotonic() + seconds
        while not self.answers():
            if self.process.poll() is not None:
                raise Trouble(f"postern ended with {self.process.returncode} at its start:\n{self.log()[-2000:]}")
            if time.monotonic() > end:
                self.kill()
                raise Trouble(f"postern does not answer after {seconds:g} s:\n{self.log()[-2000:]}")
            time.sleep(0.02)
        return self

    def answers(self) -> bool:
        """Whether it greets clients and answers verbs."""
        if not banner(self.ports["plain"]).startswith(b"220"):
            return False
        # A socket's file stays after kill -9, so only a connection says that somebody listens.
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        return True

    def launch(self) -> subprocess.Popen:
        """Starts the daemon without waiting for it."""
        with open(self.log_path, "ab") as log, uninterrupted():
            # Its own session: Ctrl-C at the terminal is for the script, which then stops it in order.
            self.process = subprocess.Popen([*self.wrapper, binary(), "serve", "-c", str(self.conf)], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        return self.process

    def stop(self, seconds: float = 90) -> int:
        """TERM and wait; gives the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Trouble(f"postern did not stop within {seconds:g} s of TERM")

    def kill(self) -> None:
        """kill -9."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def __enter__(self) -> "Gateway":
        return self.start()

    def __exit__(self, kind, *_) -> None:
        try:
            self.stop()
        finally:
            if kind is not None:
                print(f"--- postern's log ({self.log_path}), its end ---\n{self.log()[-6000:]}")
            elif "POSTERN_KEEP" not in os.environ:
                shutil.rmtree(self.folder, ignore_errors=True)

    # --- verbs ---

    def verb(self, *words, check: bool = True, **more) -> subprocess.CompletedProcess:
        """A verb of the command line, asked of this daemon."""
        return run(binary(), *words, "--socket", self.socket, check=check, **more)

    def rows(self, *words) -> list[dict]:
        """What a verb prints with --json, one object a line."""
        return [json.loads(line) for line in self.verb(*words, "--json").stdout.splitlines() if line.strip()]

    def apply(self, text: str, check: bool = True) -> subprocess.CompletedProcess:
        """Makes accounts, pools, submitters and sequences be as the TOML says."""
        file = self.folder / "apply.toml"
        file.write_text(text)
        return self.verb("apply", file, check=check)

    def queue(self, *states: str) -> list[dict]:
        """Messages in these states; all without any."""
        words = [word for state in states or ("all",) for word in ("--state", state)]
        return self.rows("queue", "list", "--limit", "100000", *words)

    def message(self, number: int) -> dict:
        """One message with its attempts."""
        [row] = self.rows("queue", "show", str(number))
        return row

    def explain(self, number: int) -> dict:
        """The gates of a message, by name in `gates`, with the outcome."""
        [report] = self.rows("queue", "explain", str(number))
        return {**report, "gates": {gate["gate"]: gate for gate in report["gates"]}}

    def wait_state(self, number: int, *states: str, seconds: float = 60) -> dict:
        """Waits until a message is in one of these states and gives it."""
        def reached():
            row = self.message(number)
            return row if row["state"] in states else None
        return wait_until(f"message {number} to become {' or '.join(states)} (it is {self.message(number)['state']})",
                          reached, seconds)

    def enrollments(self, key: str) -> dict[str, dict]:
        """Contact and enrollment of a sequence."""
        [sequence] = self.rows("sequence", "show", key)
        return {row["contact"]: row for row in sequence["enrollments"]}

    # --- clients ---

    def submit(self, recipient: str | list[str], subject: str | None = "Hello", text: str = "Hello there.\n",
               headers: dict[str, str] | None = None, sender: str = "app@client.test", login=None) -> str:
        """Submits one mail and gives the reply to its end of data; a refusal is smtplib's exception."""
        recipients = [recipient] if isinstance(recipient, str) else recipient
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, ", ".join(recipients)
        if subject is not None:
            mail["Subject"] = subject
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        return self.submit_raw(mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), sender, recipients, login)

    def submit_raw(self, raw: bytes, sender: str, recipients: list[str], login: tuple[str, str] | None = None) -> str:
        """Submits bytes as they are: to the trusting listener, or with STARTTLS and a login."""
        with smtplib.SMTP("localhost", self.ports["starttls" if login else "plain"], timeout=90) as client:
            client.ehlo("client.test")
            if login:
                client.starttls(context=ssl.create_default_context(cafile=str(self.certs / "ca.pem")))
                client.ehlo("client.test")
                client.login(*login)
            code, said = client.mail(sender)
            if code != 250:
                raise smtplib.SMTPSenderRefused(code, said, sender)
            for recipient in recipients:
                code, said = client.rcpt(recipient)
                if code != 250:
                    raise smtplib.SMTPRecipientsRefused({recipient: (code, said)})
            code, said = client.data(raw)
            if code != 250:
                raise smtplib.SMTPDataError(code, said)
            return said.decode()

    def step(self, recipient: str, key: str, number: int, delay: str | None = None, headers: dict | None = None,
             subject: str | None = "Hello", text: str | None = None, **more) -> str:
        """Submits one step of a sequence."""
        control = {"X-Postern-Sequence": key, "X-Postern-Step": str(number)}
        if delay:
            control["X-Postern-Delay"] = delay
        return self.submit(recipient, subject, text or f"This is step {number} for {recipient}.\n",
                           {**control, **(headers or {})}, **more)
