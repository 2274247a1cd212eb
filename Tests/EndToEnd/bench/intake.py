"""How fast mail is accepted, beside Postfix: each mail is safe on disk before its 250 on both sides, with the default durability of
both; nothing is sent on meanwhile."""

import json
import os
import resource
import shutil
import socket
import sqlite3
import ssl
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from world.gateway import Gateway
from world.provider import Provider
from world.system import REPOSITORY, Trouble, run

LIMITS = "[intake]\nmax_connections = 20000\nmax_connections_per_address = 20000\n"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Rates:
    """Mails a second of both, run by run."""

    postern: list[float] = field(default_factory=list)
    postfix: list[float] = field(default_factory=list)

    def line(self) -> str:
        ours, theirs = statistics.median(self.postern), statistics.median(self.postfix)
        return f"postern {ours:7.0f}   postfix {theirs:6.0f}   ratio {ours / theirs:5.1f}"


def source(port: int, sessions: int, mails: int, size: int) -> float:
    """Mails a second that a server accepts from smtp-source; -d keeps a connection for many mails."""
    start = time.monotonic()
    run("smtp-source", "-d", "-s", sessions, "-m", mails, "-l", size, "-f", "app@client.test", "-t", "someone@world.test",
        f"127.0.0.1:{port}", timeout=300)
    return mails / (time.monotonic() - start)


def build_load(folder: Path) -> Path:
    """Our own load generator: pipelining, one write and one read a mail."""
    program = folder / "load"
    run("clang", "-O2", "-o", program, Path(__file__).with_name("load.c"))
    return program


def load(program: Path, port: int, sessions: int, mails: int, size: int) -> dict:
    return json.loads(run(program, port, sessions, mails, size, timeout=300).stdout)


def settle(gateway: Gateway) -> float:
    """Waits until all that was accepted has its rows; gives the seconds. So that it costs the next run nothing."""
    start = time.monotonic()
    gateway.rows("queue", "stats")
    waited = time.monotonic() - start
    time.sleep(0.3)
    return waited


def threads(pid: int) -> dict[str, tuple[float, float]]:
    """Seconds in user and system mode of each thread."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        words = (task / "stat").read_text().rpartition(")")[2].split()
        name = f"{(task / 'comm').read_text().strip()} {task.name}"
        found[name] = (int(words[11]) / TICK, int(words[12]) / TICK)
    return found


def memory(pid: int, key: str = "VmRSS") -> int:
    """Kilobytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise Trouble(f"no {key}")


def profile(gateway: Gateway, options) -> None:
    """Where the time of one run goes, by thread, and of smtp-source."""
    before, spent = threads(gateway.process.pid), resource.getrusage(resource.RUSAGE_CHILDREN)
    rate = source(gateway.ports["plain"], options.sessions, options.mails, options.size)
    after, used = threads(gateway.process.pid), resource.getrusage(resource.RUSAGE_CHILDREN)
    settle(gateway)
    later = threads(gateway.process.pid)
    each = 1e6 / options.mails
    print(f"where the time goes, microseconds of a core a mail (two cores give {2e6 / rate:.0f} at {rate:.0f} mails/s):")
    print(f"  smtp-source          user {(used.ru_utime - spent.ru_utime) * each:5.1f}  system {(used.ru_stime - spent.ru_stime) * each:5.1f}")
    for name, (user, system) in sorted(after.items(), key=lambda item: -sum(item[1])):
        begin = before.get(name, (0, 0))
        rest = sum(later.get(name, (user, system))) - user - system
        if user + system - sum(begin) + rest > 0.02:
            print(f"  {name.rpartition(' ')[0]:20} user {(user - begin[0]) * each:5.1f}  system {(system - begin[1]) * each:5.1f}"
                  f"  afterwards {rest * each:5.1f}")


def disk(folder: Path) -> None:
    """What the disk gives: syncs a second over written blocks, one mail and one group of fifty at a time."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for what, size in (("one mail of 8 KB", 8192), ("fifty mails, 220 KB", 221184)):
            count = 400
            os.pwrite(file.fileno(), bytes(size * count), 0)
            os.fsync(file.fileno())
            start = time.monotonic()
            for index in range(count):
                os.pwrite(file.fileno(), b"x" * size, size * index)
                os.fdatasync(file.fileno())
            rate = count / (time.monotonic() - start)
            print(f"this disk: {rate:.0f} fdatasync a second of {what}: {1e6 / rate:.0f} microseconds each")


def side_by_side(gateway: Gateway, provider: Provider, options, program: Path) -> None:
    for sessions, mails in ((options.sessions, options.mails), (1, options.mails // 5)):
        rates, generated, figures = Rates(), Rates(), []
        for number in range(options.runs + 1):
            for name, port in (("postern", gateway.ports["plain"]), ("postfix", provider.ports["smtp"])):
                # Postfix needs no 20,000 mails to show its rate, and the machine is not ours alone.
                share = mails if name == "postern" else mails // options.postfix_share
                rate = source(port, sessions, share, options.size)
                # Each figure is of a run that begins with nothing owed; what a run on end comes to is `steady`'s to say.
                if name == "postern":
                    settle(gateway)
                made = load(program, port, sessions, share, options.size) if sessions > 1 else None
                if name == "postern":
                    settle(gateway)
                if number:  # the first of each only warms up
                    getattr(rates, name).append(rate)
                    if made:
                        getattr(generated, name).append(made["rate"])
                        if name == "postern":
                            figures.append(made)
                own = f"   own generator {made['rate']:7.0f}, p99 {made['p99']:.2f} ms" if made else ""
                print(f"  {'warm-up' if number == 0 else f'run {number}':8} {name:8} smtp-source {rate:7.0f} mails/s{own}", flush=True)
        print(f"{sessions} connections, smtp-source -d -l {options.size} -m {mails}, median of {options.runs}:\n  {rates.line()}", flush=True)
        if figures:
            print(f"{sessions} connections, own generator, median of {options.runs}:\n  {generated.line()}   final dot to 250: "
                  f"p50 {statistics.median(one['p50'] for one in figures):.2f} ms, p99 {statistics.median(one['p99'] for one in figures):.2f} ms, "
                  f"max {max(one['max'] for one in figures):.1f} ms", flush=True)


def steady(gateway: Gateway, options, program: Path) -> None:
    """A run so long that the rows have to be written meanwhile."""
    mails = options.mails * 8
    start = time.monotonic()
    made = load(program, gateway.ports["plain"], options.sessions, mails, options.size)
    settle(gateway)
    whole = mails / (time.monotonic() - start - 0.3)
    print(f"{mails} mails on end, own generator: accepted {made['rate']:.0f}/s (p99 {made['p99']:.1f} ms), with their rows {whole:.0f}/s", flush=True)


def idle_tls(options) -> None:
    """What an idle TLS session costs."""
    gateway = Gateway(REPOSITORY / "certs", LIMITS, log_level="warning")
    clients, context = [], ssl.create_default_context(cafile=str(REPOSITORY / "certs/ca.pem"))
    try:
        gateway.start()

        def connect() -> None:
            client = context.wrap_socket(socket.create_connection(("localhost", gateway.ports["implicit"])), server_hostname="localhost")
            client.recv(200)
            client.sendall(b"EHLO client.test\r\n")
            client.recv(1000)
            clients.append(client)

        for _ in range(50):
            connect()
        before = memory(gateway.process.pid)
        for _ in range(options.idle):
            connect()
        after = memory(gateway.process.pid)
        print(f"{options.idle} idle TLS sessions: {(after - before) / options.idle:.1f} KB each, {after / 1024:.0f} MB in all", flush=True)
    finally:
        for client in clients:
            client.close()
        gateway.stop()
        shutil.rmtree(gateway.folder, ignore_errors=True)


def fill(store: Path, count: int) -> None:
    """Messages that wait, with bodies and events, as the store itself would have them."""
    with sqlite3.connect(store) as connection:
        connection.executescript(f"""
            PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL;
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count})
              INSERT INTO body (bytes) SELECT zeroblob(300) FROM number;
            INSERT INTO message (id, workspace_id, body_id, state, lane, priority, scheduled_for, sender, recipient, subject,
                message_id, pool_id, created_at)
              SELECT id, 1, id, 'scheduled', -1, 0, 1700000000000 + id, 'app@client.test',
                'p' || (id * 7919 % {count}) || '@world.test', 'waiting', '<' || hex(randomblob(16)) || '@client.test>', 1,
                1700000000000 + id FROM body;
            INSERT INTO event (at, workspace_id, kind, message_id, detail)
              SELECT created_at, 1, 'message.queued', id, '{{}}' FROM message;
            PRAGMA wal_checkpoint(TRUNCATE);
        """)


def waiting(options) -> None:
    """The accept rate with many mails waiting already."""
    for count in options.waiting:
        gateway = Gateway(REPOSITORY / "certs", LIMITS, log_level="warning")
        try:
            gateway.start()
            gateway.stop()
            fill(gateway.data / "postern.db", count)
            gateway.start(60)
            rates, rows = [], []
            for number in range(options.runs + 1):
                start = time.monotonic()
                rates.append(source(gateway.ports["plain"], options.sessions, options.mails, options.size))
                settle(gateway)
                rows.append(options.mails / (time.monotonic() - start - 0.3))
            print(f"{count} mails waiting: {statistics.median(rates[1:]):.0f} mails/s accepted, {statistics.median(rows[1:]):.0f} with their rows", flush=True)
        finally:
            gateway.stop()
            shutil.rmtree(gateway.folder, ignore_errors=True)


def intake(options) -> int:
    """All of it."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    provider = Provider(certs=REPOSITORY / "certs")
    # Postfix holds what it accepts, as Postern does without an account: only accepting is measured.
    with open(provider.postfix.conf / "main.cf", "a") as main:
        main.write("smtpd_client_restrictions = check_client_access static:HOLD\n")
    gateway = Gateway(REPOSITORY / "certs", LIMITS, log_level=options.log_level)
    try:
        program = build_load(gateway.folder)
        disk(gateway.folder)
        provider.start()
        gateway.start()
        side_by_side(gateway, provider, options, program)
        profile(gateway, options)
        steady(gateway, options, program)
        print(f"resident memory after all of it: {memory(gateway.process.pid) / 1024:.0f} MB, at the most {memory(gateway.process.pid, 'VmHWM') / 1024:.0f} MB",
              flush=True)
        stored = sum(row["count"] for row in gateway.rows("queue", "stats"))
        sent = (options.runs + 1) * (2 * options.mails + options.mails // 5) + 9 * options.mails
        if stored != sent:
            raise Trouble(f"postern accepted {sent} mails and stored {stored}")
        print(f"{stored} mails accepted, {stored} in the store", flush=True)
    finally:
        gateway.stop()
        shutil.rmtree(gateway.folder, ignore_errors=True)
        provider.stop()
    idle_tls(options)
    waiting(options)
    return 0
