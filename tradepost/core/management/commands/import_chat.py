"""Import the log of a chat."""

from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradepost.accounts.models import User
from tradepost.kit.management.progress import Progress
from tradepost.messaging.actions.imports import Step, import_chat, key_of
from tradepost.messaging.chat_logs import (
    BadLog,
    ChatLog,
    day_of,
    list_nicks,
    read_log,
    read_replies,
)


class Command(BaseCommand):
    help = (
        "Imports the log of an IRC channel as a conversation, with its threads. The name of the "
        "file says the day, like 2004-12-25. Nobody is told. Importing again adds only what is "
        "not there yet."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("log", type=Path, metavar="LOG")
        parser.add_argument(
            "--replies", type=Path, metavar="ANNOTATION",
            help="says by numbers of lines, from 0, who answers whom",
        )  # fmt: skip
        parser.add_argument("--title", help="of the conversation; the name of LOG without it")
        parser.add_argument(
            "--owner", metavar="USERNAME", help="who may read it; without, staff in the admin only"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, annotation = options["log"], options["replies"]
        content = _read(path)
        try:
            log = read_log(content, day=day_of(path.name))
        except BadLog as error:
            raise CommandError(f"{path}: {error} Nothing was changed.") from error
        try:
            parents = read_replies(_read(annotation), log=log) if annotation else {}
        except BadLog as error:
            raise CommandError(f"{annotation}: {error} Nothing was changed.") from error
        owner = _find_owner(options["owner"])
        started = monotonic()
        step = self._import(
            log, parents, key=key_of(content=content), title=options["title"] or path.stem,
            owner=owner,
        )  # fmt: skip
        self._tell(log, parents, step, seconds=monotonic() - started)

    def _import(self, log: ChatLog, parents: dict[int, int], **named: Any) -> Step:
        progress = Progress(self.stdout, total=len(log.said))
        for step in import_chat(log=log, parents=parents, **named):
            rows = step.present + step.imported
            progress.show(done=rows, rows=rows)
        progress.clear()
        return step

    def _tell(self, log: ChatLog, parents: dict[int, int], step: Step, *, seconds: float) -> None:
        speed = int(step.imported / seconds) if seconds else 0
        self.stdout.write(
            f"{step.imported} messages imported ({speed:,} a second), {step.present} were there "
            f"before; {len(parents)} replies, {len(list_nicks(log))} people, "
            f"{log.lines - len(log.said)} of {log.lines} lines left out, where nobody says "
            f"anything."
        )
        self.stdout.write(f"Conversation {step.conversation_id}. Nobody was told.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}.") from error


def _find_owner(username: str | None) -> User | None:
    if username is None:
        return None
    owner: User | None = User.objects.filter(username__iexact=username, is_active=True).first()
    if owner is None:
        raise CommandError(f"There is nobody called {username}.")
    return owner
