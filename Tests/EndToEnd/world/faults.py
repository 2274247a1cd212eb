"""Faults at the system calls of a running daemon: strace counts the calls of each thread, each kind on its own, and injects at
the Nth."""

from pathlib import Path

# SQLite syncs with fdatasync where the system has it; fsync stands for its folder and for other builds.
SYNCS = "fdatasync,fsync"
WRITES = "pwrite64"


def strace(calls: str, fault: str, log: Path | str = "/dev/null") -> list[str]:
    """The words before a command that let `fault` happen at these calls, as in strace's `inject`: `signal=SIGKILL:when=3`.

    -D keeps the command our own child, so that its pid, its end and its exit code are the daemon's. Without --seccomp-bpf,
    which would be faster: with it strace 6.1 injects errors but no signals.
    """
    return ["strace", "-D", "-f", "-qq", "-o", str(log), "-e", f"trace={calls}", "-e", "signal=none",
            "-e", f"inject={calls}:{fault}"]
