"""A scripted IMAP server: well-behaved but for what its script says, with one mail in its INBOX. One port for each script."""

import asyncio
import re
import ssl
import threading
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from .system import free_port

CAPABILITIES = "IMAP4rev1 IDLE ID NAMESPACE ENABLE CONDSTORE QRESYNC ESEARCH UIDPLUS LITERAL+ SPECIAL-USE COMPRESS=DEFLATE"


@dataclass
class Script:
    """`instead` gives, for a command's first words, what the server sends in place of its answer; `%` is the tag, bytes or None (close) may
    follow. It holds for so many `connections`; later ones find a good server."""

    name: str
    greeting: bytes | None = b"* OK ready\r\n"
    tls: str = "starttls"
    capabilities: str = CAPABILITIES
    instead: dict[str, list] = field(default_factory=dict)
    connections: int = 10**6
    announced: int | None = None
    pushes: bool = True
    idle_seconds: float = 3600
    endless: bytes = b""  # sent again and again after the greeting

    # what happened
    port: int = 0
    commands: list[tuple[int, bool, str]] = field(default_factory=list)  # connection, inside TLS, command
    opened: int = 0
    mails: list[bytes] = field(default_factory=list)
    pushed: asyncio.Event | None = None


class RoughIMAP:
    """Runs the scripts in a thread of its own."""

    def __init__(self, certs: Path, scripts: list[Script]):
        self.scripts = scripts
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certs / "server.pem", certs / "server-key.pem")
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(20)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(lambda *_: None)  # a client that hangs up is what is tested
        self.loop.run_until_complete(self._listen())
        self.ready.set()
        self.loop.run_forever()

    async def _listen(self):
        for script in self.scripts:
            script.port = script.port or free_port()
            script.pushed = asyncio.Event()
            script.mails = script.mails or [mail(f"first of {script.name}")]
            tls = self.context if script.tls == "implicit" else None
            await asyncio.start_server(lambda r, w, s=script: self._serve(s, r, w), "127.0.0.1", script.port, ssl=tls)

    def deliver(self, script: Script, subject: str) -> None:
        """Puts one more mail into a script's INBOX, and tells who idles when it pushes."""
        def put():
            script.mails.append(mail(subject))
            script.pushed.set()
            script.pushed = asyncio.Event()
        self.loop.call_soon_threadsafe(put)

    async def _serve(self, script: Script, reader, writer):
        script.opened += 1
        connection = Connection(script, script.opened, reader, writer, self.context)
        try:
            await connection.run()
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError, ValueError):
            pass
        finally:
            if not self.loop.is_closed() and self.loop.is_running():
                writer.close()


class Connection:
    def __init__(self, script, number, reader, writer, context):
        self.script, self.number, self.reader, self.writer, self.context = script, number, reader, writer, context
        self.secure = script.tls == "implicit"
        self.packer = self.unpacker = None
        self.raw = False  # what a script sends is compressed already
        self.pending = b""

    @property
    def rough(self) -> bool:
        return self.number <= self.script.connections

    async def send(self, data: bytes):
        if self.packer:
            data = self.packer.compress(data) + self.packer.flush(zlib.Z_SYNC_FLUSH)
        self.writer.write(data)
        await self.writer.drain()

    async def line(self) -> str:
        while b"\r\n" not in self.pending:
            data = await self.reader.read(4096)
            if not data:
                raise OSError("closed")
            self.pending += self.unpacker.decompress(data) if self.unpacker else data
        line, self.pending = self.pending.split(b"\r\n", 1)
        return line.decode(errors="replace")

    async def run(self):
        script = self.script
        greeting = script.greeting if self.rough else b"* OK ready\r\n"
        if greeting is None:
            await asyncio.sleep(3600)
        await self.send(greeting)
        while self.rough and script.endless:
            await self.send(script.endless)
        while True:
            line = await self.line()
            tag, _, command = line.partition(" ")
            script.commands.append((self.number, self.secure, command))
            if self.rough and await self._instead(tag, command):
                continue
            if not await self._answer(tag, command):
                return

    async def _instead(self, tag: str, command: str) -> bool:
        for prefix, sends in self.script.instead.items():
            if not command.upper().startswith(prefix):
                continue
            for piece in sends:
                if piece is None:
                    raise OSError("closed on purpose")
                if piece == "tls":
                    await self.writer.start_tls(self.context)
                    self.secure = True
                elif callable(piece):
                    await piece(self)
                else:
                    await self.send(piece if self.raw else piece.replace(b"%", tag.encode()))
            return True
        return False

    async def _answer(self, tag: str, command: str) -> bool:
        script, word = self.script, command.split(" ")[0].upper()
        ok = f"{tag} OK done\r\n".encode()
        match word:
            case "CAPABILITY":
                extra = " STARTTLS LOGINDISABLED" if script.tls == "starttls" and not self.secure else " AUTH=PLAIN SASL-IR"
                await self.send(f"* CAPABILITY {script.capabilities}{extra}\r\n".encode() + ok)
            case "STARTTLS":
                await self.send(ok)
                await self.writer.start_tls(self.context)
                self.secure = True
            case "AUTHENTICATE" if len(command.split(" ")) == 2:
                await self.send(b"+ \r\n")
                await self.line()
                await self.send(ok)
            case "ENABLE":
                await self.send(b"* ENABLED QRESYNC\r\n" + ok)
            case "NAMESPACE":
                await self.send(b'* NAMESPACE (("" "/")) NIL NIL\r\n' + ok)
            case "LIST":
                await self.send(b'* LIST () "/" INBOX\r\n* LIST (\\Junk) "/" Junk\r\n* LIST (\\Sent) "/" Sent\r\n' + ok)
            case "STATUS":
                name = command.split('"')[1]
                await self.send(f'* STATUS "{name}" (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 1 HIGHESTMODSEQ 1)\r\n'.encode() + ok)
            case "EXAMINE" | "SELECT":
                self.box = script.mails if '"INBOX"' in command else []
                count = len(self.box)
                await self.send(f"* {count} EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT {count + 1}] n\r\n"
                                f"* OK [HIGHESTMODSEQ {count + 1}] m\r\n".encode() + ok)
            case "NOOP":
                await self.send(f"* {len(self.box)} EXISTS\r\n".encode() + ok)
            case "IDLE":
                await self._idle(ok)
            case "UID":
                await self._uid(command, ok)
            case "COMPRESS":
                await self.send(ok)
                self.packer, self.unpacker = zlib.compressobj(wbits=-15), zlib.decompressobj(wbits=-15)
            case "LOGOUT":
                await self.send(b"* BYE bye\r\n" + ok)
                return False
            case _:
                await self.send(ok)
        return True

    async def _idle(self, ok: bytes):
        script, known = self.script, len(self.box)
        await self.send(b"+ idling\r\n")
        done = asyncio.ensure_future(self.line())
        while not done.done():
            pushed = asyncio.ensure_future(script.pushed.wait())
            if script.pushes and len(self.box) > known:
                known = len(self.box)
                await self.send(f"* {known} EXISTS\r\n".encode())
            await asyncio.wait({done, pushed}, return_when=asyncio.FIRST_COMPLETED)
            pushed.cancel()
        done.result()
        await self.send(ok)

    async def _uid(self, command: str, ok: bytes):
        words = command.split(" ")
        if words[1] == "SEARCH":
            first, last = re.search(r"UID (\d+):(\d+|\*)", command[4:]).groups()
            last = len(self.box) if last == "*" else int(last)
            hits = [str(uid) for uid in range(1, len(self.box) + 1) if int(first) <= uid <= last]
            found = f'* ESEARCH (TAG "x") UID{" ALL " + ",".join(hits) if hits else ""}\r\n'
            return await self.send(found.encode() + ok)
        answer = b""
        for uid in uids(words[2], len(self.box)):
            raw = self.box[uid - 1]
            parts = [f"UID {uid}".encode()]
            if "RFC822.SIZE" in command:
                size = self.script.announced or len(raw)
                parts.append(f'RFC822.SIZE {size} INTERNALDATE "01-Jan-2040 00:00:00 +0000"'.encode())
            if fields := re.search(r"BODY\.PEEK\[(HEADER\.FIELDS \([^)]*\))\]", command):
                head = raw.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
                parts.append(b"BODY[%s] {%d}\r\n%s" % (fields[1].encode(), len(head), head))
            if piece := re.search(r"BODY\.PEEK\[\]<(\d+)\.(\d+)>", command):
                data = raw[int(piece[1]):int(piece[1]) + int(piece[2])]
                parts.append(b"BODY[]<%s> {%d}\r\n%s" % (piece[1].encode(), len(data), data))
            answer += b"* %d FETCH (%s)\r\n" % (uid, b" ".join(parts))
        await self.send(answer + ok)


def uids(text: str, most: int):
    for part in text.split(","):
        first, _, last = part.partition(":")
        yield from range(int(first), min(int(last or first), most) + 1)


def mail(subject: str) -> bytes:
    name = re.sub(r"[^A-Za-z0-9.-]", "-", subject)
    return (f"From: Ann <ann@world.test>\r\nTo: someone@sender.test\r\nSubject: {subject}\r\n"
            f"Message-ID: <{name}@world.test>\r\n\r\nHello.\r\n").encode()
