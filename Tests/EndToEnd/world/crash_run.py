"""One short life of a daemon that dies at a given system call, and the account of every mail afterwards."""

import shutil
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from .faults import strace
from .gateway import Gateway, account_toml, queued_ids
from .rough_sink import Manner, RoughSink
from .system import Trouble, wait_until

MAIN = "main@sender.test"
LATER = "later@world.test"  # of fill_log; its time never comes
PROPER = {Manner.TAKE: "sent", Manner.LATE: "sent", Manner.REFUSE: "failed", Manner.DROP: "unknown"}


@dataclass
class Answers:
    """What the clients of one run were told."""

    taken: dict[int, int] = field(default_factory=dict)  # number and queue id, of those with a 250
    lost: set[int] = field(default_factory=set)  # the daemon died before its answer
    refused: dict[int, str] = field(default_factory=dict)  # any other answer


class Client(threading.Thread):
    """Submits its share of the mails over one connection, as fast as they are answered; ends when the daemon does. Plain mails
    have no control header: those go through the mail log."""

    def __init__(self, port: int, numbers: list[int], manner, answers: Answers, plain: bool):
        super().__init__(daemon=True)
        self.port, self.numbers, self.manner, self.answers, self.plain = port, numbers, manner, answers, plain
        self.start()

    def run(self) -> None:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=90) as link:
                replies = link.makefile("rb")
                replies.readline()
                self._say(link, replies, b"HELO client.test\r\n", 1)
                for number in self.numbers:
                    self._one(link, replies, number)
        except (OSError, EOFError):
            pass

    def _one(self, link: socket.socket, replies, number: int) -> None:
        account = drop_account(number) if self.manner(number) == Manner.DROP else MAIN
        envelope = f"MAIL FROM:<app@client.test>\r\nRCPT TO:<p{number}@world.test>\r\nDATA\r\n"
        answer = self._say(link, replies, envelope.encode(), 3)
        if not answer[2].startswith("354"):
            self.answers.refused[number] = answer[0]
            return
        control = "" if self.plain else f"X-Postern-Account: {account}\r\n"
        mail = (f"From: app@client.test\r\nSubject: mail {number}\r\n{control}\r\n"
                f"{'one line of text ' * 4}\r\n.\r\n")
        try:
            [answer] = self._say(link, replies, mail.encode(), 1)
        except (OSError, EOFError):
            self.answers.lost.add(number)
            raise
        if answer.startswith("250"):
            self.answers.taken[number] = queued_ids(answer)[0]
        else:
            self.answers.refused[number] = answer

    def _say(self, link: socket.socket, replies, words: bytes, count: int) -> list[str]:
        link.sendall(words)
        lines = [replies.readline() for _ in range(count)]
        if not lines[-1].endswith(b"\r\n"):
            raise EOFError
        return [line.decode().strip() for line in lines]


def drop_account(number: int) -> str:
    """After a lost connection an account rests; so each mail whose server drops it has an account of its own."""
    return f"drop{number}@sender.test"


@dataclass
class Outcome:
    """What one run came to."""

    code: int  # how the daemon ended: -9 killed, 0 in order
    answers: Answers
    states: Counter
    unknown_that_arrived: int
    wrong: list[str]
    injected: int = 0  # how often the fault came, of those that strace says it for: errors


class CrashRuns:
    """Runs on copies of one prepared store, so that each starts from the same bytes."""

    CONNECTIONS = 2
    PROPER = PROPER

    def __init__(self, gateway: Gateway, sink: RoughSink, mails: int, plain: bool = False, clients: int = 2):
        """Plain mails all go through one account, whose server takes them."""
        self.gateway, self.sink, self.mails, self.plain, self.clients = gateway, sink, mails, plain, clients
        self.template = gateway.folder / "template"
        gateway.start()
        gateway.apply("".join(self.accounts()))
        gateway.stop()
        shutil.copytree(gateway.data, self.template)

    def after_a_kill(self, way: Manner) -> list[tuple[str, int]]:
        """How a mail may end, beside as its server says, when the daemon was killed: state and how often the server got it."""
        return [("unknown", 0), ("unknown", 1)]

    def accounts(self) -> list[str]:
        """The apply file's accounts."""
        dropping = [] if self.plain else range(self.mails)
        return [account_toml(MAIN, self.sink.port, tls="none", connections=self.CONNECTIONS),
                *(account_toml(drop_account(number), self.sink.port, tls="none") for number in dropping)]

    def fill_log(self, megabytes: int) -> None:
        """Makes the prepared store's write-ahead log so long that the next mails bring a checkpoint."""
        line, next_year = b"x" * 70 + b"\r\n", datetime.now(timezone.utc) + timedelta(days=365)
        head = f"Subject: long\r\nX-Postern-Send-At: {next_year:%FT%TZ}\r\n\r\n".encode()
        self._reset()
        self.gateway.start()
        self.gateway.submit_raw(head + line * (megabytes * (1 << 20) // len(line)), "app@client.test", [LATER])
        self.gateway.kill()
        shutil.rmtree(self.template)
        shutil.copytree(self.gateway.data, self.template)

    def _reset(self) -> None:
        shutil.rmtree(self.gateway.data)
        shutil.copytree(self.template, self.gateway.data)
        self.sink.forget()

    def calls(self, names: str, manner=lambda number: Manner.TAKE) -> int:
        """How many of these calls one undisturbed run makes on the thread that makes most."""
        log = self.gateway.folder / "calls"
        self.run(names, "signal=SIGCONT:when=65535", manner, log=log)
        return max(Counter(line.split()[0] for line in log.read_text().splitlines() if "(" in line).values())

    def run(self, names: str, fault: str, manner=lambda number: Manner.TAKE, log: Path | str = "/dev/null") -> Outcome:
        """One life under strace, one after it without, and the account."""
        self._reset()
        self.sink.manner = lambda recipient: manner(number_of(recipient))
        answers = Answers()
        self.gateway.wrapper = strace(names, fault, log)
        try:
            self.gateway.start()
            self._submit(manner, answers)
            if self.gateway.running():
                self._finish(len(answers.taken))
        except Trouble:
            # It may die while it starts; anything else is not what this run is for.
            if self.gateway.running():
                raise
        finally:
            self.gateway.wrapper = []
        code = self.gateway.process.wait(60)
        self.gateway.start()
        self._drain()
        outcome = self._account(code, answers, manner)
        if Path(log).is_file():
            outcome.injected = Path(log).read_text(errors="replace").count("(INJECTED)")
        self.gateway.kill()
        return outcome

    def run_through(self, names: str, fault: str) -> Outcome:
        """One life with a passing fault, and the account without a restart."""
        self._reset()
        self.sink.manner = lambda recipient: Manner.TAKE
        answers = Answers()
        self.gateway.wrapper = strace(names, fault)
        try:
            self.gateway.start()
        finally:
            self.gateway.wrapper = []
        try:
            self._submit(lambda number: Manner.TAKE, answers)
            # While the disk is full, what the mail log holds is safe but not listed.
            wait_until("what was taken to be listed", lambda: len(self.gateway.queue()) >= len(answers.taken))
            wait_until("what is on its way", lambda: not self.gateway.queue("sending"))
            # What could not be journaled stands back for a minute; the test does not wait so long.
            for row in self.gateway.queue("scheduled"):
                self.gateway.verb("queue", "retry", row["id"], check=False)
            self._drain()
            outcome = self._account(0, answers, lambda number: Manner.TAKE)
            outcome.code = self.gateway.stop()
        finally:
            self.gateway.kill()
        return outcome

    def _submit(self, manner, answers: Answers) -> None:
        shares = [list(range(self.mails))[index::self.clients] for index in range(self.clients)]
        for client in [Client(self.gateway.ports["plain"], share, manner, answers, self.plain) for share in shares]:
            client.join()

    def _finish(self, expected: int) -> None:
        """Every mail is taken; the fault may still come while they leave, or while the daemon stops."""
        end = time.monotonic() + 60
        while self.gateway.running() and time.monotonic() < end:
            if len(self.sink.arrivals) + len(self.sink.refusals) >= expected:
                break
            time.sleep(0.005)
        self.gateway.stop()

    def _drain(self) -> None:
        def is_empty() -> bool:
            return all(row["recipient"] == LATER for row in self.gateway.queue("scheduled", "sending"))
        try:
            # Long, because under a sweep of hours the machine has other things to do: a mail that is still on its way is not lost.
            wait_until("the queue to be empty", is_empty, seconds=600, every=0.03)
        except Trouble:
            pass  # The account names what is left.

    def _account(self, code: int, answers: Answers, manner) -> Outcome:
        rows = [row for row in self.gateway.queue() if row["recipient"] != LATER]
        kept = {number_of(row["recipient"]): row for row in rows}
        taken = Counter(number_of(recipient) for recipient, _ in self.sink.arrivals)
        refused = Counter(number_of(recipient) for recipient, _ in self.sink.refusals)
        wrong = [f"{len(rows) - len(kept)} mails are in the store twice"] if len(rows) != len(kept) else []
        for number in range(self.mails):
            state = kept[number]["state"] if number in kept else "absent"
            seen, way = taken[number] + refused[number], manner(number)
            told = (f"with a 250 and id {answers.taken[number]}" if number in answers.taken else
                    "whose answer was lost" if number in answers.lost else answers.refused.get(number, "never answered"))
            ends = [(self.PROPER[way], 1)]
            if code != 0:
                ends += self.after_a_kill(way)
            if number not in answers.taken:
                # Whoever was told no sends it again: then it must not be here.
                ends = [("absent", 0)] + (ends if number in answers.lost else [])
            if (state, seen) not in ends or answers.taken.get(number, kept.get(number, {}).get("id")) != kept.get(number, {}).get("id"):
                wrong.append(f"mail {number} ({told}; its server {way.value}) is {state} and reached the server {seen} times")
        identifiers = Counter(ident for _, ident in self.sink.arrivals)
        wrong += [f"Message-ID {ident} arrived {count} times" for ident, count in identifiers.items() if count > 1]
        unknown = [number for number, row in kept.items() if row["state"] == "unknown" and manner(number) != Manner.DROP]
        if len(unknown) > self.CONNECTIONS:
            wrong.append(f"{len(unknown)} mails are unknown, with {self.CONNECTIONS} connections at most")
        states = Counter(row["state"] for row in rows)
        booked = sum(day["sends"] for day in self.gateway.rows("credit", "show"))
        if booked != states["sent"]:
            wrong.append(f"{booked} credits are booked for {states['sent']} that are sent")
        return Outcome(code, answers, states, sum(1 for number in unknown if taken[number]), wrong)


def number_of(recipient: str) -> int:
    return int(recipient.split("@")[0][1:])
