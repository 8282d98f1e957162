"""What can be asked of the database, shown by example: each function is one question."""

from types import ModuleType

from tradepost.playground.queries import columns, filtering, related, sql, totals
from tradepost.playground.queries.example import Chapter, read_chapter

CHAPTERS: list[ModuleType] = [filtering, columns, related, totals, sql]


def list_chapters() -> list[Chapter]:
    """Ask all the questions and return the answers, each with how many queries it took."""
    return [read_chapter(chapter) for chapter in CHAPTERS]
