"""Kills one part of a deployment after the other under steady load, and proves what was promised:
what was answered is there, once; sockets go on without a gap; the audit is clean.

Everything runs here, on free ports of the loopback and in a temporary folder, and is taken away at
the end, after Ctrl-C too. Prints a table in Markdown with the length of each outage, then PASS or
FAIL for each promise, and exits with 1 when one was broken. docs/failover.md says what the rows
mean. Everything is kept as JSON in failover/results/.
"""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.realtime.people import PEOPLE
from failover.faults import FAULTS
from failover.report import facts, markdown, verdicts, write_json
from failover.running import Rates, run
from failover.stage import missing, set_up


def main() -> int:
    """Do what was asked for; return the exit code."""
    asked = _read_options()
    if lack := missing():
        sys.exit(lack)
    signal.signal(signal.SIGTERM, _stop)
    folder = Path(tempfile.mkdtemp(prefix="tradepost-failover-"))
    folder.chmod(0o711)  # PostgreSQL's user has a folder in it
    try:
        return _perform(asked, folder)
    finally:
        if asked.keep:
            print(f"logs: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _perform(asked: argparse.Namespace, folder: Path) -> int:
    faults = [fault for fault in FAULTS if fault.key in asked.faults]
    rates = Rates(asked.orders, asked.messages, asked.sockets, asked.seconds)
    about = facts(rates)
    print("starting two nodes and all that they need ...", file=sys.stderr, flush=True)
    with set_up(folder=folder, people=PEOPLE) as stage:
        outcome = asyncio.run(run(stage, faults=faults, rates=rates))
        said = verdicts(outcome)
        print(markdown(about, outcome))
        print("\n".join(said))
        print(f"\n{write_json(about, stage, outcome, said)}", file=sys.stderr)
    return int(any(line.startswith("FAIL") for line in said))


def _read_options() -> argparse.Namespace:
    keys = [fault.key for fault in FAULTS]
    parser = argparse.ArgumentParser(
        prog="python -m failover", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--seconds", type=float, default=40, help="of quiet after each fault")
    parser.add_argument("--orders", type=float, default=4, help="a second")
    parser.add_argument("--messages", type=float, default=8, help="a second")
    parser.add_argument("--sockets", type=int, default=50, help="people who are connected")
    parser.add_argument("--faults", nargs="+", choices=keys, default=keys, metavar="FAULT",
                        help=", ".join(keys))  # fmt: skip
    parser.add_argument("--keep", action="store_true", help="leave the folder with all logs there")
    asked = parser.parse_args()
    if not 5 <= asked.sockets <= PEOPLE:
        parser.error(f"--sockets must be between 5 and {PEOPLE}")
    return asked


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped; everything that ran is gone.")
