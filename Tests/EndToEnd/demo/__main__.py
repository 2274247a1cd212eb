"""The flow of the demo; see scripts/demo."""

import argparse
import json
import os
import re
import shutil
import signal
import sys
import time
import tomllib
from pathlib import Path

from world.gateway import Gateway
from world.people import People
from world.provider import Provider
from world.system import REPOSITORY, Trouble, alive, banner, end_process, uninterrupted

from .plan import CONTACTS, EVERYBODY, OWN_CONTACTS, OWN_SEQUENCE, SENDS
from .report import Report
from .submit import Clients

KEPT = REPOSITORY / ".build/demo-kept.json"
SECONDS = 90
started = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True)


def provision() -> tuple[Path, dict, dict[str, int]]:
    """conf/demo.toml with its accounts and ports; a copy with other ports when somebody else listens on those."""
    source = REPOSITORY / "conf/demo.toml"
    wanted = tomllib.loads(source.read_text())
    ports = {"submission": wanted["account"][0]["smtp"]["port"], "imap": wanted["account"][0]["imap"]["port"]}
    return source, wanted, {name: port for name, port in ports.items() if not banner(port)}


def with_ports(source: Path, wanted: dict, provider: Provider, folder: Path) -> Path:
    text = source.read_text()
    for name, side in (("submission", "smtp"), ("imap", "imap")):
        port = wanted["account"][0][side]["port"]
        if port != provider.ports[name]:
            say(f"port {port} of conf/demo.toml is taken; a copy of it uses {provider.ports[name]}")
            text = re.sub(rf"\bport = {port}\b", f"port = {provider.ports[name]}", text)
    if text == source.read_text():
        return source
    # Beside the original's, relative paths of the copy must still mean the same.
    copy = folder / "demo.toml"
    copy.write_text(text.replace('"certs/', f'"{REPOSITORY}/certs/'))
    return copy


def show(gateway: Gateway, report: Report) -> None:
    print(f"\n{report.overview()}\n")
    for head, words in (("Account health", ("account", "health")), ("Credits", ("credit", "show"))):
        lines = gateway.verb(*words).stdout.rstrip().splitlines()
        print(f"{head} (postern {' '.join(words)})\n" + "\n".join(f"  {line}" for line in lines) + "\n")
    print(f"One conversation as it arrived, headers of its mails\n{report.conversation()}\n", flush=True)


def how_to_look(gateway: Gateway, provider: Provider, accounts: dict, submitter: dict) -> None:
    anna = next(iter(accounts))
    print(f"""Everything stays up. To point a mail client at it (trust {provider.ca}):
  submit to Postern     localhost:{gateway.ports['starttls']} STARTTLS or :{gateway.ports['implicit']} TLS, login {submitter['login']} / {submitter['password']}
                        localhost:{gateway.ports['plain']} without a login
  a sender's mailbox    IMAP localhost:{provider.ports['imaps']} TLS or :{provider.ports['imap']} STARTTLS, {anna} / {provider.password(anna)}
  a contact's mailbox   the same servers, vera@world.test / {provider.password('vera@world.test')}; sends at localhost:{provider.ports['submissions']} TLS
  ask Postern           export POSTERN_SOCKET={gateway.socket}; .build/release/postern queue list --state all
  logs                  {gateway.log_path}, {provider.folder}/postfix/maillog, {provider.folder}/dovecot/dovecot.log
To end it: scripts/demo --stop""", flush=True)


def stop_kept() -> int:
    if not KEPT.exists():
        print("no demo was kept")
        return 0
    kept = json.loads(KEPT.read_text())
    for name, pid in kept["processes"].items():
        # Only what still is the process that was started: a pid may have been given away meanwhile.
        command = Path(f"/proc/{pid}/cmdline")
        if alive(pid) and name in command.read_bytes().decode(errors="replace"):
            end_process(pid)
    for folder in kept["folders"]:
        shutil.rmtree(folder, ignore_errors=True)
    KEPT.unlink()
    print("the kept demo has ended")
    return 0


def perform(keep: bool) -> int:
    say("starting the provider and the world: Postfix and Dovecot with Sieve")
    source, wanted, ports = provision()
    accounts = {entry["address"]: entry["display_name"] for entry in wanted["account"]}
    [submitter] = wanted["submitter"]
    provider = gateway = people = None
    kept = False
    try:
        with uninterrupted():
            provider = Provider(certs=REPOSITORY / "certs", ports=ports)
            gateway = Gateway(REPOSITORY / "certs")
        for entry in wanted["account"]:
            provider.add(entry["address"], entry["password"])
        for contact in CONTACTS:
            if contact.exists:
                provider.add(contact.address, vacation=contact.vacation)
        for contact in OWN_CONTACTS:
            provider.add(contact.address)
        provider.start()

        say("starting postern serve, then postern apply conf/demo.toml")
        gateway.start()
        said = gateway.verb("apply", with_ports(source, wanted, provider, gateway.folder), cwd=REPOSITORY).stdout
        print("\n".join(f"          {line}" for line in said.rstrip().splitlines()))

        clients = Clients(gateway, submitter["login"], submitter["password"])
        say(f"submitting 3 steps to {len(CONTACTS)} contacts with swaks and msmtp, such as")
        print(f"          {clients.example()}")
        clients.enrol_all()
        enroll_own(gateway)
        people = People(provider, {contact.address: contact.answers for contact in EVERYBODY if contact.answers})
        people.start()

        report = wait_for_end(gateway, provider, accounts)
        people.stop()
        show(gateway, report)
        differences = report.differences() + people.troubles
        if differences:
            print(f"{len(differences)} things are not as they must be:")
            print("\n".join(f"  - {difference}" for difference in differences))
            print(f"\nthe end of postern's log:\n{gateway.log()[-4000:]}")
        else:
            say("all of it is as it must be")
        if keep:
            kept = True
            KEPT.write_text(json.dumps({
                "processes": {"postern": gateway.process.pid, "master": provider.postfix.pid, "dovecot": provider.dovecot.pid},
                "folders": [str(gateway.folder), str(provider.folder)]}))
            how_to_look(gateway, provider, accounts, submitter)
        return 1 if differences else 0
    finally:
        if not kept:
            say("stopping everything")
            # Ctrl-C twice must not leave half of it running.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            if people and people.is_alive():
                people.stop()
            if gateway:
                gateway.stop()
                shutil.rmtree(gateway.folder, ignore_errors=True)
            if provider:
                provider.stop()


def enroll_own(gateway: Gateway) -> None:
    """The sequence with its own steps: it is activated, people are enrolled from a file, and all mails are seen with their times."""
    file = gateway.folder / "people.csv"
    file.write_text("email,first_name,company,tags\n" + "".join(
        f"{contact.address},{contact.name},{contact.company},{contact.tags}\n" for contact in OWN_CONTACTS))
    say(f"the same with steps of its own: postern sequence activate {OWN_SEQUENCE}; postern enroll {OWN_SEQUENCE} --file people.csv")
    gateway.verb("sequence", "activate", OWN_SEQUENCE)
    said = gateway.verb("enroll", OWN_SEQUENCE, "--file", file).stdout
    number = next(iter(gateway.enrollments(OWN_SEQUENCE).values()))["id"]
    said += "\n" + gateway.verb("enrollment", "show", str(number)).stdout
    print("\n".join(f"          {line}".rstrip() for line in said.rstrip().splitlines()))


def wait_for_end(gateway: Gateway, provider: Provider, accounts: dict[str, str]) -> Report:
    """Waits until everybody is through, or the time is over; then what is known."""
    end, last = time.monotonic() + SECONDS, None
    while True:
        report = Report(gateway, provider, accounts)
        sent = sum(1 for row in report.messages if row.get("sent_at"))
        states = (sent, len(report.inbox))
        if states != last:
            say(f"{sent} of {SENDS} mails sent, {len(report.inbox)} came back")
            last = states
        if report.done():
            # A mail too many would come now.
            time.sleep(2)
            return Report(gateway, provider, accounts)
        if time.monotonic() > end:
            say(f"not done after {SECONDS} s")
            return report
        time.sleep(1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Shows the main job on real servers and checks it.")
    parser.add_argument("--keep", action="store_true", help="leave all servers up and say how to reach them")
    parser.add_argument("--stop", action="store_true", help="end a demo that was kept")
    options = parser.parse_args()
    if options.stop:
        return stop_kept()
    if KEPT.exists():
        print("a kept demo is still up; end it with scripts/demo --stop", file=sys.stderr)
        return 75
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: sys.exit(143))
    os.environ.setdefault("POSTERN", str(REPOSITORY / ".build/release/postern"))
    try:
        return perform(options.keep)
    except Trouble as trouble:
        print(f"demo: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


sys.exit(main())
