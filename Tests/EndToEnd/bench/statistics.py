"""`scripts/bench statistics`: how long an answer takes with a million events, and how long counting all of them does."""

import http.client
import json
import random
import socket
import sqlite3
import statistics as median
import time

from world.gateway import Gateway
from world.system import REPOSITORY

DAY = 86_400_000
QUESTIONS = ["/stats?by=workspace", "/stats?by=account", "/stats?by=campaign", "/stats?by=tag", "/stats?by=step",
             "/stats?by=sequence", "/stats?by=variant", "/sequences/sequence1/stats"]


class Control(http.client.HTTPConnection):
    """HTTP over the daemon's control socket."""

    def __init__(self, gateway: Gateway):
        super().__init__("localhost", timeout=600)
        self.path = str(gateway.socket)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def writer(gateway: Gateway) -> str:
    """How long the store's writer was kept since the start."""
    link = Control(gateway)
    link.request("GET", "/api/v1/health")
    held = json.loads(link.getresponse().read())["writer"]
    link.close()
    return (f"the writer: {held['transactions']} transactions in {held['busy_ms'] / 1000:.1f} s, the longest {held['longest_ms']} ms"
            f" ({held['longest_jobs']} jobs, commit {held['longest_commit_ms']} ms), the slowest job {held['slowest_job_ms']} ms: {held['slowest_job']}")


def fill(store, events: int) -> int:
    """Enrollments with a mail each over 90 days, and five events for each mail as the daemon writes them."""
    chance, now = random.Random(6), int(time.time() * 1000)
    with sqlite3.connect(store) as database:
        for number in range(1, 21):
            database.execute("INSERT INTO sequence (id, workspace_id, key, state, entry, created_at) VALUES (?, 1, ?, 'active', ?, 0)",
                             (number, f"sequence{number}", json.dumps({"key": f"sequence{number}", "workspace": "default"})))
        rows, count = [], 0
        for number in range(1, events // 5 + 1):
            sent = now - chance.randrange(90 * DAY)
            database.execute("INSERT INTO contact (id, workspace_id, address, created_at) VALUES (?, 1, ?, 0)", (number, f"p{number}@x.test"))
            database.execute("INSERT INTO enrollment (id, sequence_id, contact_id, state, replan, started_at) VALUES (?, ?, ?, 'stopped', 0, 0)",
                             (number, number % 20 + 1, number))
            database.execute(
                "INSERT INTO message (id, workspace_id, body_id, state, lane, priority, sender, recipient, subject, message_id, pool_id, account_id,"
                " enrollment_id, step, campaign, tag, created_at, sent_at) VALUES (?, 1, 1, 'sent', -1, 0, '', ?, '', ?, 1, ?, ?, ?, ?, ?, 0, ?)",
                (number, f"p{number}@x.test", f"<{number}@x.test>", number % 50 + 1, number, number % 5 + 1, f"c{number % 10}", f"t{number % 10}", sent))
            kinds = ["message.queued", "enrollment.started", "message.sent",
                     chance.choice(["message.replied", "message.bounced", "message.opened", "message.clicked"]),
                     "enrollment.stopped" if number % 3 == 0 else "enrollment.completed"]
            for place, kind in enumerate(kinds):
                detail = {"recipient": "p@x.test", "reason": "replied", "was": "sent"}
                of_mail = kind.startswith("message.")
                rows.append((sent + place * chance.randrange(DAY), kind, number if of_mail else None, number % 50 + 1 if of_mail else None, number,
                             json.dumps(detail)))
                count += 1
        rows.sort()
        database.executemany("INSERT INTO event (at, workspace_id, kind, message_id, account_id, enrollment_id, detail) VALUES (?, 1, ?, ?, ?, ?, ?)", rows)
    database.close()
    return count


def statistics(options) -> int:
    gateway = Gateway(REPOSITORY / "certs", log_level="warning")
    try:
        gateway.start()
        gateway.stop()
        [store] = gateway.data.glob("*.db")
        count = fill(store, options.events)
        gateway.start()
        for what, words in (("for the first time", ("GET", "/api/v1/stats")), ("anew", ("POST", "/api/v1/stats/rebuild"))):
            link = Control(gateway)
            start = time.monotonic()
            link.request(*words)
            link.getresponse().read()
            seconds = time.monotonic() - start
            link.close()
            print(f"{count} events counted {what} in {seconds:.1f} s, {count / seconds:.0f} a second", flush=True)
        print("  " + writer(gateway), flush=True)
        for question in QUESTIONS:
            times = []
            for _ in range(options.runs):
                link = Control(gateway)
                start = time.monotonic()
                link.request("GET", "/api/v1" + question)
                answer = link.getresponse().read()
                times.append((time.monotonic() - start) * 1000)
                link.close()
            print(f"  {question:32} {median.median(times):7.1f} ms ({max(times):.1f} at most), {len(answer)} bytes")
    finally:
        gateway.kill()
        gateway.__exit__(None)
    return 0
