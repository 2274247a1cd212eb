"""Servers that file what an account sends into its Sent folder at Dovecot, as Gmail does, and a way to lose their answers."""

import itertools
import os
import socket
import threading
import time

from .provider import Provider
from .rough_sink import RoughSink
from .system import free_port

_numbers = itertools.count()


def file_into(provider: Provider, address: str, folder: str, raw: bytes, at: float | None = None) -> None:
    """Puts a mail into a folder of a maildir as a delivery agent does: written elsewhere, then renamed. `at` is its INTERNALDATE, now unless
    told: Dovecot takes a file's time for it."""
    owner, home = provider.dovecot.owner, provider.dovecot.home(address) / "Maildir"
    maildir = home if folder == "INBOX" else home / f".{folder}"
    for part in ("", "tmp", "new", "cur"):
        if not (maildir / part).exists():
            (maildir / part).mkdir(parents=True)
            os.chown(maildir / part, owner.pw_uid, owner.pw_gid)
    fresh = maildir / "tmp" / f"{int(time.time())}.M{next(_numbers)}P{os.getpid()}.test"
    fresh.write_bytes(raw)
    os.chown(fresh, owner.pw_uid, owner.pw_gid)
    if at is not None:
        os.utime(fresh, (at, at))
    fresh.rename(maildir / "new" / fresh.name)


class FilingSink(RoughSink):
    """A RoughSink whose mails also lie in Sent, before it answers or `delay` seconds later; `files(recipient)` says which."""

    def __init__(self, provider: Provider, account: str, delay: float = 0, files=lambda recipient: True):
        super().__init__()
        self.provider, self.account, self.delay, self.files = provider, account, delay, files

    def keep(self, recipient: str, mail: bytes) -> None:
        if not self.files(recipient):
            return
        copy = b"Received: by sink.test; Thu, 1 Jan 2026 00:00:00 +0000\r\n" + mail.removesuffix(b".\r\n")
        if self.delay:
            threading.Timer(self.delay, file_into, (self.provider, self.account, "Sent", copy)).start()
        else:
            file_into(self.provider, self.account, "Sent", copy)


class LossyWire(threading.Thread):
    """A TCP proxy before a server without TLS that breaks both connections at the end of a mail: after the server has taken it
    (its reply is lost), or before it gets the final dot. `losses` says how for each mail in turn; then all goes well."""

    AFTER, BEFORE = "its reply is lost", "it never gets the dot"

    def __init__(self, target: int):
        super().__init__(daemon=True)
        self.target, self.port, self.losses = target, free_port(), []
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.start()

    def run(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        # A close alone does not wake the thread that accepts.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.target))
        silent = threading.Event()
        back = threading.Thread(target=self._back, args=(server, client, silent), daemon=True)
        back.start()
        tail = b""
        try:
            while data := client.recv(65536):
                tail = (tail + data)[-5:]
                ends = tail == b"\r\n.\r\n"
                loss = self.losses.pop(0) if ends and self.losses else None
                if loss == self.BEFORE:
                    server.sendall(data.removesuffix(b".\r\n"))
                    break
                if loss == self.AFTER:
                    silent.set()
                server.sendall(data)
                if loss == self.AFTER:
                    back.join()
                    break
        except OSError:
            pass
        finally:
            for link in (client, server):
                try:
                    link.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                link.close()

    def _back(self, server: socket.socket, client: socket.socket, silent: threading.Event) -> None:
        try:
            while data := server.recv(65536):
                if silent.is_set():
                    return
                client.sendall(data)
        except OSError:
            pass
