"""`scripts/bench erase`: erasing one person out of a large store: how long it takes, and how long the reply to a mail that is taken meanwhile
takes at most, because it waits behind the erasure's transactions."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

from bench.campaigns import Probe, memory
from bench.statistics import writer
from world.gateway import Gateway, account_toml
from world.system import REPOSITORY


def fill(store, mails: int, size: int) -> None:
    """Sent mails of a sequence, each with a body and an event, as the daemon writes them."""
    now = int(time.time() * 1000)
    with sqlite3.connect(store) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("INSERT INTO sequence (id, workspace_id, key, state, entry, created_at) VALUES (99, 1, 'old', 'active', '{\"key\":\"old\",\"workspace\":\"default\"}', 0)")
        for number in range(1, mails + 1):
            address = f"p{number % (mails // 4)}@d{number % 997}.test"
            body = f"Subject: Mail {number}\r\nTo: {address}\r\n\r\n".encode() + os.urandom(size // 2).hex().encode()
            database.execute("INSERT INTO body (id, bytes) VALUES (?, ?)", (1000 + number, body))
            database.execute(
                "INSERT INTO message (id, workspace_id, body_id, state, lane, priority, sender, recipient, subject, message_id, pool_id, account_id, step, created_at,"
                " sent_at) VALUES (?, 1, ?, 'sent', -1, 0, 'app@client.test', ?, ?, ?, 1, 1, 1, ?, ?)",
                (1000 + number, 1000 + number, address, f"Mail {number}", f"<{number}@x.test>", now, now))
            database.execute("INSERT INTO event (at, workspace_id, kind, message_id, account_id, detail) VALUES (?, 1, 'message.sent', ?, 1, ?)",
                             (now, 1000 + number, f'{{"recipient":"{address}","reply":"250 2.0.0 Ok"}}'))
    database.close()
    # Else the daemon's first fsync would wait for all of it.
    with open(store, "rb") as file:
        os.fsync(file.fileno())


def left(gateway: Gateway, word: bytes) -> list[str]:
    """The files of the data folder that hold a word, as grep sees them."""
    found = subprocess.run(["grep", "-rlaF", word, gateway.data], capture_output=True, text=True)
    return [Path(line).name for line in found.stdout.splitlines()]


def erase(options) -> int:
    gateway = Gateway(REPOSITORY / "certs", log_level="warning")
    try:
        gateway.start()
        gateway.apply(account_toml("s@sender.test", 9, tls="none") + '[[sequence]]\nkey = "probe"\n')
        gateway.stop()
        [store] = gateway.data.glob("*.db")
        fill(store, options.mails, options.size)
        gateway.start()
        gateway.verb("stats", timeout=600)  # Counts the new events, which is no part of it.
        print(f"{options.mails} mails, a store of {store.stat().st_size / 1e9:.1f} GB, memory {memory(gateway)} MB", flush=True)
        for name in ("the first", "a second"):
            number = 5 if name == "the first" else 7
            probe = Probe(gateway)
            probe.start()
            start = time.monotonic()
            report = json.loads(gateway.verb("contact", "erase", f"p{number}@d{number}.test", "--json", timeout=1800).stdout)
            seconds = time.monotonic() - start
            print(f"{name} person: {report['messages']} mails in {seconds:.1f} s, memory {memory(gateway)} MB", flush=True)
            print("  " + probe.report(), flush=True)
            print("  " + writer(gateway), flush=True)
            address = f"p{number}@d{number}.test".encode()
            print(f"  in {', '.join(left(gateway, address)) or 'no file'} of the store {address.decode()} is still to be found", flush=True)
    finally:
        gateway.kill()
        shutil.rmtree(gateway.folder, ignore_errors=True)
    return 0
