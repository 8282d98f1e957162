"""Run background jobs in a process of their own."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tradepost.kit.jobs.runner import Workers, run_due_jobs


class Command(BaseCommand):
    help = "Runs background jobs until it is stopped, or only what is due with --once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=2)
        parser.add_argument("--once", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(f"{run_due_jobs()} jobs ran.")
            return
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        workers = Workers(threads=options["threads"])
        workers.start()
        self.stdout.write("Running jobs. Ctrl-C stops.")
        stop.wait()
        workers.stop()
