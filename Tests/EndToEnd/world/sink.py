"""An SMTP server that counts: an account's server whose answers the test decides. Needs aiosmtpd (scripts/setup)."""

import asyncio
import email
import logging
import threading
import warnings
from collections import Counter
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from .system import free_port

# A test server on loopback may ask for a login without TLS; aiosmtpd would say at each start that it should not.
warnings.filterwarnings("ignore", module="aiosmtpd")
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


@dataclass
class Arrival:
    """One mail that reached its final dot, whatever was answered."""

    sender: str
    recipients: list[str]
    raw: bytes
    login: str | None

    @property
    def mail(self):
        return email.message_from_bytes(self.raw)


@dataclass
class Sink:
    """Takes everything unless told otherwise. `on_rcpt(address)` and `on_data(arrival)` may give a reply line; `delay()` is
    the time between the final dot and its answer in seconds; `passwords` of None means that no login is offered."""

    passwords: dict[str, str] | None = None
    on_rcpt: object = None
    on_data: object = None
    delay: object = None
    port: int = field(default_factory=free_port)
    #: What it takes at most, as it says in its answer to EHLO (RFC 1870).
    size_limit: int = 64 << 20

    def __post_init__(self):
        self.arrivals: list[Arrival] = []
        self.connections = 0
        self._lock = threading.Lock()

    # --- aiosmtpd's hooks ---

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.on_rcpt(address) if self.on_rcpt else None
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        login = session.auth_data.login.decode() if session.auth_data else None
        arrival = Arrival(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content, login)
        answer = self.on_data(arrival) if self.on_data else None
        if answer is None:
            # Kept before the answer: a mail whose 250 was lost did arrive.
            with self._lock:
                self.arrivals.append(arrival)
        if self.delay:
            await asyncio.sleep(self.delay())
        return answer or "250 2.0.0 Ok, kept"

    def _authenticate(self, server, session, envelope, mechanism, data):
        good = self.passwords.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, auth_data=data if good else None, handled=good)

    # --- the test's side ---

    def counts(self, header: str) -> Counter:
        """How often each value of a header arrived."""
        with self._lock:
            return Counter(arrival.mail[header] for arrival in self.arrivals)

    def __enter__(self) -> "Sink":
        logins = dict(authenticator=self._authenticate, auth_require_tls=False, auth_required=True)
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ident="sink",
                                      data_size_limit=self.size_limit, **(logins if self.passwords is not None else {}))
        self._controller.start()
        return self

    def __exit__(self, *_) -> None:
        self._controller.stop()
