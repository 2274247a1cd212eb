"""A client that speaks raw bytes, and an account's server that keeps what it hears byte for byte."""

import socket
import threading

from .system import free_port


class Raw:
    """One connection; `say` sends bytes and gives the codes of what is answered until the server is silent or closes."""

    def __init__(self, port: int, first: bytes = b"", connection: socket.socket | None = None):
        """`first` is sent before the greeting is read, as a balancer does."""
        self.socket = connection or socket.create_connection(("127.0.0.1", port), timeout=20)
        self.buffer = b""
        self.closed = False
        if first:
            self.socket.sendall(first)
        if connection is None:
            self.greeting = self.reply()

    def line(self) -> bytes | None:
        while b"\n" not in self.buffer:
            try:
                piece = self.socket.recv(65536)
            except OSError:
                piece = b""
            if not piece:
                self.closed = True
                return None
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r")

    def reply(self) -> str | None:
        """The next whole reply, its lines joined by `|`; None when the server has closed."""
        lines = []
        while (line := self.line()) is not None:
            lines.append(line.decode(errors="replace"))
            if line[3:4] != b"-":
                return "|".join(lines)
        return None

    def say(self, data: bytes, count: int = 1) -> list[str | None]:
        """Sends, and gives as many replies as asked for."""
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # the server has closed; its last words are still there to be read
        return [self.reply() for _ in range(count)]

    def code(self, data: bytes, count: int = 1) -> int | None:
        """The code of the last of `count` replies."""
        last = self.say(data, count)[-1]
        return int(last[:3]) if last else None

    def rest(self) -> list[str]:
        """All replies until the server closes."""
        replies = []
        while (reply := self.reply()) is not None:
            replies.append(reply)
        return replies

    def __enter__(self) -> "Raw":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()


class Recorder:
    """Takes every mail and keeps the bytes of each connection after its DATA, with the end of data and whatever follows."""

    def __init__(self):
        self.port = free_port()
        self.texts: list[bytes] = []
        self._lock = threading.Lock()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            client.sendall(b"220 recorder\r\n")
            while line := lines.readline():
                verb = line[:4].upper()
                if verb == b"EHLO":
                    client.sendall(b"250-recorder\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
                elif verb == b"DATA":
                    client.sendall(b"354 go on\r\n")
                    text = b""
                    # By lines of LF, so that what others might take for an end is kept as part of the text.
                    while not text.endswith(b"\r\n.\r\n") and (more := lines.readline()):
                        text += more
                    with self._lock:
                        self.texts.append(text)
                    client.sendall(b"250 2.0.0 kept\r\n")
                elif verb == b"QUIT":
                    client.sendall(b"221 bye\r\n")
                    return
                else:
                    client.sendall(b"250 ok\r\n")

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def __enter__(self) -> "Recorder":
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
