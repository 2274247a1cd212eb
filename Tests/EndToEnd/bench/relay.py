"""`scripts/bench relay`: queued mails to one server, beside Postfix; a far server; what a look at a large queue costs."""

import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import threading
import time
from pathlib import Path

from world.gateway import Gateway, account_toml
from world.provider import Provider
from world.system import REPOSITORY, Trouble, banner, free_port, run, wait_until


# Seconds between two looks whether all is sent. Each costs as much as a hundred mails: a process here, a walk through the queue's
# folders there. When the last mail went both say themselves.
LOOK = 0.25


class SmtpSink:
    """Postfix's own smtp-sink: the same server for both, and cheaper than either."""

    def __enter__(self) -> int:
        port = free_port()
        self.process = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until("smtp-sink", lambda: banner(port).startswith(b"220"))
        return port

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait()


class FarAway:
    """Hands bytes on after half a round trip in each direction, so that every exchange costs a whole one."""

    def __init__(self, port: int, round_trip: float):
        self.target, self.delay, self.port = port, round_trip / 2, free_port()
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=200)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            for side in (near, far):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink in ((near, far), (far, near)):
                late = []
                ready = threading.Condition()
                threading.Thread(target=self._read, args=(source, late, ready), daemon=True).start()
                threading.Thread(target=self._write, args=(sink, late, ready), daemon=True).start()

    def _read(self, source, late, ready) -> None:
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            with ready:
                late.append((time.monotonic() + self.delay, data))
                ready.notify()
            if not data:
                return

    @staticmethod
    def _write(sink, late, ready) -> None:
        while True:
            with ready:
                ready.wait_for(lambda: late)
                due, data = late.pop(0)
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not data:
                    return sink.shutdown(socket.SHUT_WR)
                sink.sendall(data)
            except OSError:
                return

    def close(self) -> None:
        self.listener.close()


def queue_mails(port: int, mails: int, size: int) -> None:
    run("smtp-source", "-d", "-s", 20, "-m", mails, "-l", size, "-f", "app@client.test", "-t", "someone@world.test",
        f"127.0.0.1:{port}", timeout=600)


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def profile(pid: int, seconds: float) -> str:
    """Where the daemon's processor time goes, by function."""
    if not shutil.which("perf"):
        return "  (perf is not installed)"
    data = f"/tmp/postern-perf-{pid}"
    run("perf", "record", "-q", "-F", "499", "-p", pid, "-o", data, "--", "sleep", seconds, timeout=60)
    report = run("perf", "report", "-q", "-i", data, "--stdio", "--no-children", "--percent-limit", "1", "--sort", "comm,sym",
                 timeout=120).stdout
    os.unlink(data)
    return "\n".join(line.rstrip() for line in report.splitlines() if line.strip())[:6000]


def postern(mails: int, size: int, connections: int, server: int, wants_profile: bool) -> tuple[float, float, str]:
    """Mails a second from a full queue, processor milliseconds for each, and a profile."""
    gateway = Gateway(REPOSITORY / "certs", f"[relay]\nmax_connections = {max(connections, 1)}\n", log_level="warning")
    try:
        gateway.start()
        queue_mails(gateway.ports["plain"], mails, size)

        def left() -> int:
            return sum(row["count"] for row in gateway.rows("queue", "stats") if row["state"] not in ("sent",))

        if left() != mails:
            raise Trouble(f"postern has {left()} of {mails} mails")
        said = ""
        used, start = processor_seconds(gateway.process.pid), time.time()
        gateway.apply(account_toml("sender@sender.test", server, tls="none", connections=connections))
        if wants_profile:
            said = profile(gateway.process.pid, 2)
        wait_until("all mails to be sent", lambda: left() == 0, 600, LOOK)
        used = processor_seconds(gateway.process.pid) - used
        with sqlite3.connect(gateway.data / "postern.db") as store:
            seconds = store.execute("SELECT MAX(sent_at) FROM message").fetchone()[0] / 1000 - start
        return mails / seconds, used / mails * 1000, said
    finally:
        gateway.stop()
        shutil.rmtree(gateway.folder, ignore_errors=True)


def postfix(mails: int, size: int, connections: int, server: int, seconds: float = 600) -> float:
    """Mails a second from a full queue. All its defaults but the number of connections, which it is also begun with."""
    provider = Provider(certs=REPOSITORY / "certs")
    conf = provider.postfix.conf
    with open(conf / "main.cf", "a") as main:
        main.write(f"relayhost = [127.0.0.1]:{server}\ndefer_transports = smtp\nsmtp_destination_concurrency_limit = {connections}\n"
                   f"initial_destination_concurrency = {connections}\ndefault_transport = smtp\nvirtual_mailbox_domains =\n")
    queue = provider.postfix.folder / "queue"

    def left() -> int:
        return sum(len(files) for name in ("maildrop", "incoming", "active", "deferred") for _, _, files in os.walk(queue / name))

    try:
        provider.start()
        queue_mails(provider.ports["smtp"], mails, size)
        wait_until("Postfix to put all aside", lambda: sum(len(files) for _, _, files in os.walk(queue / "deferred")) >= mails, 300)
        run("postconf", "-c", conf, "-e", "defer_transports=")
        run("postfix", "-c", conf, "reload")
        time.sleep(1)
        start = time.time()
        run("postqueue", "-c", conf, "-f")
        wait_until("all mails to be sent", lambda: left() == 0, seconds, LOOK)
        # A mail that was taken over leaves this folder.
        return mails / ((queue / "active").stat().st_mtime - start)
    finally:
        provider.stop()


def relay(options) -> int:
    if options.part in ("all", "rates"):
        rates_beside(options)
    if options.part in ("all", "far"):
        far(options)
    if options.part in ("all", "looks"):
        looks(options)
    return 0


def rates_beside(options) -> None:
    for connections in options.connections:
        rates: dict[str, list[float]] = {"postern": [], "postfix": []}
        cpu = []
        # The profile is of a run by itself: to be looked at costs a sixth.
        with SmtpSink() as server:
            said = postern(options.mails, options.size, connections, server, True)[2]
        for _ in range(options.runs):
            with SmtpSink() as server:
                rate, used, _ = postern(options.mails, options.size, connections, server, False)
            rates["postern"].append(rate)
            cpu.append(used)
            print(f"  {connections} connections  postern {rate:8.0f} mails/s  {used:.3f} ms of CPU a mail", flush=True)
            with SmtpSink() as server:
                rates["postfix"].append(postfix(options.mails, options.size, connections, server))
            print(f"  {connections} connections  postfix {rates['postfix'][-1]:8.0f} mails/s", flush=True)
        median = {name: statistics.median(values) for name, values in rates.items()}
        ratio = median["postern"] / median["postfix"]
        print(f"{options.mails} mails of {options.size} bytes, {connections} connections, median of {options.runs}: "
              f"postern {median['postern']:.0f}/s   postfix {median['postfix']:.0f}/s   ratio {ratio:.1f}   "
              f"postern's CPU {statistics.median(cpu):.3f} ms a mail")
        print(f"where it goes (perf, one run):\n{said}", flush=True)


def far(options) -> None:
    """One connection to a server 50 ms away."""
    mails = options.far_mails
    with SmtpSink() as server:
        proxy = FarAway(server, 0.050)
        ours, _, _ = postern(mails, options.size, 1, proxy.port, False)
        theirs = postfix(mails, options.size, 1, proxy.port)
        proxy.close()
    print(f"{mails} mails, one connection, 50 ms a round trip: postern {ours:.1f}/s ({1000 / ours / 50:.1f} round trips a mail)   "
          f"postfix {theirs:.1f}/s ({1000 / theirs / 50:.1f})   ratio {ours / theirs:.1f}", flush=True)


def looks(options) -> None:
    """What choosing the next hundred costs with ten thousand and with a million waiting mails in 1,000 lanes."""
    for mails in options.waiting:
        gateway = Gateway(REPOSITORY / "certs", "[relay]\nmax_connections = 100\n", log_level="debug")
        try:
            gateway.start()
            # Accounts whose servers do not answer keep their lanes' mail waiting, lane after lane is asked.
            gateway.apply("".join(account_toml(f"s{number}@sender.test", 9, tls="none", minimum_gap="1h")
                                  for number in range(1000)))
            queue_mails(gateway.ports["plain"], 1, 512)
            gateway.stop()
            fill(gateway.data / "postern.db", mails)
            at = len(gateway.log())
            gateway.start()
            time.sleep(options.look_seconds)
            gateway.stop()
            found = [(int(claimed), int(chosen), int(whole)) for claimed, chosen, whole in re.findall(
                r"event=relay.look claimed=(\d+) choosing_microseconds=(\d+) microseconds=(\d+)", gateway.log()[at:])]
            full = [entry for entry in found if entry[0] >= 50]
            if not full:
                raise Trouble(f"no look claimed enough: {found[:20]}")
            print(f"{mails} waiting mails in 1,000 lanes, {len(full)} looks for the next hundred: choosing "
                  f"{statistics.median(chosen for _, chosen, _ in full) / 1000:.2f} ms, with all gates and the journal's claims "
                  f"{statistics.median(whole for _, _, whole in full) / 1000:.2f} ms (medians)", flush=True)
        finally:
            gateway.stop()
            shutil.rmtree(gateway.folder, ignore_errors=True)


def fill(path: Path, mails: int) -> None:
    """Copies the one message a million times, over all accounts' lanes: through SMTP it would take minutes."""
    with sqlite3.connect(path) as store:
        store.execute("PRAGMA synchronous = OFF")
        columns = [row[1] for row in store.execute("PRAGMA table_info(message)")]
        template = dict(zip(columns, store.execute("SELECT * FROM message ORDER BY id LIMIT 1").fetchone()))
        accounts = [row[0] for row in store.execute("SELECT id FROM account ORDER BY id")]
        names = ", ".join(columns)
        base = template["id"]
        now = int(time.time() * 1000)

        def rows():
            for number in range(1, mails + 1):
                lane = accounts[number % len(accounts)]
                row = dict(template, id=base + number, state="scheduled", lane=lane, account_id=lane, next_look=None, parked_by=None,
                           scheduled_for=now - mails + number, sent_at=None, finished_at=None, attempts=0,
                           recipient=f"p{number}@d{number % 997}.test", message_id=f"<{number}@bench.test>")
                yield tuple(row[name] for name in columns)

        store.executemany(f"INSERT INTO message ({names}) VALUES ({', '.join('?' * len(columns))})", rows())
    store.close()
