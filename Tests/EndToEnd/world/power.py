"""What a power cut would leave: files are rebuilt from a trace of system calls, with nothing in them that was not synced."""

import random
import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "openat,pwrite64,fdatasync,fsync,ftruncate,rename,unlink,write,sendto,sendmsg,writev"
LINE = re.compile(r"^(\d+)\s+(\w+)\((.*)$", re.S)
RESUMED = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>")


def tracer(log: Path) -> list[str]:
    """The words before a command whose calls are to be read by `moments`."""
    return ["strace", "-D", "-f", "-qq", "-y", "-xx", "-s", "1000000", "-e", "signal=none", "-e", f"trace={CALLS}", "-o", str(log)]


def texts(arguments: str) -> list[bytes]:
    return [bytes.fromhex(text.replace("\\x", "")) for text in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', arguments)]


def place(arguments: str) -> str:
    """The path that -y shows for a first argument that is a descriptor."""
    found = re.match(r"\d+<([^>]*)>", arguments)
    text = found.group(1) if found else ""
    return bytes.fromhex(text.replace("\\x", "")).decode() if text.startswith("\\x") else text


@dataclass
class Disk:
    """Files of one folder, as they are and as they would be after the power went."""

    folder: Path
    now: dict[str, bytearray] = field(default_factory=dict)
    synced: dict[str, bytes] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # those that the folder is sure to have
    folder_syncs: int = 0

    def __post_init__(self):
        for path in self.folder.iterdir():
            if path.is_dir():
                continue  # the spool folder, which is another's
            self.now[path.name], self.synced[path.name] = bytearray(path.read_bytes()), path.read_bytes()
            self.names.add(path.name)

    def name(self, path: str) -> str | None:
        return Path(path).name if Path(path).parent == self.folder else None

    def write(self, path: str, data: bytes, offset: int) -> None:
        if name := self.name(path):
            file = self.now.setdefault(name, bytearray())
            file.extend(bytes(max(0, offset + len(data) - len(file))))
            file[offset:offset + len(data)] = data

    def truncate(self, path: str, size: int) -> None:
        if name := self.name(path):
            file = self.now.setdefault(name, bytearray())
            del file[size:]
            file.extend(bytes(size - len(file)))

    def sync(self, path: str) -> None:
        if Path(path) == self.folder:
            self.names, self.folder_syncs = set(self.now), self.folder_syncs + 1
        elif name := self.name(path):
            self.synced[name] = bytes(self.now.get(name, b""))

    def made(self, path: str) -> None:
        if name := self.name(path):
            self.now.setdefault(name, bytearray())

    def renamed(self, old: str, new: str) -> None:
        """A name that the folder's next sync makes sure of; what was synced under the old one is there under the new."""
        if (before := self.name(old)) and (after := self.name(new)):
            for files in (self.now, self.synced):
                if before in files:
                    files[after] = files.pop(before)
            self.names.discard(before)

    def removed(self, path: str) -> None:
        # That a name is gone may or may not reach the disk; SQLite removes its log only when the log is of no more use.
        if name := self.name(path):
            for files in (self.now, self.synced):
                files.pop(name, None)
            self.names.discard(name)

    def left_after_power_cut(self, target: Path, torn: random.Random) -> None:
        """All files as the next start would find them, in a folder that is emptied first. Of what was written and not synced, each
        sector of 512 octets got to the disk or did not."""
        for path in target.iterdir():
            if path.is_file():
                path.unlink()
        for name in self.names & self.synced.keys():
            if name.endswith("-shm"):
                continue
            left, now = bytearray(self.synced[name]), self.now[name]
            # A file that has grown or shrunk without a sync is as long as it was: only its own blocks are torn.
            for sector in range(0, min(len(left), len(now)), 512):
                place = slice(sector, sector + 512)
                if left[place] != now[place] and torn.random() < 0.5:
                    left[place] = now[place][:len(left[place])]
            (target / name).write_bytes(left)
            (target / name).chmod(0o600)

    def after_power_cut(self, target: Path, store: str) -> sqlite3.Connection:
        """The store as the next start would find it."""
        for name in (store, f"{store}-wal", f"{store}-shm"):
            (target / name).unlink(missing_ok=True)
            if name in self.names and name in self.synced and not name.endswith("-shm"):
                (target / name).write_bytes(self.synced[name])
        return sqlite3.connect(target / store)


def moments(log: Path, disk: Disk):
    """Replays the trace on the disk, and gives the bytes of each send to a socket at the moment before it."""
    syncing: dict[str, str] = {}
    for line in log.read_text().splitlines():
        if done := RESUMED.match(line):
            if done.group(1) in syncing and line.endswith("= 0"):
                disk.sync(syncing.pop(done.group(1)))
            continue
        if not (found := LINE.match(line)):
            continue
        thread, call, rest = found.groups()
        path = place(rest)
        if call in ("fdatasync", "fsync"):
            if rest.endswith("<unfinished ...>"):
                syncing[thread] = path
            elif rest.endswith("= 0"):
                disk.sync(path)
        elif call == "pwrite64":
            disk.write(path, texts(rest)[0], int(re.search(r'", \d+, (\d+)', rest).group(1)))
        elif call == "ftruncate":
            disk.truncate(path, int(re.search(r">, (\d+)", rest).group(1)))
        elif call == "openat" and "O_CREAT" in rest:
            disk.made(texts(rest)[0].decode())
        elif call == "rename":
            disk.renamed(*(text.decode() for text in texts(rest)[:2]))
        elif call == "unlink":
            disk.removed(texts(rest)[0].decode())
        elif path.startswith(("socket:", "TCP")) or call in ("sendto", "sendmsg"):
            yield b"".join(texts(rest))
