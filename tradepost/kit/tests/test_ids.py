from uuid import RFC_4122

from time_machine import travel

from tradepost.kit.ids import uuid7


def test_an_id_is_a_uuid_of_version_7() -> None:
    identifier = uuid7()

    assert identifier.version == 7
    assert identifier.variant == RFC_4122


def test_an_id_starts_with_the_milliseconds_since_1970() -> None:
    with travel("2026-11-21T00:00:00.123Z", tick=False):
        identifier = uuid7()

    assert identifier.int >> 80 == 1_795_219_200_123


def test_ids_of_different_milliseconds_sort_by_time() -> None:
    made = []
    for millisecond in range(5):
        with travel(f"2026-11-21T00:00:00.{millisecond:03}Z", tick=False):
            made.append(uuid7())

    assert sorted(made) == made


def test_ids_of_one_millisecond_differ() -> None:
    with travel("2026-11-21", tick=False):
        made = {uuid7() for _ in range(10_000)}

    assert len(made) == 10_000


def test_ids_of_one_millisecond_sort_by_time_too() -> None:
    made = []
    for microsecond in range(123_000, 124_000, 100):
        with travel(f"2026-11-21T00:00:00.{microsecond:06}Z", tick=False):
            made.append(uuid7())

    assert sorted(made) == made
