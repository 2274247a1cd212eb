"""Sorting mails: how many a second one core reads, sorts and trims, and that a larger mail costs no more for each MiB."""

import resource
import statistics
import sys
import tempfile
from pathlib import Path

from world.gateway import binary
from world.system import REPOSITORY, Trouble, run

PEER = """import email, email.policy, sys
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        mail = email.message_from_bytes(file.read(), policy=email.policy.compat32)
    for part in mail.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)
"""


def cpu_seconds(*words) -> float:
    """What a child that runs to its end costs on its core."""
    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime

    before = used()
    run(*words, timeout=300)
    return used() - before


def classify(options) -> int:
    """Mails a second on one core, read, sorted and trimmed, beside Python's email package, which only reads; then one mail ever
    larger: the time for a MiB must stay the same."""
    corpus = Path(options.corpus or REPOSITORY.parent / "shared/corpora/mail/eml")
    mails = sorted(str(file) for file in corpus.glob("*.eml"))
    if not mails:
        raise Trouble(f"no mails in {corpus}")
    mails = mails * max(1, options.mails // len(mails))
    words = {"postern": (binary(), "classify", "--json"), "python": (sys.executable, "-c", PEER)}
    # What a start costs is not the mails' part.
    start = {name: min(cpu_seconds(*command, mails[0]) for _ in range(5)) for name, command in words.items()}
    rates: dict[str, list[float]] = {name: [] for name in words}
    for number in range(options.runs):
        for name, command in words.items():
            rates[name].append(len(mails) / (cpu_seconds(*command, *mails) - start[name]))
            print(f"  run {number + 1:2}   {name:8} {rates[name][-1]:8.0f} mails/s", flush=True)
    print(f"mails a second of one core, {len(mails)} mails, median (best) of {options.runs} runs:")
    for name, values in rates.items():
        print(f"  {name:8} {statistics.median(values):8.0f} ({max(values):.0f})")
    with tempfile.TemporaryDirectory() as folder:
        for size in (1, 2, 4, 8, 16):
            for kind, line in (("text", "> > a quoted line, as people write them all day, 550 5.1.1 unknown user\r\n"),
                               ("html", "<div><blockquote>words &amp; <b>more words</b></div>\r\n"),
                               ("parts", "--b\r\nContent-Type: text/plain\r\n\r\nwords\r\n")):
                types = {"text": "text/plain", "html": "text/html", "parts": "multipart/mixed; boundary=b"}
                file = Path(folder) / f"{size}.eml"
                head = f"From: a@world.test\r\nSubject: Re: x\r\nContent-Type: {types[kind]}\r\n\r\n"
                file.write_text(head + line * ((size << 20) // len(line)))
                seconds = min(cpu_seconds(*words["postern"], file) for _ in range(3)) - start["postern"]
                print(f"  one mail of {size:2} MiB of {kind:5} {seconds * 1000:7.0f} ms, {seconds * 1000 / size:6.1f} ms a MiB",
                      flush=True)
    return 0
