"""Real proxies on loopback: microsocks for SOCKS5, tinyproxy for HTTP CONNECT."""

import subprocess
import tempfile
from pathlib import Path

from .system import free_port, listening, wait_until


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Socks:
    """SOCKS5 that wants a login; its log says where it connected to."""

    def __init__(self, user: str = "sam", password: str = "socks-secret"):
        self.port, self.user, self.password = free_port(), user, password
        self.log_path = Path(tempfile.mkstemp(prefix="postern-socks-")[1])

    def url(self, scheme: str = "socks5h", password: str | None = None) -> str:
        return f"{scheme}://{self.user}:{password or self.password}@127.0.0.1:{self.port}"

    def __enter__(self) -> "Socks":
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(["microsocks", "-i", "127.0.0.1", "-p", str(self.port), "-u", self.user, "-P", self.password],
                                            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        wait_until("microsocks", lambda: listening(self.port))
        return self

    def __exit__(self, *_) -> None:
        _end(self.process)
        self.log_path.unlink()

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")


class HTTPProxy:
    """HTTP CONNECT with a login, to the given ports only."""

    def __init__(self, ports: list[int]):
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="postern-tinyproxy-"))
        allowed = "".join(f"ConnectPort {port}\n" for port in ports)
        (self.folder / "conf").write_text(f"""Port {self.port}
Listen 127.0.0.1
Timeout 60
LogFile "{self.folder}/log"
LogLevel Connect
MaxClients 50
Allow 127.0.0.1
BasicAuth hal http-secret
{allowed}""")

    def url(self, password: str = "http-secret") -> str:
        return f"http://hal:{password}@127.0.0.1:{self.port}"

    def __enter__(self) -> "HTTPProxy":
        self.process = subprocess.Popen(["tinyproxy", "-d", "-c", str(self.folder / "conf")], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        wait_until("tinyproxy", lambda: listening(self.port))
        return self

    def __exit__(self, *_) -> None:
        _end(self.process)

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""
