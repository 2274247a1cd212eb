"""Benchmarks by name. Runs alternate between the systems, so that what else the machine does falls on both."""

import argparse
import os
import sys

from bench.campaigns import campaigns
from bench.classify import classify
from bench.erase import erase
from bench.intake import intake
from bench.poller import poller
from bench.relay import relay
from bench.sequences import sequences
from bench.statistics import statistics
from world.system import REPOSITORY, Trouble


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="BENCHMARK")
    verb = verbs.add_parser("intake", help="accepted mails a second beside Postfix, latency, memory, and with many mails waiting")
    verb.add_argument("--sessions", type=int, default=50)
    verb.add_argument("--mails", type=int, default=20000, help="mails of one run")
    verb.add_argument("--size", type=int, default=4096, help="bytes of a mail")
    verb.add_argument("--runs", type=int, default=3)
    verb.add_argument("--postfix-share", type=int, default=1, help="give Postfix one mail in so many, to save time")
    verb.add_argument("--idle", type=int, default=2000, help="idle TLS sessions")
    verb.add_argument("--waiting", type=int, nargs="*", default=[10_000, 1_000_000], help="mails that wait already")
    verb.add_argument("--log-level", default="info", help="Postern's; its default is info, a line a mail")
    verb.set_defaults(run=intake)
    verb = verbs.add_parser("poller", help="a first look beside mbsync, idle mailboxes, the way of a new mail")
    verb.add_argument("part", nargs="?", choices=("all", "look", "idle"), default="all")
    verb.add_argument("--mails", type=int, default=10_000, help="mails of the first look")
    verb.add_argument("--runs", type=int, default=3)
    verb.add_argument("--mailboxes", type=int, default=2000)
    verb.add_argument("--seconds", type=int, default=330, help="how long they idle; the folders beside the INBOX are asked for every 300 s")
    verb.add_argument("--deliveries", type=int, default=1000)
    verb.set_defaults(run=poller)
    verb = verbs.add_parser("classify", help="mails sorted a second beside Python's email package, and large ones")
    verb.add_argument("--corpus", help="a folder of .eml files (default: the mail corpus)")
    verb.add_argument("--mails", type=int, default=5000, help="mails of one run, the corpus over and over")
    verb.add_argument("--runs", type=int, default=5)
    verb.set_defaults(run=classify)
    verb = verbs.add_parser("relay", help="queued mails sent a second beside Postfix, a far server, looks at a large queue")
    verb.add_argument("part", nargs="?", choices=("all", "rates", "far", "looks"), default="all")
    verb.add_argument("--connections", type=int, nargs="*", default=[10, 50])
    verb.add_argument("--mails", type=int, default=20_000, help="queued mails of one run")
    verb.add_argument("--size", type=int, default=4096, help="bytes of a mail")
    verb.add_argument("--runs", type=int, default=3)
    verb.add_argument("--far-mails", type=int, default=300, help="mails over one connection to the far server")
    verb.add_argument("--waiting", type=int, nargs="*", default=[10_000, 1_000_000], help="mails that wait in 1,000 lanes")
    verb.add_argument("--look-seconds", type=float, default=20)
    verb.set_defaults(run=relay)
    verb = verbs.add_parser("sequences", help="enrolling and planning contacts of a sequence of five steps, and what they cost idle")
    verb.add_argument("--contacts", type=int, default=10_000)
    verb.add_argument("--seconds", type=int, default=20, help="how long nothing is due")
    verb.set_defaults(run=sequences)
    verb = verbs.add_parser("statistics", help="answers about a million events, and counting all of them")
    verb.add_argument("--events", type=int, default=1_000_000)
    verb.add_argument("--runs", type=int, default=10)
    verb.set_defaults(run=statistics)
    verb = verbs.add_parser("campaigns", help="one run with many people of a file, killed in the middle, and one over HTTP")
    verb.add_argument("--people", type=int, default=100_000, help="rows of the file")
    verb.add_argument("--http", type=int, default=10_000, help="people of the API")
    verb.set_defaults(run=campaigns)
    verb = verbs.add_parser("erase", help="erasing a person out of a large store, and who waits for it")
    verb.add_argument("--mails", type=int, default=600_000)
    verb.add_argument("--size", type=int, default=4096, help="bytes of a mail")
    verb.set_defaults(run=erase)
    options = parser.parse_args()
    os.environ.setdefault("POSTERN", str(REPOSITORY / ".build/release/postern"))
    try:
        return options.run(options)
    except Trouble as trouble:
        print(f"bench: {trouble}", file=sys.stderr)
        return 1


sys.exit(main())
