"""Submits the sequence with two ordinary mail clients: swaks and msmtp, with STARTTLS and a login."""

import shlex
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from world.gateway import Gateway
from world.system import run

from .plan import CONTACTS, DELAYS, FIRST_SUBJECT, SEQUENCE, TEXTS, Contact

FROM = "Recruiting App <app@client.test>"


class Clients:
    """The submitter's two clients, logged in as `login`."""

    def __init__(self, gateway: Gateway, login: str, password: str):
        self.gateway, self.login, self.password = gateway, login, password
        self.msmtprc = gateway.folder / "msmtprc"
        self.msmtprc.write_text(
            f"defaults\nhost localhost\nport {gateway.ports['starttls']}\ntls on\ntls_starttls on\n"
            f"tls_trust_file {gateway.certs}/ca.pem\nauth plain\nuser {login}\npassword {password}\n"
            "account default\nfrom app@client.test\n")
        self.msmtprc.chmod(0o600)

    def swaks(self, contact: Contact, step: int) -> list[str]:
        headers = {"From": FROM, "To": contact.address, "Subject": FIRST_SUBJECT if step == 1 else "",
                   "X-Postern-Sequence": SEQUENCE, "X-Postern-Step": str(step), "X-Postern-Delay": DELAYS[step]}
        words = ["swaks", "--server", f"localhost:{self.gateway.ports['starttls']}", "--tls", "--auth", "PLAIN",
                 "--auth-user", self.login, "--auth-password", self.password,
                 "--from", "app@client.test", "--to", contact.address]
        for name, value in headers.items():
            words += ["--header", f"{name}: {value}"]
        return words + ["--body", TEXTS[step].format(name=contact.name)]

    def msmtp(self, contact: Contact, step: int) -> tuple[list[str], str]:
        mail = (f"From: {FROM}\nTo: {contact.address}\nSubject: {FIRST_SUBJECT if step == 1 else ''}\n"
                f"X-Postern-Sequence: {SEQUENCE}\nX-Postern-Step: {step}\nX-Postern-Delay: {DELAYS[step]}\n\n"
                + TEXTS[step].format(name=contact.name))
        return ["msmtp", f"--file={self.msmtprc}", "--read-recipients"], mail

    def enrol(self, number: int) -> None:
        """All steps for one contact: the even ones by swaks, the odd ones by msmtp."""
        contact = CONTACTS[number]
        for step in (1, 2, 3):
            if number % 2 == 0:
                run(*self.swaks(contact, step), timeout=30)
            else:
                words, mail = self.msmtp(contact, step)
                file = self.gateway.folder / f"mail-{contact.name}-{step}"
                file.write_text(mail)
                with open(file, "rb") as opened:
                    run(*words, timeout=30, stdin=opened)

    def enrol_all(self) -> None:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(self.enrol, range(len(CONTACTS))))

    def example(self) -> str:
        """What one submission looks like at a prompt."""
        words = self.swaks(CONTACTS[0], 2)
        for option in ("--auth-password", "--body"):
            words[words.index(option) + 1] = "…"
        return shlex.join(words)
