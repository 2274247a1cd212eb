"""Folders with odd names in odd places, mails that no grammar allows, and a mailbox that its owner works in while it is looked at for the first time."""

import base64
import re
import threading
import time
from collections import Counter

from world.checks import Checks
from world.filing import file_into
from world.gateway import Gateway, queued_ids
from world.people import answer_to
from world.provider import Provider
from world.system import Trouble, wait_until

SETTINGS = '[poller]\nmax_backoff = "1s"\nfolders_interval = "1s"\n'
STRANGE, BUSY = "strange@sender.test", "busy@sender.test"
# Account, its own settings of Dovecot, and its Junk folder.
PLACES = {
    "quotes@sender.test": ({}, 'Sp am "quo\\te" & %* (x) {3}'),
    "accents@sender.test": ({"namespace/inbox/separator": "/"}, "Ünerwünscht/迷惑メール & mehr ✉️"),
    "prefix@sender.test": ({"namespace/inbox/prefix": "INBOX."}, "INBOX.Pourriel"),
    "percent@sender.test": ({"namespace/inbox/prefix": "Mail/", "namespace/inbox/separator": "/"}, "Mail/%"),
    "star@sender.test": ({"mail": "mbox:~/mail:INBOX=~/inbox"}, "*&-"),
}
# What Dovecot calls them: without the prefix.
FOLDERS = """
namespace inbox {{
{folders}
}}
"""


def configure(provider: Provider) -> None:
    """Before the provider starts."""
    for account, (settings, _) in PLACES.items():
        provider.add(account, settings=settings)
        provider.add(contact(account))
        provider.add(contact(account, "hand"))
    provider.add(STRANGE)
    provider.add(BUSY)
    provider.add(contact(STRANGE))
    lines = []
    for number, (settings, name) in enumerate(PLACES.values()):
        own = name.removeprefix(settings.get("namespace/inbox/prefix", ""))
        quoted = own.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  mailbox odd{number} {{\n    name = "{quoted}"\n    special_use = \\Junk\n  }}')
    provider.dovecot.conf.write_text(provider.dovecot.conf.read_text() + FOLDERS.format(folders="\n".join(lines)))


def contact(account: str, kind: str = "answers") -> str:
    return f"{kind}.{account.split('@')[0]}@world.test"


def wire(name: str) -> str:
    """A folder's name as a quoted string in modified UTF-7 (RFC 3501 section 5.1.3)."""
    def shifted(found: re.Match) -> str:
        return "&" + base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
    ascii_ = re.sub(r"[^\x20-\x7e]+", shifted, name.replace("&", "&-"))
    return '"' + ascii_.replace("\\", "\\\\").replace('"', '\\"') + '"'


def crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def folders(check: Checks, provider: Provider, gateway: Gateway) -> None:
    """An answer in each odd Junk, and a mail by hand in each Sent."""
    for account, (_, junk) in PLACES.items():
        client = provider.imap(account)
        mail = provider.inbox(contact(account))[0]
        client.append(wire(junk), None, None, crlf(answer_to(mail, contact(account), "Yes.").as_bytes()))
        hand = f"From: {account}\nTo: {contact(account, 'hand')}\nSubject: By the way\nMessage-ID: <hand.{account}>\n\nHi.\n"
        client.append('"INBOX.Sent"' if account.startswith("prefix") else '"Mail/Sent"' if account.startswith("percent") else '"Sent"',
                      None, None, crlf(hand.encode()))
        client.logout()
    for account, (_, junk) in PLACES.items():
        def ends() -> tuple[str, str]:
            rows = gateway.enrollments("talk")
            return rows[contact(account)]["state"], rows[contact(account, "hand")]["state"]
        try:
            wait_until("both", lambda: ends() == ("stopped", "paused"), 30)
        except Trouble:
            pass  # the check says which
        check(f"the answer in {junk} and the mail by hand", ends(), ("stopped", "paused"))
        found = [row["folder"] for row in gateway.rows("inbox", "list", "--limit", "1000") if row["account"] == account and row["class"] == "reply"]
        check(f"the folder's name is kept: {junk}", found, [junk])


def mails(check: Checks, provider: Provider, gateway: Gateway) -> None:
    """Odd mails, and behind each one a plain one."""
    mail = provider.inbox(contact(STRANGE))[0]
    sender = contact(STRANGE)
    thread = f"In-Reply-To: {mail['Message-ID']}\n"
    odd = {
        "empty": b"",
        "one line feed": b"\n",
        "headers only": b"From: h@world.test\nSubject: headers only",
        "no header": b"\nonly a body\n",
        "NULs": b"From: n@world.test\nSubject: NULs\n\n" + b"a\0" * 2_000,
        "NUL in the header": b"From: n\0@world.test\nSubject: NUL in the header\n\nx\n",
        "a thousand Received": b"".join(b"Received: from a%d by b; Fri, 27 Nov 2026 04:00:00 +0000\n" % n for n in range(1_000))
                               + f"From: {sender}\nSubject: a thousand Received\n{thread}\nx\n".encode(),
        "a line of 200 KB": b"From: l@world.test\nX-Long: " + b"y" * 200_000 + b"\nSubject: a line of 200 KB\n\n" + b"z" * 200_000 + b"\n",
        "a folded line of 200 KB": b"From: l@world.test\nReferences: " + b"<%s@x>\n " % (b"r" * 60) * 3_000 + b"<z@x>\nSubject: a folded line of 200 KB\n\nx\n",
        "no Message-ID": f"From: {sender}\nSubject: no Message-ID\n{thread}\nYes.\n".encode(),
        "a Date of nowhere": f"From: {sender}\nSubject: a Date of nowhere\nMessage-ID: <nowhere@x>\nDate: Someday, 99 Foo 20265 99:99:99 +9999\n{thread}\nYes.\n".encode(),
        "bare CRs": b"From: c@world.test\rSubject: bare CRs\r\rx\r",
        "8 bits": b"From: \xff\xfe <e@world.test>\nSubject: 8 bits \xe4\xf6\xfc\n\n\xff\xfe\xfd\n",
        "six MB": f"From: {sender}\nSubject: six MB\nMessage-ID: <six@x>\n{thread}\nYes.\n".encode() + b"0123456789abcdef0123456789abcdef\n" * 190_000,
    }
    for number, raw in enumerate(odd.values()):
        file_into(provider, STRANGE, "INBOX", raw)
        file_into(provider, STRANGE, "INBOX", f"From: p@world.test\nSubject: plain {number}\nMessage-ID: <plain{number}@x>\n\nx\n".encode())

    def taken() -> list[dict]:
        return [row for row in gateway.rows("inbox", "list", "--limit", "1000") if row["account"] == STRANGE]
    wait_until(f"{2 * len(odd)} mails", lambda: len(taken()) >= 2 * len(odd), 40, every=0.3)
    subjects = Counter(row["subject"] for row in taken())
    check("the plain ones are there", [number for number in range(len(odd)) if subjects[f"plain {number}"] != 1], [])
    named = [name for name in odd if name not in ("empty", "one line feed", "no header", "bare CRs", "8 bits")]
    check("and the odd ones", [name for name in named if subjects[name] != 1], [])
    replies = {row["subject"] for row in taken() if row["class"] == "reply" and row["matched_by"] == "In-Reply-To"}
    check("answers among them are answers", replies, {"a thousand Received", "no Message-ID", "a Date of nowhere", "six MB"})
    [large] = [row for row in taken() if row["subject"] == "six MB"]
    check.contains("what was not read of a large one is said", gateway.verb("inbox", "show", str(large["id"])).stdout, "of which the first 1048576 were read")
    check("no connection was lost for them", re.findall(r"event=poller.lost account=strange.*", gateway.log()), [])


def busy(check: Checks, provider: Provider, gateway: Gateway) -> None:
    """While the first look goes on somebody marks mails as read, deletes some, moves some away and back, and the server loses its index."""
    count, old, new = 1_500, time.time() - 90 * 86_400, time.time() + 2
    for number in range(count):
        raw = b"From: b@world.test\nSubject: %s %d\nMessage-ID: <%s%d@busy>\nDate: Fri, 27 Nov 2026 04:00:00 +0000\n\n%s\n"
        kind = b"old" if number % 3 == 0 else b"gone" if number % 3 == 1 and number % 2 else b"stays"
        file_into(provider, BUSY, "INBOX", raw % (kind, number, kind, number, b"text " * 800), old if kind == b"old" else new)
    client = provider.imap(BUSY)
    client.create("Elsewhere")
    client.select("INBOX")
    client.uid("SEARCH", None, "ALL")
    over = threading.Event()

    def move(uids: str, target: str) -> None:
        client.uid("COPY", uids, target)
        client.uid("STORE", uids, "+FLAGS.SILENT", "(\\Deleted)")
        client.uid("EXPUNGE", uids)

    def moves() -> None:
        """Some that stay, from the middle of what is read."""
        move(",".join(str(number + 1) for number in range(602, 722, 3)), "Elsewhere")
        client.select("Elsewhere")
        move("1:*", "INBOX")
        client.select("INBOX")

    def marks() -> None:
        at = 0
        while not over.is_set():
            at = at % count + 100
            if at == 300:
                moves()
            for step in ("+FLAGS", "-FLAGS"):
                client.uid("STORE", f"{at - 99}:{at}", step, "(\\Seen \\Flagged)")
            for number in range(at - 99, at + 1):
                if number % 6 == 2:  # the "gone" ones, whose number is one less
                    client.uid("STORE", str(number), "+FLAGS.SILENT", "(\\Deleted)")
            client.expunge()

    owner = threading.Thread(target=marks)
    owner.start()
    gateway.apply(provider.account(BUSY))

    def rows() -> list[dict]:
        return [row for row in gateway.rows("inbox", "list", "--limit", "10000") if row["account"] == BUSY]
    wait_until("some of them", lambda: len(rows()) > 100, 30, every=0.02)
    over.set()
    owner.join()
    client.logout()
    maildir = provider.dovecot.home(BUSY) / "Maildir"
    for path in [*maildir.glob("dovecot-uidlist"), *maildir.glob("dovecot.index*"), *maildir.glob("dovecot-uidvalidity*")]:
        path.unlink(missing_ok=True)
    stays = {f"stays {number}" for number in range(count) if number % 3 != 0 and not (number % 3 == 1 and number % 2)}
    wait_until("all that stay", lambda: stays <= {row["subject"] for row in rows()}, 40, every=0.3)
    wait_until("the end of the first look", lambda: re.search(f"poller.first_look_done account={BUSY} folder=INBOX", gateway.log()), 40)
    seen = Counter(row["subject"] for row in rows())
    check("each that stays is there once", [name for name in stays if seen[name] != 1], [])
    check("nothing older than the account", [name for name in seen if name.startswith("old")], [])
    check("nothing twice", [name for name, times in seen.items() if times > 1], [])
    rebuilt = re.findall(f"event=poller.rebuilt account={BUSY}.*", gateway.log())
    print(f"{len(rebuilt)} times made anew by the server; {sum(name.startswith('gone') for name in seen)} seen before they went", flush=True)


def oddities(check: Checks, provider: Provider) -> None:
    for account, (_, junk) in PLACES.items():
        client = provider.imap(account)
        client.create(wire(junk))
        client.logout()
    with Gateway(provider.certs, SETTINGS) as gateway:
        gateway.apply("".join(provider.account(account) for account in (*PLACES, STRANGE)))
        wanted = [(account, contact(account, kind)) for account in PLACES for kind in ("answers", "hand")] + [(STRANGE, contact(STRANGE))]
        for account, who in wanted:
            gateway.step(who, "talk", 1, headers={"X-Postern-Account": account})
            gateway.step(who, "talk", 2, "5h", headers={"X-Postern-Account": account})
        for _, who in wanted:
            wait_until(f"the mail to {who}", lambda: provider.files(who))
        folders(check, provider, gateway)
        mails(check, provider, gateway)
        busy(check, provider, gateway)
