"""Reading logs of channels, and who answers whom in them."""

from datetime import date

import pytest

from tradepost.messaging.chat_logs import BadLog, day_of, list_nicks, read_log, read_replies

DAY = date(2004, 12, 25)
LOG = """\
[09:14] <ann> has somebody a lamp?
=== carl [~carl@example.org]  has joined #lamps
[09:15] <Bob> ann: two of them
=== Bob looks below the table
=== carl is now known as karl

[09:16] <ann>
[09:16] * ann waits
[09:17] <karl> hello
"""


def read(text: str, day: date = DAY):
    return read_log(text.encode(), day=day)


def times(*clock: str) -> list[str]:
    log = read("".join(f"[{time}] <ann> x\n" for time in clock))
    return [f"{said.at:%d %H:%M}" for said in log.said]


def test_what_people_say_and_do_is_said_and_the_rest_is_counted():
    log = read(LOG)

    assert [(said.line, said.nick, said.text) for said in log.said] == [
        (0, "ann", "has somebody a lamp?"),
        (2, "Bob", "ann: two of them"),
        (3, "Bob", "/me looks below the table"),
        (7, "ann", "/me waits"),
        (8, "karl", "hello"),
    ]
    assert log.lines == 9
    assert list_nicks(log) == ["ann", "Bob", "karl"]


@pytest.mark.parametrize(
    "line",
    [
        "=== ann [~ann@example.org]  has joined #lamps",
        "=== ann [~ann@example.org]  has left #lamps [\"bye\"]",
        "=== ann [ann@example.org]  has quit [Ping timeout]",
        "===  [~ann@example.org]  has joined #lamps",
        "=== ann has joined #lamps",
        "=== ann has left",
        "=== ann is now known as anne",
        "=== irc.example.org irc.example.org -> irc2.example.org",
        "",
    ],
)  # fmt: skip
def test_coming_and_going_is_left_out(line):
    assert len(read(f"{line}\n[09:14] <bob> x\n").said) == 1


def test_who_says_what_they_have_has_said_it():
    log = read("[09:14] <bob> x\n=== ann has left the lamp on\n")

    assert log.said[1].text == "/me has left the lamp on"


def test_nicks_differ_by_upper_and_lower_case():
    assert list_nicks(read("[09:14] <will> x\n[09:14] <Will> y\n")) == ["will", "Will"]


def test_a_day_of_24_hours_ends_at_midnight():
    assert times("13:00", "23:59", "00:05", "12:30") == [
        "25 13:00", "25 23:59", "26 00:05", "26 12:30",
    ]  # fmt: skip


def test_a_day_may_be_told_in_two_halves():
    assert times("11:55", "12:57", "01:03", "11:00", "00:05") == [
        "25 11:55", "25 12:57", "25 13:03", "25 23:00", "26 00:05",
    ]  # fmt: skip


def test_a_clock_that_was_put_right_does_not_end_the_day():
    assert times("09:14", "09:10", "09:20") == ["25 09:14", "25 09:14", "25 09:20"]


def test_what_is_done_has_the_time_of_what_was_said_before():
    log = read("=== ann waves\n[09:14] <bob> x\n=== ann waves\n")

    assert [f"{said.at:%H:%M}" for said in log.said] == ["00:00", "09:14", "09:14"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"[09:14] <ann> x\nthis is no line\n", "Line 1: This is no line of a log"),
        (b"[09:14] <ann> x\n[25:00] <ann> y\n", "Line 1: There is no time 25:00"),
        (b"[09:14] <ann> caf\xe9\n", "Line 0: This is no text in UTF-8"),
        (b"[09:14] <ann> " + b"x" * 20_001, "Line 0: The text is longer than 20,000"),
        (b"=== ann is now known as bob\n", "Nobody says anything"),
        (b"", "Nobody says anything"),
    ],
)
def test_what_is_no_log_is_refused_with_its_line(text, fault):
    with pytest.raises(BadLog, match=fault):
        read_log(text, day=DAY)


def test_the_earlier_line_is_the_parent_and_of_several_the_first():
    annotation = b"0 0 -\n2 0 -\n2 3 -\n0 3 -\n1 1 -\n7 8 -\n"

    assert read_replies(annotation, log=read(LOG)) == {2: 0, 3: 0, 8: 7}


@pytest.mark.parametrize(
    ("annotation", "fault"),
    [
        (b"0 0 -\n0 two -\n", "Line 1: Two numbers of lines were expected, not '0 two -'"),
        (b"0 9 -\n", "Line 0: The log has no line 9"),
        (b"1 2 -\n", "Line 0: Nobody says anything in line 1 or 2"),
        (b"0 6 -\n", "Line 0: Nobody says anything in line 0 or 6"),
        (b"\xff\n", "Line 0: This is no text in UTF-8"),
    ],
)
def test_what_is_no_annotation_is_refused_with_its_line(annotation, fault):
    with pytest.raises(BadLog, match=fault):
        read_replies(annotation, log=read(LOG))


def test_the_day_is_in_the_name_of_the_file():
    assert day_of("2004-12-25.train-c.ascii.txt") == DAY


@pytest.mark.parametrize("name", ["lamps.txt", "2004-13-25.txt", "12004-12-255.txt"])
def test_a_name_without_a_day_is_refused(name):
    with pytest.raises(BadLog, match="no date"):
        day_of(name)
