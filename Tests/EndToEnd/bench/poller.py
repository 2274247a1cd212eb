"""The poller: a first look beside mbsync, what idle mailboxes cost, and how soon a new mail is in the store. Dovecot is the server."""

import os
import random
import re
import shutil
import smtplib
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from world.gateway import Gateway
from world.provider import Provider
from world.system import REPOSITORY, Trouble, run, wait_until

OWNER = "owner@sender.test"


def mail(number: int, to: str = OWNER) -> bytes:
    """A reply of about 3 KB, as people write them."""
    words = random.Random(number)
    text = "\n".join(" ".join("lorem ipsum dolor sit amet consetetur sadipscing elitr".split()[words.randrange(8)] for _ in range(11))
                     for _ in range(words.randrange(10, 60)))
    return (f"Return-Path: <ann{number}@world.test>\nReceived: from mx.world.test by mail.sender.test; Thu, 1 Jan 2026 00:00:00 +0000\n"
            f"From: Ann {number} <ann{number}@world.test>\nTo: {to}\nSubject: Re: Offer {number}\nMessage-ID: <m{number}@world.test>\n"
            f"In-Reply-To: <o{number}@sender.test>\nReferences: <o{number}@sender.test>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
            f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nHello,\n\n{text}\n\nAnn\n\nOn Wed, we wrote:\n> {text[:300]}\n").encode()


def fill(home: Path, count: int, owner: int) -> None:
    """Mails as files of a maildir, an hour ahead, so that they are newer than any account."""
    at = int(time.time()) + 3600
    for part in ("cur", "new", "tmp"):
        (home / "Maildir" / part).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        raw = mail(number)
        path = home / "Maildir/cur" / f"{at}.M{number:06}P1.host,S={len(raw)}:2,"
        path.write_bytes(raw)
        os.utime(path, (at, at))
    run("chown", "-R", str(owner), home)


def times(log: str, event: str) -> list[tuple[float, str]]:
    """Instants of a log's lines about an event, with the lines."""
    found = []
    for line in log.splitlines():
        if f"event={event} " in line:
            stamp = re.match(r"ts=(\S+)", line)[1].replace("Z", "+00:00")
            found.append((datetime.fromisoformat(stamp).timestamp(), line))
    return found


# --- a first look ---

def postern_look(provider: Provider, mails: int) -> float:
    gateway = Gateway(REPOSITORY / "certs", "[poller]\nmax_backoff = \"1s\"\n", log_level="info")
    try:
        gateway.start()
        begun = time.time()
        gateway.apply(provider.account(OWNER))
        [(end, line)] = wait_until("the first look", lambda: [row for row in times(gateway.log(), "poller.first_look_done") if "INBOX" in row[1]], 120)
        stored = int(gateway.rows("inbox", "list", "--limit", "1")[0]["id"])
        if stored != mails:
            raise Trouble(f"postern stored {stored} of {mails} mails: {line}")
        return end - begun
    finally:
        gateway.stop()
        shutil.rmtree(gateway.folder, ignore_errors=True)


def mbsync(provider: Provider, mails: int) -> float:
    folder = Path(tempfile.mkdtemp(prefix="postern-mbsync-", dir="/tmp"))
    conf = folder / "mbsyncrc"
    conf.write_text(f"""IMAPAccount a
Host localhost
Port {provider.ports['imaps']}
User {OWNER}
Pass {provider.password(OWNER)}
SSLType IMAPS
CertificateFile {provider.ca}

IMAPStore far
Account a

MaildirStore near
Inbox {folder}/INBOX
Path {folder}/

Channel c
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
""")
    try:
        begun = time.time()
        run("mbsync", "-c", conf, "-q", "-a", timeout=300)
        took = time.time() - begun
        got = sum(len(list((folder / "INBOX" / part).iterdir())) for part in ("cur", "new"))
        if got != mails:
            raise Trouble(f"mbsync fetched {got} of {mails} mails")
        return took
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def first_look(options) -> dict[str, float]:
    if not shutil.which("mbsync"):
        raise Trouble("mbsync is missing; run scripts/setup")
    provider = Provider(certs=REPOSITORY / "certs")
    provider.add(OWNER)
    fill(provider.dovecot.home(OWNER), options.mails, provider.dovecot.owner.pw_uid)
    taken: dict[str, list[float]] = {"postern": [], "mbsync": []}
    with provider:
        for number in range(options.runs + 1):
            for name, look in (("mbsync", mbsync), ("postern", postern_look)):
                seconds = look(provider, options.mails)
                if number:  # the first of each only warms up Dovecot's indexes
                    taken[name].append(seconds)
                print(f"  {'warm-up' if number == 0 else f'run {number}':8} {name:8} {seconds:7.2f} s", flush=True)
    return {name: statistics.median(values) for name, values in taken.items()}


# --- idle mailboxes, and the way of a new mail ---

def memory(pid: int) -> int:
    """Resident KB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def processor(pid: int) -> float:
    """Seconds of CPU."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class LMTP(smtplib.LMTP):
    """LMTP over Dovecot's socket."""

    def __init__(self, path: Path):
        super().__init__(str(path))


def crowd(provider: Provider, count: int) -> list[str]:
    """Mailboxes with a system user each: the kernel limits inotify watches by user."""
    addresses = [f"m{number}@sender.test" for number in range(count)]
    # Real accounts trust the system's authorities, and those take memory too.
    provider.ca = provider.folder / "authorities.pem"
    provider.ca.write_text(Path("/etc/ssl/certs/ca-certificates.crt").read_text() + (provider.certs / "ca.pem").read_text())
    lines = []
    for number, address in enumerate(addresses):
        home, uid = provider.dovecot.home(address), 40_000 + number
        home.mkdir(mode=0o700)
        os.chown(home, uid, provider.dovecot.owner.pw_gid)
        lines.append(f"{address}:secret:{uid}:{provider.dovecot.owner.pw_gid}::{home}::\n")
    (provider.dovecot.folder / "users").write_text("".join(lines))
    with open(provider.dovecot.conf, "a") as conf:
        conf.write(f"""
mail_max_userip_connections = 10
default_process_limit = {count + 200}
default_client_limit = {count * 4 + 2000}
service imap {{
  process_limit = {count + 200}
  vsz_limit = 1G
}}
service imap-login {{
  service_count = 0
  process_limit = 4
  client_limit = {count * 2 + 200}
  vsz_limit = 2G
}}
service anvil {{
  client_limit = {count * 4 + 2000}
}}
""")
    return addresses


def idle(options) -> None:
    provider = Provider(certs=REPOSITORY / "certs")
    addresses = crowd(provider, options.mailboxes)
    gateway = Gateway(REPOSITORY / "certs", "", log_level="info")
    try:
        provider.dovecot.start()
        gateway.start()
        time.sleep(1)
        pid, empty = gateway.process.pid, memory(gateway.process.pid)
        begun = time.monotonic()
        gateway.apply("".join(provider.account(address) for address in addresses))
        # Started again: what taking in two thousand accounts at once left behind is no part of watching them.
        gateway.stop()
        gateway.log_path.unlink()
        gateway.start()
        pid = gateway.process.pid
        connected = lambda: gateway.log().count("event=poller.connected ")
        wait_until(f"{options.mailboxes} mailboxes to be connected", lambda: connected() >= options.mailboxes, 600, every=1)
        print(f"  {options.mailboxes} mailboxes connected in {time.monotonic() - begun:.0f} s", flush=True)
        time.sleep(5)
        full = memory(pid)
        print(f"  memory: {empty} KB without, {full} KB with them: {(full - empty) / options.mailboxes:.1f} KB each, with TLS", flush=True)
        before, start = processor(pid), time.monotonic()
        time.sleep(options.seconds)
        share = (processor(pid) - before) / (time.monotonic() - start) * 100
        print(f"  idle for {options.seconds} s: {share:.2f} % of a core, {memory(pid)} KB", flush=True)
        deliver(provider, gateway, addresses, options.deliveries)
        again = gateway.log().count("event=poller.lost ")
        print(f"  connections lost meanwhile: {again}; memory at the end {(memory(pid) - empty) / options.mailboxes:.1f} KB each", flush=True)
    finally:
        gateway.stop()
        shutil.rmtree(gateway.folder, ignore_errors=True)
        provider.dovecot.stop()
        shutil.rmtree(provider.folder, ignore_errors=True)


def deliver(provider: Provider, gateway: Gateway, addresses: list[str], count: int) -> None:
    """New mails by LMTP into random mailboxes; the time from Dovecot's 250 to the line that Postern writes after its commit."""
    chance, sent = random.Random(1), {}
    with LMTP(provider.dovecot.lmtp) as client:
        for number in range(count):
            to = chance.choice(addresses)
            client.sendmail("ann@world.test", [to], mail(10**6 + number, to).replace(b"\n", b"\r\n"))
            sent.setdefault(to, []).append(time.time())
            time.sleep(0.02)
    wait_until("all of them", lambda: len(times(gateway.log(), "poller.inbound")) >= count, 120, every=0.5)
    late: list[float] = []
    for to, instants in sent.items():
        seen = sorted(at for at, line in times(gateway.log(), "poller.inbound") if f"account={to} " in line)
        late += [max(0.0, at - instant) for at, instant in zip(seen, sorted(instants))]
    late.sort()
    print(f"  {count} new mails, from Dovecot's 250 to the store: median {statistics.median(late) * 1000:.0f} ms, "
          f"99th percentile {late[int(len(late) * 0.99)] * 1000:.0f} ms, slowest {late[-1] * 1000:.0f} ms", flush=True)


def poller(options) -> int:
    if options.part in ("all", "look"):
        median = first_look(options)
        print(f"first look at {options.mails} mails (fetched, sorted, committed), median of {options.runs} runs:\n"
              f"  postern {median['postern']:.2f} s   mbsync {median['mbsync']:.2f} s   share {median['postern'] / median['mbsync']:.2f}")
    if options.part in ("all", "idle"):
        idle(options)
    return 0
