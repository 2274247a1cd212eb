"""An account's server that says for each mail how it ends: taken, taken without a word, taken late, refused late. It counts what
reached its final dot, before it answers."""

import asyncio
import threading
from collections import Counter
from enum import Enum

from .system import free_port


class Manner(Enum):
    """How the server treats the final dot."""

    TAKE = "takes"
    DROP = "takes and drops the connection before its reply"
    LATE = "takes and replies late"
    REFUSE = "refuses late"


class RoughSink:
    """`manner(recipient)` decides for each mail. Runs on a thread of its own."""

    LATE_SECONDS = 0.03
    EXTENSIONS = (b"PIPELINING", b"8BITMIME")

    def __init__(self, manner=lambda recipient: Manner.TAKE):
        self.manner = manner
        self.port = free_port()
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Counts from nothing."""
        with self._lock:
            self.arrivals: list[tuple[str, str]] = []  # recipient and Message-ID of what was taken
            self.refusals: list[tuple[str, str]] = []

    def keep(self, recipient: str, mail: bytes) -> None:
        """What a server does with a mail that it takes, before it answers; see world.filing."""

    def taken(self) -> Counter:
        """How often a mail for each recipient was taken."""
        with self._lock:
            return Counter(recipient for recipient, _ in self.arrivals)

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 sink\r\n")
            recipient = ""
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"EHLO":
                    lines = [b"sink", *self.EXTENSIONS]
                    writer.writelines(b"250%s%s\r\n" % (b"-" if line != lines[-1] else b" ", line) for line in lines)
                elif verb == b"RCPT":
                    recipient = line[line.index(b"<") + 1:line.index(b">")].decode()
                    writer.write(b"250 2.1.5 ok\r\n")
                elif verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    if not await self._mail(recipient, await reader.readuntil(b"\r\n.\r\n"), writer):
                        return
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                else:
                    writer.write(b"250 ok\r\n")
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def _mail(self, recipient: str, mail: bytes, writer: asyncio.StreamWriter) -> bool:
        """Counts a mail and answers as it must; false when the connection ends."""
        ident = next(line.split(b":", 1)[1].strip().decode() for line in mail.split(b"\r\n") if line[:11].lower() == b"message-id:")
        manner = self.manner(recipient)
        with self._lock:
            (self.refusals if manner == Manner.REFUSE else self.arrivals).append((recipient, ident))
        if manner != Manner.REFUSE:
            self.keep(recipient, mail)
        if manner == Manner.DROP:
            writer.transport.abort()
            return False
        if manner != Manner.TAKE:
            await asyncio.sleep(self.LATE_SECONDS)
        writer.write(b"554 5.7.1 not this one\r\n" if manner == Manner.REFUSE else b"250 2.0.0 kept\r\n")
        return True

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._session, "127.0.0.1", self.port, limit=64 << 20)
        self._started.set()
        await self._stop.wait()
        server.close()

    def __enter__(self) -> "RoughSink":
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        self._thread.start()
        self._started.wait(10)
        return self

    def __exit__(self, *_) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
