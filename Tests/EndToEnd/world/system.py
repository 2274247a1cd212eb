"""Ports, waiting and processes: what every part of the test world needs."""

import os
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


class Trouble(Exception):
    """The world could not be set up, or something in it did not happen in time; the text is for people."""


_handed_out: set[int] = set()


def free_port() -> int:
    """A loopback port nobody listens on, below 32768: above it the kernel hands ports to outgoing connections."""
    for _ in range(200):
        port = random.randint(20000, 32000)
        if port in _handed_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _handed_out.add(port)
        return port
    raise Trouble("no free port between 20000 and 32000")


def wait_until(what: str, condition, seconds: float = 60, every: float = 0.05):
    """Asks until the condition gives something true and returns that; after the time it says what never came."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Trouble(f"waited {seconds:g} s for {what}, in vain")
        time.sleep(every)


def banner(port: int, host: str = "127.0.0.1") -> bytes:
    """The first bytes a server says, or nothing when it does not answer yet."""
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.settimeout(2)
            return connection.recv(512)
    except OSError:
        return b""


def listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def end_process(pid: int, seconds: float = 10) -> None:
    """Asks one process to stop, and kills it when it does not."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        if not alive(pid):
            return


@contextmanager
def uninterrupted():
    """Keeps Ctrl-C and TERM until the end of the block: a server is started as a whole or not at all, else nobody stops it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread alone
        return
    caught: list[int] = []
    kept = {sign: signal.signal(sign, lambda number, _: caught.append(number))
            for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for sign, handler in kept.items():
            signal.signal(sign, handler)
        if caught:
            signal.raise_signal(caught[0])


def run(*command, check: bool = True, timeout: float = 60, **more) -> subprocess.CompletedProcess:
    """Runs a command and gives its output; a failure becomes a Trouble with what it said."""
    words = [str(word) for word in command]
    # Files and not pipes: a daemon that a command leaves behind keeps its outputs open, and a pipe would never end.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        done = subprocess.run(words, stdout=out, stderr=err, timeout=timeout, **more)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    done = subprocess.CompletedProcess(words, done.returncode, *texts)
    if check and done.returncode != 0:
        said = (done.stderr + done.stdout).strip()[-2000:]
        raise Trouble(f"{' '.join(words)} ended with {done.returncode}: {said}")
    return done
