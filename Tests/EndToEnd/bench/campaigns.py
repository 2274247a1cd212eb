"""`scripts/bench campaigns`: one run that finds many people in a file, killed in the middle, and one over HTTP with pages and an enrichment:
time, memory, and how long the reply to a mail that is taken meanwhile takes at most, because it waits behind the campaign's transactions."""

import json
import shutil
import smtplib
import sqlite3
import threading
import time
from pathlib import Path

from bench.statistics import writer
from world.gateway import Gateway, account_toml
from world.sources import PeopleAPI
from world.system import REPOSITORY, wait_until

SEQUENCE = '[[sequence]]\nkey = "probe"\n[[sequence]]\nkey = "hello"\n' + "".join(f"""
[[sequence.step]]
delay = "{1 + 3 * step}d"
subject = "Step {step} for {{{{ contact.first_name | default: 'you' }}}}"
text = "Hello {{{{ contact.first_name | default: 'there' }}}}, this is step {step}."
only_if = ["no-reply"]
""" for step in range(3))
WINDOW = 'zone = "UTC"\nwindow = { spans = ["00:00-24:00"], days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }\n'


class Probe(threading.Thread):
    """Hands in steps of a sequence one after the other; their replies wait for the store's writer, as the mail log cannot take them."""

    def __init__(self, gateway: Gateway):
        super().__init__(daemon=True)
        self.gateway, self.times, self.over = gateway, [], False

    def run(self) -> None:
        number = 0
        while not self.over:
            try:
                with smtplib.SMTP("localhost", self.gateway.ports["plain"], timeout=60) as client:
                    client.ehlo("client.test")
                    while not self.over:
                        number += 1
                        client.mail("app@client.test")
                        client.rcpt(f"probe{time.monotonic_ns()}@probe.test")
                        mail = f"Subject: Probe\r\nX-Postern-Sequence: probe\r\nX-Postern-Step: 1\r\nX-Postern-Delay: 4w\r\n\r\n{number}\r\n"
                        start = time.monotonic()
                        code, said = client.data(mail.encode())
                        self.times.append(time.monotonic() - start)
                        assert code == 250, said
                        time.sleep(0.01)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.05)  # killed meanwhile

    def report(self) -> str:
        self.over = True
        self.join()
        times = sorted(self.times)
        return (f"replies meanwhile: {len(times)}, median {times[len(times) // 2] * 1000:.0f} ms, 99 % {times[len(times) * 99 // 100] * 1000:.0f} ms,"
                f" longest {', '.join(f'{seconds * 1000:.0f}' for seconds in times[-5:])} ms")


def memory(gateway: Gateway) -> int:
    lines = Path(f"/proc/{gateway.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def run_of(gateway: Gateway, key: str) -> dict:
    rows = gateway.rows("campaign", "runs", key)
    return rows[0] if rows else {"state": "none", "enrolled": 0}


def planning(gateway: Gateway) -> int:
    return json.loads(gateway.verb("sequence", "show", "hello", "--limit", "1", "--json").stdout)["planning"]


def from_file(gateway: Gateway, people: int) -> None:
    (gateway.data / "campaigns").mkdir(exist_ok=True)
    file = gateway.data / "campaigns" / "people.csv"
    file.write_text("email,first_name,company\n" + "".join(f"p{n}@d{n % 997}.test,P{n},Company {n % 5000}\n" for n in range(people)))
    gateway.apply(f'[[campaign]]\nkey = "file"\nsequence = "hello"\nowner = "owner@world.test"\nruns = 1\n{WINDOW}'
                  '[campaign.source]\nkind = "csv"\nfile = "people.csv"\n')
    probe = Probe(gateway)
    probe.start()
    start = time.monotonic()
    gateway.verb("campaign", "start", "file")
    gateway.verb("campaign", "run", "file", check=False)
    wait_until("a third to be enrolled", lambda: run_of(gateway, "file")["enrolled"] > people // 3, 900, every=0.2)
    before = memory(gateway)
    print("  " + writer(gateway), flush=True)
    gateway.kill()
    gateway.start()
    wait_until("the run to end", lambda: run_of(gateway, "file")["state"] == "done", 900, every=0.2)
    enrolled = time.monotonic() - start
    wait_until("all to be planned", lambda: planning(gateway) == 0, 900, every=0.5)
    row = run_of(gateway, "file")
    print(f"{people} people of a file, killed in the middle: found {row['found']}, enrolled {row['enrolled']} in {enrolled:.1f} s, planned"
          f" after {time.monotonic() - start:.1f} s, memory {max(before, memory(gateway))} MB", flush=True)
    print("  " + probe.report(), flush=True)
    print("  " + writer(gateway), flush=True)
    start = time.monotonic()
    gateway.rows("campaign", "show", "file")
    print(f"  campaign show: {(time.monotonic() - start) * 1000:.0f} ms", flush=True)


def over_http(gateway: Gateway, people: int) -> None:
    with PeopleAPI(size=1000) as api:
        api.people = [{"id": n, "name": f"H{n}", "contact": {"email": f"h{n}@d{n % 997}.test"} if n % 2 else {}} for n in range(people)]
        api.addresses = {person["id"]: f"h{person['id']}@d.test" for person in api.people}
        api.addresses |= {str(number): address for number, address in api.addresses.items()}
        call = 'allow_networks = ["127.0.0.1/32"]\nrequests_per_minute = 60000\n'
        gateway.apply(f"""
[[campaign]]
key = "http"
sequence = "hello"
owner = "owner@world.test"
runs = 1
{WINDOW}
[campaign.source]
kind = "http"
url = "{api.url}/page"
items = "/data"
fields = {{ id = "/id", email = "/contact/email", first_name = "/name" }}
paging = {{ kind = "page", parameter = "page" }}
{call}
[campaign.enrichment]
url = "{api.url}/find"
body = '{{"people":"{{{{ people }}}}"}}'
items = "/found"
fields = {{ id = "/id", email = "/email" }}
batch = 50
{call}
""")
        probe = Probe(gateway)
        probe.start()
        start = time.monotonic()
        gateway.verb("campaign", "start", "http")
        gateway.verb("campaign", "run", "http", check=False)
        wait_until("the run to end", lambda: run_of(gateway, "http")["state"] in ("done", "failed"), 900, every=0.2)
        row = run_of(gateway, "http")
        print(f"{people} people by HTTP, pages of {api.size}, half of them enriched by 50: found {row['found']}, enrolled {row['enrolled']},"
              f" errors {row['errors']} in {time.monotonic() - start:.1f} s, memory {memory(gateway)} MB", flush=True)
        print("  " + probe.report(), flush=True)
        print("  " + writer(gateway), flush=True)


def remove(gateway: Gateway) -> None:
    probe = Probe(gateway)
    probe.start()
    start = time.monotonic()
    gateway.verb("campaign", "remove", "file", timeout=900)
    print(f"removed, its people stopped, in {time.monotonic() - start:.1f} s", flush=True)
    print("  " + probe.report(), flush=True)
    print("  " + writer(gateway), flush=True)


def campaigns(options) -> int:
    gateway = Gateway(REPOSITORY / "certs", log_level="warning")
    try:
        gateway.start()
        gateway.apply(account_toml("s@sender.test", 9, tls="none") + SEQUENCE)
        gateway.verb("sequence", "activate", "hello")
        if options.people:
            from_file(gateway, options.people)
        if options.http:
            over_http(gateway, options.http)
        gateway.stop()
        [store] = gateway.data.glob("*.db")
        with sqlite3.connect(store) as database:
            [(steps, people)] = database.execute(
                "SELECT COUNT(*), COUNT(DISTINCT recipient) FROM message WHERE step = 1 AND step_id IS NOT NULL").fetchall()
        database.close()
        print(f"first mails: {steps}, to {people} people" + ("" if steps == people else ": SOMEBODY GETS TWO"), flush=True)
        gateway.start()
        if options.people:
            remove(gateway)
    finally:
        gateway.kill()
        shutil.rmtree(gateway.folder, ignore_errors=True)
    return 0
