"""Sequences with steps of their own: enrolling and planning many contacts, and what many cost while nothing is due."""

import json
import os
import shutil
import time
from pathlib import Path

from world.gateway import Gateway, account_toml
from world.system import REPOSITORY, wait_until

SEQUENCE = """
[[sequence]]
key = "many"
window = { spans = ["09:00-17:00"], spread = "even" }
""" + "".join(f"""
[[sequence.step]]
delay = "{3 + step}d"
subject = "Step {step} for {{{{ contact.first_name | default: 'you' }}}}"
text = "Hello {{{{ contact.first_name | default: 'there' }}}}, this is step {step}."
only_if = ["no-reply"]
""" for step in range(5))


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sequences(options) -> int:
    gateway = Gateway(REPOSITORY / "certs")
    try:
        gateway.start()
        gateway.apply(account_toml("s@sender.test", 9, tls="none") + SEQUENCE)
        idle = {0: idle_cpu(gateway, options.seconds)}
        people = gateway.folder / "people.csv"
        people.write_text("email,first_name\n" + "".join(f"p{n}@d{n % 997}.test,P{n}\n" for n in range(options.contacts)))
        start = time.monotonic()
        gateway.verb("enroll", "many", "--file", people, "--quiet", timeout=600)
        enrolled = time.monotonic() - start
        start = time.monotonic()
        gateway.verb("sequence", "activate", "many")
        wait_until("all to be planned", lambda: show(gateway)["planning"] == 0, 600, every=0.05)
        planned = time.monotonic() - start
        print(f"{options.contacts} contacts, five steps each: enrolled in {enrolled:.2f} s (from a file, as a draft), "
              f"planned in {planned:.2f} s after activation", flush=True)
        start = time.monotonic()
        gateway.apply(SEQUENCE.replace("this is step 4", "this is the last step"))
        wait_until("all to follow the edit", lambda: show(gateway)["planning"] == 0, 600, every=0.05)
        print(f"an edit of the running sequence: all planned anew in {time.monotonic() - start:.2f} s", flush=True)
        start = time.monotonic()
        gateway.rows("enrollment", "list", "--sequence", "many", "--limit", "1000")
        print(f"a page of 1000 enrollments with the planned times of all steps: {time.monotonic() - start:.2f} s", flush=True)
        # What the edit leaves to be done is over by then.
        time.sleep(options.seconds)
        idle[options.contacts] = idle_cpu(gateway, options.seconds)
        for contacts, used in idle.items():
            print(f"nothing due, {contacts} enrollments: {used * 1000:.1f} ms of CPU in {options.seconds} s", flush=True)
    finally:
        gateway.stop()
        shutil.rmtree(gateway.folder, ignore_errors=True)
    return 0


def show(gateway: Gateway) -> dict:
    return json.loads(gateway.verb("sequence", "show", "many", "--limit", "1", "--json").stdout)


def idle_cpu(gateway: Gateway, seconds: int) -> float:
    time.sleep(2)
    before = cpu_seconds(gateway.process.pid)
    time.sleep(seconds)
    return cpu_seconds(gateway.process.pid) - before
