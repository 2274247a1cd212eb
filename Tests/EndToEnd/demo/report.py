"""Reads what became of the demo, prints it, and compares it with the plan."""

import re
from collections import Counter
from email.utils import parseaddr

from world.gateway import Gateway
from world.provider import Provider

from .plan import (CAME_BACK, CONTACTS, EVERYBODY, FIRST_SUBJECT, OWN_CONTACTS, OWN_SEQUENCE, OWN_STEPS, REPLIES, SENDS, SEQUENCE,
                   SHOWN, TEXTS, Contact, OwnContact)


def table(heads: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [heads, *rows]]
    return "\n".join("  " + line for line in lines)


class Report:
    """Everything known about the demo at one moment, from the store's side and from the mailboxes' side."""

    def __init__(self, gateway: Gateway, provider: Provider, accounts: dict[str, str]):
        """`accounts`: address and display name."""
        self.provider, self.accounts = provider, accounts
        self.enrollments = gateway.enrollments(SEQUENCE) | gateway.enrollments(OWN_SEQUENCE)
        self.messages = gateway.queue()
        self.inbox = gateway.rows("inbox", "list")
        self.credits = gateway.rows("credit", "show")
        self.health = {row["address"]: row for row in gateway.rows("account", "health")}
        self.suppressed = {row["value"] for row in gateway.rows("suppress", "list")}
        self.recipients = {row["id"]: row["recipient"] for row in self.messages}

    def done(self) -> bool:
        """Nobody is under way and everything that had to come back was seen."""
        ended = [row for row in self.enrollments.values() if row["state"] in ("completed", "stopped", "failed")]
        return len(ended) == len(EVERYBODY) and len(self.inbox) >= CAME_BACK

    def steps_sent(self, contact: Contact | OwnContact) -> tuple:
        if isinstance(contact, OwnContact):
            steps = self.enrollments.get(contact.address, {}).get("steps", [])
            return tuple(step["id"] for step in steps if step["sent_at"])
        return tuple(sorted(row["step"] for row in self.messages
                            if row["recipient"] == contact.address and row.get("sent_at")))

    def came_back(self, contact: Contact | OwnContact) -> tuple[str, ...]:
        return tuple(sorted(row["class"] for row in self.inbox
                            if self.recipients.get(row.get("message_id")) == contact.address))

    def overview(self) -> str:
        rows = []
        for contact in EVERYBODY:
            enrollment = self.enrollments.get(contact.address, {})
            state, reason = enrollment.get("state", "not enrolled"), enrollment.get("stop_reason")
            rows.append([contact.address, OWN_SEQUENCE if contact in OWN_CONTACTS else SEQUENCE, contact.does, enrollment.get("account") or "–",
                         " ".join(map(str, self.steps_sent(contact))) or "none",
                         ", ".join(self.came_back(contact)) or "–",
                         state if reason in (None, state) else f"{state} ({reason})"])
        return table(["CONTACT", "SEQUENCE", "WHO", "ACCOUNT USED", "STEPS SENT", "CAME BACK", "ENROLLMENT"], rows)

    def conversation(self) -> str:
        """The thread's headers as they lie in one contact's mailbox."""
        blocks = []
        for mail in self.provider.inbox(SHOWN.address):
            names = ("Return-Path", "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References")
            blocks.append("\n".join(f"  {name}: {' '.join(str(mail[name]).split())}" for name in names if mail[name]))
        return "\n\n".join(blocks)

    # --- what must be ---

    def differences(self) -> list[str]:
        """Everything that is not as the plan says, in words; empty when all is well."""
        found: list[str] = []

        def must(what: str, seen, wanted) -> None:
            if seen != wanted:
                found.append(f"{what}: is {seen!r}, must be {wanted!r}")

        must("contacts enrolled", sorted(self.enrollments), sorted(contact.address for contact in EVERYBODY))
        for contact in CONTACTS:
            self._compare(contact, must)
        for contact in OWN_CONTACTS:
            self._compare_own(contact, must)
        must("messages queued", len(self.messages), 3 * len(EVERYBODY))
        skipped = sum(contact.states.count("skipped") for contact in OWN_CONTACTS)
        must("states of messages", Counter(row["state"] for row in self.messages),
             Counter(sent=SENDS - 2, bounced=2, skipped=skipped, cancelled=3 * len(EVERYBODY) - SENDS - skipped))
        must("mails that came back", len(self.inbox), CAME_BACK)
        must("suppressed addresses", self.suppressed, {contact.address for contact in CONTACTS if not contact.exists})
        must("credits for sends", sum(row["sends"] for row in self.credits), SENDS)
        must("credits for replies", sum(row["replies"] for row in self.credits), REPLIES)
        must("credits used", sum(row["used"] for row in self.credits), SENDS + REPLIES)
        must("accounts", sorted(self.health), sorted(self.accounts))
        must("sends over all accounts", sum(row["sent_today"] for row in self.health.values()), SENDS)
        threads = Counter(row["account"] for row in self.enrollments.values())
        for address in self.accounts:
            must(f"{address} is active", self.health.get(address, {}).get("state"), "active")
            if not 4 <= threads[address] <= 6:
                found.append(f"{address} carries {threads[address]} of {len(EVERYBODY)} conversations; least-used gives about 5")
            # Dovecot appends flags to a file's name after ":2,"; S is \Seen (maildir's convention).
            touched = [file.name for file in self.provider.files(address) if re.search(r":2,.*[SDTFR]", file.name)]
            must(f"{address}'s mails with a flag set by Postern", touched, [])
        return found

    def _compare_own(self, contact: OwnContact, must) -> None:
        enrollment, name = self.enrollments.get(contact.address, {}), contact.address
        steps = enrollment.get("steps", [])
        must(f"{name}, steps", [(step["id"], step["state"]) for step in steps], list(zip(OWN_STEPS, contact.states)))
        must(f"{name}, came back", self.came_back(contact), contact.came_back)
        must(f"{name}, enrollment", enrollment.get("state"), contact.state)
        if contact.state == "stopped":
            must(f"{name}, stop reason", enrollment.get("stop_reason"), contact.reason)
        account = enrollment.get("account")
        mails = self.provider.inbox(name)
        must(f"{name}, mails in the mailbox", len(mails), len(contact.steps))
        for index, (step, mail) in enumerate(zip(contact.steps, mails)):
            what = f"{name}, step {step}"
            must(f"{what}, From", parseaddr(str(mail["From"])), (self.accounts.get(account), account))
            must(f"{what}, To", str(mail["To"]), f"{contact.name} <{name}>")
            must(f"{what}, Subject", str(mail["Subject"]), contact.subject if index == 0 else f"Re: {contact.subject}")
            must(f"{what}, References", str(mail["References"] or "").split(), [str(before["Message-ID"]) for before in mails[:index]])
            text = mail.get_content().replace("\r\n", "\n").strip()
            sender = (self.accounts.get(account) or "").split(" ")[0]
            must(f"{what}, text", text in contact.texts(step, sender) or text, True)

    def _compare(self, contact: Contact, must) -> None:
        enrollment, name = self.enrollments.get(contact.address, {}), contact.address
        must(f"{name}, steps sent", self.steps_sent(contact), contact.steps)
        must(f"{name}, came back", self.came_back(contact), contact.came_back)
        must(f"{name}, enrollment", enrollment.get("state"), contact.state)
        if contact.state == "stopped":
            must(f"{name}, stop reason", enrollment.get("stop_reason"), contact.reason)
        account = enrollment.get("account")
        must(f"{name}, account of the demo", account in self.accounts, True)
        used = {row["account"] for row in self.messages if row["recipient"] == name and row.get("sent_at")}
        must(f"{name}, accounts used", used, {account})
        if not contact.exists:
            return

        mails = self.provider.inbox(name)
        must(f"{name}, mails in the mailbox", len(mails), len(contact.steps))
        identifiers = [str(mail["Message-ID"]) for mail in mails]
        must(f"{name}, different Message-IDs", len(set(identifiers)), len(identifiers))
        for index, mail in enumerate(mails):
            step = f"{name}, mail {index + 1}"
            must(f"{step}, From", parseaddr(str(mail["From"])), (self.accounts.get(account), account))
            must(f"{step}, envelope sender", str(mail["Return-Path"]), f"<{account}>")
            must(f"{step}, To", str(mail["To"]), name)
            must(f"{step}, Subject", str(mail["Subject"]), FIRST_SUBJECT if index == 0 else f"Re: {FIRST_SUBJECT}")
            must(f"{step}, In-Reply-To", str(mail["In-Reply-To"] or ""), identifiers[index - 1] if index else "")
            must(f"{step}, References", str(mail["References"] or "").split(), identifiers[:index])
            must(f"{step}, control headers", [key for key in mail.keys() if key.lower().startswith("x-postern")], [])
            text = mail.get_content().replace("\r\n", "\n").strip()
            must(f"{step}, text", text, TEXTS[index + 1].format(name=contact.name).strip())
