"""The provider and the world in one temporary folder: Postfix and Dovecot, sender accounts, contacts, their mailboxes."""

import email
import email.policy
import imaplib
import os
import shutil
import smtplib
import ssl
import tempfile
from email.message import EmailMessage
from pathlib import Path

from .dovecot import Dovecot
from .gateway import account_toml
from .postfix import Postfix
from .system import REPOSITORY, Trouble, free_port, run

SENDER_DOMAIN, WORLD_DOMAIN = "sender.test", "world.test"

# What Postfix sends to an account's own address with the detail "sent" is the copy of what the account sends.
FILING = """require ["envelope", "subaddress", "fileinto"];
if envelope :detail "to" "sent" { fileinto "Sent"; }
"""

VACATION = """require ["vacation"];
vacation :days 1 :addresses ["{address}"] :subject "Out of office" "I am on holiday until Monday and read no mail.";
"""


class Provider:
    """Sender accounts live on sender.test, contacts on world.test; a mailbox has the password `secret-of-NAME` unless told."""

    def __init__(self, folder: Path | None = None, certs: Path | None = None, ports: dict[str, int] | None = None,
                 postfix: str = ""):
        """A new temporary folder, certificates and free ports, unless given. `postfix` is more for its main.cf."""
        if os.geteuid() != 0:
            raise Trouble("the private Postfix and Dovecot need root (they change to their own users); run this as root")
        if not shutil.which("postfix") or not shutil.which("dovecot"):
            raise Trouble("postfix or dovecot is missing; run scripts/setup")
        # Short: a Unix socket's path ends at 107 bytes.
        self.folder = folder or Path(tempfile.mkdtemp(prefix="postern-world-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.certs = (certs or self.folder / "certs").resolve()
        run(REPOSITORY / "scripts/certs", self.certs)
        self.ca = self.certs / "ca.pem"
        names = ("smtp", "submission", "submissions", "imap", "imaps")
        self.ports = {name: (ports or {}).get(name) or free_port() for name in names}
        self.dovecot = Dovecot(self.folder / "dovecot", self.certs, SENDER_DOMAIN, self.ports)
        self.postfix = Postfix(self.folder / "postfix", self.certs, [SENDER_DOMAIN, WORLD_DOMAIN],
                               self.dovecot.lmtp, self.dovecot.auth, self.ports, postfix)

    def add(self, address: str, password: str | None = None, vacation: bool = False, files_sent: bool = False,
            settings: dict[str, str] | None = None) -> str:
        """Makes a mailbox and gives its password. Sending needs it to be there before `start`; with `files_sent` Postfix
        delivers a copy of what it sends into its Sent folder; `settings` are Dovecot's for this mailbox alone."""
        password = password or "secret-of-" + address.split("@")[0]
        self.dovecot.add(address, password, FILING if files_sent else VACATION.format(address=address) if vacation else None,
                         settings)
        self.postfix.own(address, files_sent)
        return password

    def password(self, address: str) -> str:
        return self.dovecot.users()[address.lower()]

    def start(self) -> "Provider":
        try:
            self.dovecot.start()
            self.postfix.start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self, remove: bool = True) -> None:
        """Ends exactly what `start` started."""
        self.postfix.stop()
        self.dovecot.stop()
        if remove:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Provider":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop(remove="POSTERN_KEEP" not in os.environ)

    def account(self, address: str, **more) -> str:
        """The [[account]] of an apply file for a mailbox here, with submission and IMAP over STARTTLS."""
        more = {"password": self.password(address), "ca_file": self.ca, **more}
        return account_toml(address, self.ports["submission"], self.ports["imap"], **more)

    # --- what a person with a mailbox does ---

    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca))

    def send(self, mail: EmailMessage, sender: str, recipients: list[str]) -> None:
        """Sends as `sender` does: submission with STARTTLS and the login."""
        with smtplib.SMTP("localhost", self.ports["submission"], timeout=60) as client:
            client.starttls(context=self.tls())
            client.login(sender, self.password(sender))
            client.send_message(mail, sender, recipients)

    def drop(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        """Puts a mail into mailboxes from the world's side, with any sender."""
        with smtplib.SMTP("localhost", self.ports["smtp"], timeout=60) as client:
            client.sendmail(sender, recipients, raw)

    def files(self, address: str) -> list[Path]:
        """The mails of an inbox, oldest first, as files of its maildir; nothing is marked by looking."""
        maildir = self.dovecot.home(address) / "Maildir"
        found = [path for part in ("new", "cur") for path in (maildir / part).glob("*") if path.is_file()]
        # Delivery names begin with seconds, then M and microseconds (maildir's convention).
        return sorted(found, key=lambda path: (path.name.split(".")[0], path.name.split(".")[1].split("P")[0].zfill(12)))

    def inbox(self, address: str) -> list[EmailMessage]:
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in self.files(address)]

    def imap(self, address: str) -> imaplib.IMAP4_SSL:
        client = imaplib.IMAP4_SSL("localhost", self.ports["imaps"], ssl_context=self.tls(), timeout=60)
        client.login(address, self.password(address))
        return client
