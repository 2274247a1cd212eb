"""Mails that wander between folders, folders that are renamed, made and taken away, and a mail of one's own that comes twice: each counts once."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

from world.checks import Checks
from world.filing import file_into
from world.gateway import Gateway, queued_ids
from world.people import answer_to
from world.provider import Provider
from world.system import wait_until

# The same once with all that Dovecot can and once with nothing but RFC 3501: no IDLE, CONDSTORE, QRESYNC, UIDPLUS, MOVE or ESEARCH.
RICH, POOR = "rich@sender.test", "poor@sender.test"
SETTINGS = '[poller]\ninterval = "1s"\nmax_backoff = "1s"\nfolders_interval = "1s"\n'


def person(kind: str, account: str) -> str:
    return f"{kind}.{account.split('@')[0]}@world.test"


class Mailbox:
    """An account's own mail program, and what Postern has read of the mailbox."""

    def __init__(self, provider: Provider, gateway: Gateway, account: str):
        self.provider, self.gateway, self.account = provider, gateway, account
        self.client = provider.imap(account)

    def move(self, subject: str, source: str, target: str) -> None:
        """As mail programs do it on servers without MOVE."""
        self.client.select(f'"{source}"')
        [uids] = self.client.uid("SEARCH", None, f'(SUBJECT "{subject}")')[1]
        self.client.uid("COPY", uids.replace(b" ", b",").decode(), f'"{target}"')
        self.client.uid("STORE", uids.replace(b" ", b",").decode(), "+FLAGS.SILENT", "(\\Deleted)")
        self.client.expunge()
        self.client.unselect() if "UNSELECT" in self.client.capabilities else self.client.close()

    def append(self, folder: str, raw: bytes) -> None:
        self.client.append(f'"{folder}"', None, None, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def is_read(self, folder: str) -> None:
        """Waits until Postern has come to the last mail of a folder."""
        [told] = self.client.status(f'"{folder}"', "(UIDNEXT)")[1]
        last = int(re.search(rb"UIDNEXT (\d+)", told)[1]) - 1

        def reached() -> bool:
            [account] = self.gateway.rows("account", "show", self.account)
            return any(row["folder"] == folder and row["last_uid"] >= last for row in account["folders"])
        wait_until(f"{folder} of {self.account} to be read up to {last}", reached, 30, every=0.2)


def wanders(check: Checks, box: Mailbox) -> None:
    """One mail after another, moved about."""
    provider, gateway, name = box.provider, box.gateway, box.account.split("@")[0]

    def answer(kind: str, text: str = "Yes, gladly.") -> EmailMessage:
        who = person(kind, box.account)
        mail = answer_to(provider.inbox(who)[0], who, text)
        del mail["Subject"]
        mail["Subject"] = f"Re: Hello {kind}"
        return mail

    def state(kind: str) -> tuple[str, str | None]:
        row = gateway.enrollments("talk")[person(kind, box.account)]
        return row["state"], row["stop_reason"]

    box.is_read("INBOX")
    # Seen in the INBOX, then in Junk, then back, then put away and taken out again.
    box.append("INBOX", answer("away").as_bytes())
    box.is_read("INBOX")
    for source, target in (("INBOX", "Junk"), ("Junk", "INBOX"), ("INBOX", "Archive"), ("Archive", "INBOX"), ("INBOX", "Sent")):
        box.move("Re: Hello away", source, target)
        if target != "Archive":
            box.is_read(target)
    check(f"{name}: an answer that wanders", state("away"), ("stopped", "replied"))
    # Filtered by the server, found in Junk, then rescued.
    box.append("Junk", answer("junk").as_bytes())
    wait_until("the answer in Junk", lambda: state("junk") == ("stopped", "replied"), 30)
    box.move("Re: Hello junk", "Junk", "INBOX")
    box.is_read("INBOX")
    # To the account and through a list.
    listed = answer("list")
    box.append("INBOX", listed.as_bytes())
    wait_until("the answer", lambda: state("list") == ("stopped", "replied"), 30)
    for field, value in (("Subject", "[team] " + listed["Subject"]), ("From", "List <team@sender.test>"), ("List-Id", "<team.sender.test>")):
        del listed[field]
        listed[field] = value
    box.append("INBOX", listed.as_bytes())
    # Years old, without a Message-ID that we know, taken out of an archive.
    old = f"From: {person('old', box.account)}\nTo: {box.account}\nSubject: Re: Hello old\nMessage-ID: <years@{name}>\n\nYes, in those days.\n"
    file_into(provider, box.account, "Archive", old.encode(), time.time() - 700 * 86_400)
    box.move("Re: Hello old", "Archive", "INBOX")
    # Written by hand with a copy to oneself, which is there before the one in Sent.
    hand = EmailMessage()
    hand["From"], hand["To"], hand["Cc"], hand["Subject"] = box.account, person("hand", box.account), box.account, "By the way"
    hand["In-Reply-To"] = hand["References"] = str(provider.inbox(person("hand", box.account))[0]["Message-ID"])
    hand["Message-ID"], hand["Date"] = f"<hand@{name}>", "Fri, 27 Nov 2026 04:00:00 +0000"
    hand.set_content("One thing more.\n")
    box.append("INBOX", hand.as_bytes())
    wait_until("the copy to oneself", lambda: state("hand")[0] == "paused", 30)
    box.append("Sent", hand.as_bytes())
    for folder in ("INBOX", "Sent"):
        box.is_read(folder)
    # Folders change under it.
    box.client.rename("Junk", "Spam")
    box.append("Spam", answer("renamed").as_bytes())
    wait_until("the answer in the folder with a new name", lambda: state("renamed") == ("stopped", "replied"), 30)
    box.client.delete("Spam")
    box.client.create("Junk")
    box.append("Junk", answer("again").as_bytes())
    wait_until("the answer in the folder made anew", lambda: state("again") == ("stopped", "replied"), 30)
    box.append("INBOX", answer("last").as_bytes())
    wait_until("the last answer", lambda: state("last") == ("stopped", "replied"), 30)
    check(f"{name}: an old mail is no answer to one of today", state("old"), ("active", None))

    people = {person(kind, box.account) for kind in KINDS}
    rows = [row for row in gateway.rows("inbox", "list", "--limit", "1000") if row["account"] == box.account]
    counted = Counter((row["sender"].split(".")[0], row["class"]) for row in rows)
    check(f"{name}: each is there once", counted,
          Counter({**{(kind, "reply"): 1 for kind in KINDS if kind != "hand"}, (f"{name}@sender", "other"): 1}))
    events = [row for row in gateway.rows("events", "--limit", "100000") if row.get("detail", {}).get("recipient") in people]
    check(f"{name}: each answer is told of once", Counter(row["event"] for row in events)["message.replied"], len(KINDS) - 2)


KINDS = ("away", "junk", "list", "old", "hand", "renamed", "again", "last")


def people() -> list[str]:
    return [person(kind, account) for account in (RICH, POOR) for kind in KINDS]


def wandering(check: Checks, provider: Provider) -> None:
    """The provider has the accounts and the people."""
    with Gateway(provider.certs, SETTINGS) as gateway:
        boxes = [Mailbox(provider, gateway, account) for account in (RICH, POOR)]
        for box in boxes:
            for folder in ("Junk", "Archive"):
                box.client.create(folder)
        gateway.apply("".join(provider.account(box.account) for box in boxes))
        numbers = []
        for box in boxes:
            for kind in KINDS:
                who, account = person(kind, box.account), {"X-Postern-Account": box.account}
                numbers += queued_ids(gateway.step(who, "talk", 1, subject=f"Hello {kind}", headers=account))
                gateway.step(who, "talk", 2, "5h", subject=None, headers=account)
        for number in numbers:
            gateway.wait_state(number, "sent")
        for who in people():
            wait_until(f"the mail to {who}", lambda: provider.files(who))
        with ThreadPoolExecutor() as both:
            for done in [both.submit(wanders, check, box) for box in boxes]:
                done.result()
        for box in boxes:
            box.client.logout()
        check("no connection was lost", "event=poller.lost" in gateway.log(), False)
