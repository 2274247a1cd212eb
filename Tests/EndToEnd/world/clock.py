"""A clock of the daemon's own, which a test sets ahead while the daemon runs.

Deadlines go by the monotonic clock, which stays as it is; mail servers and mailboxes live in the present."""

import struct
from datetime import datetime, timezone
from pathlib import Path

from .gateway import Gateway
from .system import run


class DaemonClock:
    """The clock of a gateway that has not been started yet."""

    def __init__(self, gateway: Gateway, start: str):
        """`start` is what it shows now, as `2027-03-01 08:00`, in UTC."""
        library, self.file = gateway.folder / "clock.so", gateway.folder / "clock"
        run("clang", "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_suffix(".c"))
        self.file.write_bytes(struct.pack("q", 0))
        self.set(start)
        gateway.wrapper = ["env", f"LD_PRELOAD={library}", f"POSTERN_TEST_CLOCK={self.file}"]

    def set(self, text: str) -> None:
        """Sets it to an instant, from which it goes on."""
        wanted = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
        ahead = int((wanted - datetime.now(timezone.utc)).total_seconds())
        # In place and in one write: the daemon has it mapped.
        with open(self.file, "r+b", buffering=0) as file:
            file.write(struct.pack("q", ahead))
