"""A first look that is killed again and again, at syncs and receives, in INBOX, Junk and Sent: nothing is missed, nothing is taken twice, and
each start goes on where the last one was."""

import itertools
import os
import random
import re
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from email.message import EmailMessage

from world.checks import Checks
from world.faults import SYNCS, WRITES, strace
from world.filing import file_into
from world.gateway import Gateway, queued_ids
from world.people import answer_to
from world.provider import Provider
from world.system import wait_until

ANNA = "anna@sender.test"
ANSWERS, BOUNCED, JUNKED, BY_HAND, SILENT = ([f"{kind}{number}@world.test" for number in range(count)]
                                            for kind, count in (("answers", 4), ("bounced", 2), ("junked", 2), ("hand", 2), ("silent", 2)))
PEOPLE = [*ANSWERS, *BOUNCED, *JUNKED, *BY_HAND, *SILENT]
FOLDERS = {"INBOX", "Junk", "Sent"}
OLD, NEW, SPAM, SENT = 300, 1200, 250, 350
SETTINGS = '[poller]\nmax_backoff = "1s"\nfolders_interval = "1s"\n'
seed = int(os.environ.get("POSTERN_SEED") or random.randrange(1 << 30))
print(f"seed {seed} (repeat with POSTERN_SEED={seed})", flush=True)
chance = random.Random(seed)

BOUNCE = """From: MAILER-DAEMON@world.test
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-of-{who}>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.world.test

Final-Recipient: rfc822; {who}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b
Content-Type: message/rfc822

From: {to}
To: {who}
Subject: Hello
Message-ID: {id}

Hello
--b--
"""


def plain(name: str, sender: str, to: str, subject: str) -> bytes:
    return f"From: {sender}\nTo: {to}\nSubject: {subject}\nMessage-ID: <{name}@made.test>\nDate: Thu, 26 Nov 2026 10:00:00 +0000\n\nHello.\n".encode()


def fill(provider: Provider, first: dict[str, dict]) -> None:
    """Anna's mailbox as it is found: years of mail, and somewhere in it what matters."""
    old, new = time.time() - 90 * 86_400, time.time() + 2
    for number in range(OLD):
        file_into(provider, ANNA, "INBOX", plain(f"old{number}", "ann@world.test", ANNA, f"old {number}"), old)
    inbox = [plain(f"new{number}", f"p{number % 50}@elsewhere.test", ANNA, f"new {number}") for number in range(NEW)]
    mail = {who: provider.inbox(who)[0] for who in PEOPLE}
    inbox += [answer_to(mail[who], who, "Yes, call me.").as_bytes() for who in ANSWERS]
    inbox += [BOUNCE.format(to=ANNA, who=who, id=first[who]["message_id"]).encode() for who in BOUNCED]
    junk = [plain(f"spam{number}", "win@spam.test", ANNA, f"win {number}") for number in range(SPAM)]
    junk += [answer_to(mail[who], who, "No, thanks.").as_bytes() for who in JUNKED]
    sent = [plain(f"sent{number}", ANNA, "private@elsewhere.test", f"private {number}") for number in range(SENT)]
    sent += [provider.files(who)[0].read_bytes() for who in PEOPLE]
    sent += [plain(f"hand-{who}", ANNA, who, "By the way") for who in BY_HAND]
    for folder, mails in (("INBOX", inbox), ("Junk", junk), ("Sent", sent)):
        chance.shuffle(mails)
        for raw in mails:
            file_into(provider, ANNA, folder, raw, new)


def standing(gateway: Gateway) -> dict[str, int]:
    """What is left of the first looks, by folder, in the store of a daemon that is dead."""
    [path] = gateway.data.glob("*.db")
    with tempfile.TemporaryDirectory() as copy:
        for file in gateway.data.glob("*.db*"):
            shutil.copy(file, copy)
        with sqlite3.connect(f"{copy}/{path.name}") as store:
            return dict(store.execute("SELECT folder, backlog_left FROM folder_cursor WHERE backlog_below IS NOT NULL"))


def finished(gateway: Gateway) -> bool:
    """Whether the log says that all first looks are over; a daemon that is killed may not have said so."""
    return {re.search(r"folder=(\S+)", line)[1] for line in gateway.log().splitlines() if "event=poller.first_look_done" in line} >= FOLDERS


def has_seen_all(gateway: Gateway) -> bool:
    """The same as the daemon itself sees it."""
    [account] = gateway.rows("account", "show", ANNA)
    return {row["folder"] for row in account["folders"] if row["first_look_of"] is None} >= FOLDERS


def killed_looks(gateway: Gateway, check: Checks) -> int:
    """Starts the daemon, each time to be killed a few calls later, until it has seen everything; returns how often it died."""
    deaths, last, backward, where = 0, {}, [], Counter()
    # Of each kind so many calls, more where a start came to nothing with so few.
    reach = {SYNCS: 4, WRITES: 6, "recvfrom": 30}
    for calls in itertools.islice(itertools.cycle(reach), 90):
        # Junk and Sent have less to do than the INBOX.
        least = reach[calls] if "INBOX" in last or not deaths else reach[calls] * 2 // 3
        gateway.wrapper = strace(calls, f"signal=SIGKILL:when={least + chance.randrange(least // 2 + 1)}")
        gateway.launch()
        end = time.monotonic() + 8
        while gateway.process.poll() is None and not finished(gateway) and time.monotonic() < end:
            time.sleep(0.02)
        died = gateway.process.poll() is not None
        gateway.kill()
        deaths += died
        now = standing(gateway)
        where.update(now.keys())
        backward += [(folder, last[folder], left) for folder, left in now.items() if left and (last.get(folder) or left) < left]
        if now == last:
            reach[calls] += reach[calls] // 6 + 1
        last = now
        if not died:
            break
    print(f"{deaths} deaths, in the first look of {dict(where)}; at the end at {reach}", flush=True)
    check("no start began anew", backward, [])
    return deaths


def killed(check: Checks) -> None:
    provider = Provider()
    for address in (ANNA, *PEOPLE):
        provider.add(address)

    with provider, Gateway(provider.certs, SETTINGS) as gateway:
        sending = provider.account(ANNA)
        gateway.apply("\n".join(line for line in sending.splitlines() if not line.startswith("imap")))
        numbers = {who: queued_ids(gateway.step(who, "talk", 1))[0] for who in PEOPLE}
        first = {who: gateway.wait_state(number, "sent") for who, number in numbers.items()}
        for who in PEOPLE:
            gateway.step(who, "talk", 2, "5h")
            wait_until(f"the mail to {who}", lambda: provider.files(who))
        client = provider.imap(ANNA)
        client.create("Junk")
        client.logout()
        fill(provider, first)
        gateway.apply(sending)
        gateway.kill()
        begun = time.monotonic()
        deaths = killed_looks(gateway, check)
        print(f"{time.monotonic() - begun:.1f} s of being killed", flush=True)
        check("it was killed often", deaths >= 8)

        gateway.wrapper = []
        gateway.start()
        wait_until("the end of the first looks", lambda: has_seen_all(gateway), 60, every=0.2)
        time.sleep(2)
        rows = gateway.rows("inbox", "list", "--limit", "100000")
        taken = Counter((row["folder"], row["subject"], row["sender"]) for row in rows)
        wanted = Counter({("INBOX", f"new {number}", f"p{number % 50}@elsewhere.test"): 1 for number in range(NEW)})
        wanted.update({("INBOX", "Re: Hello", who): 1 for who in ANSWERS})
        wanted.update({("INBOX", "Undelivered Mail Returned to Sender", "mailer-daemon@world.test"): len(BOUNCED)})
        wanted.update({("Junk", "Re: Hello", who): 1 for who in JUNKED})
        wanted.update({("Sent", "By the way", ANNA): len(BY_HAND)})
        folded = Counter({(folder, subject, sender.lower()): number for (folder, subject, sender), number in taken.items()})
        check("nothing is missed", list((wanted - folded).elements()), [])
        check("nothing is there twice or beside it", list((folded - wanted).elements()), [])
        events = Counter(row["event"] for row in gateway.rows("events", "--limit", "100000"))
        check("one event for each", events["inbound.received"], sum(wanted.values()))
        answered = len(ANSWERS) + len(JUNKED)
        check("each answer and each bounce counted once", (events["message.replied"], events["message.bounced"]), (answered, len(BOUNCED)))
        states = {who: (row["state"], row["stop_reason"]) for who, row in gateway.enrollments("talk").items()}
        check("what became of everybody", states,
              {**{who: ("stopped", "replied") for who in (*ANSWERS, *JUNKED)}, **{who: ("stopped", "bounced") for who in BOUNCED},
               **{who: ("paused", states[who][1]) for who in BY_HAND}, **{who: ("active", None) for who in SILENT}})
        check("paused once", events["enrollment.paused"], len(BY_HAND))
        ledger = Counter(row["kind"] for row in gateway.rows("credit", "ledger", "--limit", "1000"))
        check("credits booked once", dict(ledger), {"send": len(PEOPLE), "reply": answered})
        out = sum(int(found) for found in re.findall(r"in=\d+ out=(\d+)", provider.dovecot.log()))
        print(f"Dovecot sent {out >> 10} KB in all", flush=True)
        log = gateway.log()
        told = Counter(re.findall(r"event=poller.inbound inbound=(\d+)", log))
        check("no mail was told of twice", [number for number, times in told.items() if times > 1], [])
