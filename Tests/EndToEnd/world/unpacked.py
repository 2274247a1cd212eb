"""Programs of Debian packages that exclude Postfix's (Exim, OpenSMTPD): unpacked, not installed, and run in a mount namespace
of their own, in which their files and users are where they were built to find them. Needs root."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from .system import REPOSITORY, Trouble, run

CACHE = REPOSITORY / ".build/unpacked"


def unpacked(package: str) -> Path:
    """The folder with a package's files; downloaded once and kept beside the build."""
    folder = CACHE / package
    if (folder / "usr").exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as place:
        run("apt-get", "download", package, cwd=place)
        [file] = Path(place).glob("*.deb")
        run("dpkg", "-x", file, Path(place) / "root")
        os.chmod(Path(place) / "root", 0o755)
        try:
            (Path(place) / "root").rename(folder)
        except OSError:
            if not (folder / "usr").exists():  # else another test was first
                raise
    return folder


class Namespace:
    """Words before a command that make it see more users, files over folders of the system, and empty folders of its own."""

    def __init__(self, folder: Path, users: list[str] = (), over: dict[str, Path] | None = None, empty: list[str] = (),
                 setup: list[str] = ()):
        """`users` have the numbers of nobody; `over` lays a folder's files over the system's; `empty` are fresh and in
        memory; `setup` are more lines of shell."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = ["set -e"]
        for name, number in (("passwd", "x:65534:65534::/nonexistent:/usr/sbin/nologin"), ("group", "x:65534:")):
            text = Path("/etc", name).read_text()
            own = folder / name
            own.write_text(text.rstrip("\n") + "\n" + "".join(f"{user}:{number}\n" for user in users
                                                            if f"\n{user}:" not in text))
            lines.append(f"mount --bind {shlex.quote(str(own))} /etc/{name}")
        for target, source in (over or {}).items():
            lines.append(f"mount -t overlay overlay -o lowerdir={shlex.quote(str(source))}:{target} {target}")
        lines += [f"mount -t tmpfs tmpfs {target}" for target in empty]
        lines += [*setup, 'exec "$@"']
        self.script = folder / "enter.sh"
        self.script.write_text("\n".join(lines) + "\n")

    def words(self, *command) -> list[str]:
        return ["unshare", "--mount", "sh", str(self.script), *map(str, command)]

    def run(self, *command, text: str = "", check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(self.words(*command), input=text, capture_output=True, text=True, timeout=60, check=False)
        if check and done.returncode != 0:
            raise Trouble(f"{command[0]} ended with {done.returncode}: {done.stderr[-800:]}")
        return done
