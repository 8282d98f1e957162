"""Both clients of the feed do as docs/feed-protocol.md says, scenario by scenario."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import ROOT
from tradepost.feed.client.core import FeedCore
from tradepost.feed.client.effects import (
    Answered,
    Connect,
    Drop,
    Effect,
    Passing,
    Reset,
    Rows,
    Send,
    State,
)
from tradepost.feed.client.errors import Gap
from tradepost.feed.client.frames import Cursor, Page
from tradepost.feed.client.outbox import Outbox
from tradepost.feed.client.place import Place
from tradepost.feed.client.returning import Plan, Returning

FOLDER = ROOT / "tests" / "conformance"
SCENARIOS_FILE = FOLDER / "feed.json"
RUNNER = FOLDER / "run.mjs"
JS_CLIENT = ROOT / "static" / "js" / "feed.js"

FILE = json.loads(SCENARIOS_FILE.read_text())
SCENARIOS = {scenario["name"]: scenario for scenario in FILE["scenarios"]}


class Wrong(AssertionError):
    """The client did something else than the scenario expects."""


class Player:
    """Plays a scenario to a Python core; run.mjs is the same for JavaScript."""

    def __init__(self, scenario: dict, make_core: Callable[..., FeedCore] = FeedCore) -> None:
        self.client = scenario["client"]
        self.make_core = make_core
        self.now = 0.0
        self.named = 0
        self.queued: dict[str, dict] = {}
        cursor = self.client.get("cursor")
        self.begin(Cursor(**cursor) if cursor else None)

    def begin(self, cursor: Cursor | None) -> None:
        self.core = self.make_core(
            cursor=cursor,
            user=self.client.get("user"),
            has_tickets=self.client.get("has_tickets", False),
            random=lambda: self.client.get("random", 0.5),
        )
        self.asked: list[object] = [None, None]
        self.unapplied: list[Cursor] = []
        self.forget()

    def forget(self) -> None:
        self.seen: dict = {
            "connects": 0, "drops": 0, "sent": [], "acked": None, "rows": [], "resets": 0,
            "answers": [], "passing": [],
        }  # fmt: skip

    def note(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Connect():
                    self.seen["connects"] += 1
                case Drop():
                    self.seen["drops"] += 1
                case Send(_, frame):
                    self.note_frame(dict(frame))
                case Rows(rows, end):
                    self.seen["rows"] += [row.seq for row in rows]
                    self.hand(end)
                case Reset(end):
                    self.seen["resets"] += 1
                    self.hand(end)
                case Answered(client_id, status):
                    self.queued.pop(client_id, None)
                    self.seen["answers"].append({"client_id": client_id, "status": status})
                case Passing(frame):
                    self.seen["passing"].append(frame["type"])
                case State():
                    pass

    def note_frame(self, frame: dict) -> None:
        if "ref" in frame:
            self.asked.append(frame.pop("ref"))
        if frame["type"] == "ack":
            self.seen["acked"] = frame["seq"]
        else:
            self.seen["sent"].append(frame)

    def hand(self, end: Cursor) -> None:
        if self.client.get("applies") == "when told":
            self.unapplied.append(end)
        else:
            self.note(self.core.applied(end=end, now=self.now))

    def receive(self, frame: object, on: str = "new") -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        connection = self.connection(on)
        self.note(self.core.received(connection=connection, text=text, now=self.now))

    def connection(self, on: str) -> int:
        return self.core.connection - (on == "old")

    def step(self, step: dict) -> None:
        on = step.get("on", "new")
        [(name, value)] = [(name, value) for name, value in step.items() if name != "on"]
        play = getattr(self, f"step_{name}")
        if name in ("server", "page", "answer", "lost"):
            play(value, on)
        else:
            play(value)

    def step_start(self, _: dict) -> None:
        self.note(self.core.start(now=self.now))

    def step_opened(self, fields: dict) -> None:
        connection, ticket = self.core.connection, fields.get("ticket")
        self.note(self.core.opened(connection=connection, ticket=ticket, now=self.now))

    def step_connected(self, fields: dict) -> None:
        self.step_opened({})
        self.receive({**FILE["welcome"], **fields})

    def step_server(self, frame: dict, on: str) -> None:
        self.receive(frame, on)

    def step_text(self, text: str) -> None:
        self.receive(text)

    def step_page(self, fields: dict, on: str) -> None:
        fields = dict(fields)
        kind = fields.pop("kind", "test")
        seqs = fields.pop("seqs", None) or range(fields.pop("from", 1), fields.pop("to", 0) + 1)
        rows = [
            {"seq": seq, "kind": kind, "data": {}, "at": "2026-01-01T00:00:00Z"} for seq in seqs
        ]
        end = seqs[-1] if seqs else None
        page = {"epoch": "e1", "seq": end, "reset": False, "more": False, "results": rows}
        self.receive({"type": "feed", **page, **fields}, on)

    def step_answer(self, fields: dict, on: str) -> None:
        ref = self.asked[-2 if on == "old" else -1]
        self.receive({"type": "answer", "ref": ref, "data": None, **fields})

    def step_lost(self, code: int | None, on: str) -> None:
        self.note(self.core.lost(connection=self.connection(on), code=code, now=self.now))

    def step_sign_in_refused(self, _: dict) -> None:
        self.note(self.core.sign_in_refused(connection=self.core.connection, now=self.now))

    def step_clock(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.core.wake_at()) is not None and due <= until:
            self.now = max(self.now, due)
            self.note(self.core.tick(now=self.now))
        self.now = until

    def step_look(self, _: dict) -> None:
        self.note(self.core.wake(now=self.now, is_looked_at=True))

    def step_network(self, _: dict) -> None:
        self.note(self.core.wake(now=self.now, is_looked_at=False))

    def step_send(self, fields: dict) -> None:
        self.named += 1
        data = {name: value for name, value in fields.items() if name != "times"}
        data["message_body"] *= fields.get("times", 1)
        self.queue(f"${self.named}", data)

    def queue(self, client_id: str, data: dict) -> None:
        self.queued[client_id] = data
        self.note(self.core.send(client_id=client_id, data=data, now=self.now))

    def step_read(self, fields: dict) -> None:
        self.note(self.core.read(**fields, now=self.now))

    def step_typing(self, conversation: str) -> None:
        self.note(self.core.typing(conversation=conversation, now=self.now))

    def step_watch(self, users: list[str]) -> None:
        self.note(self.core.watch(users=users, now=self.now))

    def step_applied(self, _: dict) -> None:
        ends, self.unapplied = self.unapplied, []
        for end in ends:
            self.note(self.core.applied(end=end, now=self.now))

    def step_fails(self, _: dict) -> None:
        self.unapplied = []
        self.note(self.core.failed(now=self.now))

    def step_reload(self, _: dict) -> None:
        self.begin(self.core.cursor)
        for client_id, data in list(self.queued.items()):
            self.queue(client_id, data)

    def step_close(self, _: dict) -> None:
        self.note(self.core.close(now=self.now))

    def step_repeat(self, fields: dict) -> None:
        for step in fields["steps"] * fields["times"]:
            self.step(step)

    def step_expect(self, wanted: dict) -> None:
        cursor = self.core.cursor
        seen = {
            **self.seen,
            "cursor": cursor and {"epoch": cursor.epoch, "seq": cursor.seq},
            "state": self.core.state,
            "waiting": [message.client_id for message in self.core.outbox.messages],
        }
        self.forget()
        wanted = dict(wanted)
        if (seen["acked"] or 0) < wanted.pop("acked_at_least", 0):
            raise Wrong(f"only {seen['acked']} is acknowledged")
        for name, value in wanted.items():
            if seen[name] != value:
                raise Wrong(f"{name} is {seen[name]}, not {value}")


def play(scenario: dict, make_core: Callable[..., FeedCore] = FeedCore) -> str | None:
    """Return what goes wrong; None when nothing does."""
    player = Player(scenario, make_core)
    for number, step in enumerate(scenario["steps"], start=1):
        try:
            player.step(step)
        except Wrong as wrong:
            return f"step {number}, {json.dumps(step)}: {wrong}"
    return None


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have node")
        pytest.skip("node is not installed")
    return found


def play_to_js(node: str, client: Path) -> dict[str, str | None]:
    run = subprocess.run(
        [node, RUNNER, SCENARIOS_FILE, client], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def of_js(node) -> dict[str, str | None]:
    return play_to_js(node, JS_CLIENT)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_python_client(name):
    assert play(SCENARIOS[name]) is None


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_javascript_client(of_js, name):
    assert of_js[name] is None


# --- Clients that are wrong on purpose ---------------------------------------------------------


class Repeating(Place):
    """Does not skip what it has seen."""

    def take(self, *, page: Page) -> list:
        super().take(page=page)
        return page.rows


class Gullible(Place):
    """Does not see that something is missing."""

    def take(self, *, page: Page) -> list:
        try:
            return super().take(page=page)
        except Gap:
            self.handed = page.end
            return page.rows


class Forgetful(Outbox):
    """Takes a message for sent when its connection is lost."""

    def note_loss(self) -> None:
        if self._unanswered and self.messages:
            self.messages.popleft()
        super().note_loss()


class Eager(Returning):
    """Comes back at once, whatever happened."""

    def after_closing(self, **_: object) -> Plan:
        return Plan("waiting")


def wrong_core(*, place=Place, outbox=Outbox, returning=Returning) -> Callable[..., FeedCore]:
    def make(*, cursor, has_tickets, random, user) -> FeedCore:
        core = FeedCore(cursor=cursor, has_tickets=has_tickets, random=random, user=user)
        core.place = place(cursor=cursor)
        core.outbox = outbox()
        core._returning = returning(random=random, has_tickets=has_tickets)
        return core

    return make


TWICE = "rows that come twice after a resume are applied once"
GAP = "a gap between pages: nothing is applied, and the client comes back from its own cursor"
AGAIN = "a message whose answer was lost is sent again as the same"
FULL = "1013, a full server: after as long as the server says, whoever looks"


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"place": Repeating}, TWICE), ({"place": Gullible}, GAP),
        ({"outbox": Forgetful}, AGAIN), ({"returning": Eager}, FULL),
    ],
    ids=["repeats", "does not see gaps", "forgets", "comes at once"],
)  # fmt: skip
def test_a_wrong_python_client_fails(parts, name):
    assert play(SCENARIOS[name], wrong_core(**parts)) is not None


def test_a_python_client_put_together_like_the_wrong_ones_passes():
    assert [name for name in SCENARIOS if play(SCENARIOS[name], wrong_core())] == []


@pytest.mark.parametrize(
    ("right", "wrong", "name"),
    [
        ("if (row.seq <= seq) return false;", "", TWICE),
        ("if (!isRight) throw", "if (false) throw", GAP),
        ("this.outbox.unanswered = null;\n", "this.outbox.messages.shift();\n", AGAIN),
        ('{ state: "waiting", seconds, isFixed: true }', "this.atOnce()", FULL),
    ],
    ids=["repeats", "does not see gaps", "forgets", "comes at once"],
)
def test_a_wrong_javascript_client_fails(node, tmp_path, right, wrong, name):
    source = JS_CLIENT.read_text()
    assert source.count(right) == 1
    client = tmp_path / "feed.js"
    client.write_text(source.replace(right, wrong))

    assert play_to_js(node, client)[name] is not None


# --- The JavaScript client in a page -----------------------------------------------------------

BROWSER = """
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";

const give = (name, value) =>
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const page = new EventTarget();
class Storage {}
for (const [name, value] of Object.entries({
  getItem(key) { return this[key] ?? null; },
  setItem(key, value) { this[key] = String(value); },
  removeItem(key) { delete this[key]; },
})) Object.defineProperty(Storage.prototype, name, { value });
class Socket {
  static OPEN = 1;
  static all = [];
  constructor(url) { Object.assign(this, { url, readyState: 0, sent: [] }); Socket.all.push(this); }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.readyState = 3; }
  say(frame) { this.onmessage({ data: JSON.stringify(frame) }); }
  open() { this.readyState = 1; this.onopen(); }
  welcome(fields = {}) {
    this.open();
    const times = { beat_seconds: 20, retry_after_seconds: 0 };
    this.say({ type: "welcome", user: "ann", epoch: "e1", seq: 5, ...times, ...fields });
  }
  page(...seqs) {
    const results = seqs.map((seq) => ({ seq, kind: "test", data: {}, at: "" }));
    this.say({ type: "feed", epoch: "e1", seq: seqs.at(-1), reset: false, more: false, results });
  }
}
const reported = [];
give("crypto", webcrypto);
give("location", { href: "https://shop.example/talks/" });
give("document", new EventTarget());
give("addEventListener", page.addEventListener.bind(page));
give("localStorage", new Storage());
give("WebSocket", Socket);
give("reportError", (error) => reported.push(error.message));

const { openFeed } = await import(`data:text/javascript;base64,${readFileSync(CLIENT, "base64")}`);
const newest = () => Socket.all.at(-1);
const soon = (milliseconds = 0) => new Promise((done) => setTimeout(done, milliseconds));
const kept = () => Object.keys(localStorage).map((key) => key.split(" ").slice(3).join(" "));
const place = { epoch: "e1", seq: 5 };
const user = "ann";
"""


def in_page(node: str, script: str) -> object:
    """What a script in a page, with a fake browser around it, says at its end."""
    client = f"const CLIENT = {json.dumps(str(JS_CLIENT))};"
    end = "process.stdout.write(JSON.stringify(said)); process.exit(0);"
    run = subprocess.run(
        [node, "--input-type=module", "-"], input=f"{client}{BROWSER}{script}\n{end}",
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_page_connects_to_its_own_host(node):
    said = in_page(node, "openFeed({ user }); await soon(); const said = String(newest().url);")

    assert said == "wss://shop.example/ws/v1/feed/"


def test_what_is_not_sent_survives_the_page(node):
    first, second, left = in_page(
        node,
        """
        const early = openFeed({ user });
        early.send({ conversation: "c1", message_body: "one" });
        early.send({ conversation: "c1", message_body: "two" });
        early.close();
        const sent = [];
        const late = openFeed({ user, onSent: (answer) => sent.push(answer) });
        const waiting = late.waiting;
        await soon();
        newest().welcome();
        newest().say({ type: "answer", ref: 1, status: 201, data: {} });
        const [, one, two] = newest().sent;
        const said = [[waiting, sent], [one.data, two.data], kept()];
        """,
    )

    waiting, sent = first
    assert [data["message_body"] for data in waiting] == ["one", "two"]
    assert second == waiting
    assert [(one["client_id"], one["status"]) for one in sent] == [(waiting[0]["client_id"], 201)]
    assert sorted(left) == ["cursor", f"message {waiting[1]['client_id']}"]


def test_what_is_written_later_is_sent_later_even_when_the_clock_goes_back(node):
    said = in_page(
        node,
        """
        const write = (message_body) => {
          const feed = openFeed({ user });
          feed.send({ conversation: "c1", message_body });
          feed.close();
        };
        write("one");
        Date.now = () => 1000;
        write("two");
        write("three");
        const said = openFeed({ user }).waiting.map((data) => data.message_body);
        """,
    )

    assert said == ["one", "two", "three"]


def test_a_closed_feed_takes_no_messages(node):
    said = in_page(
        node,
        """
        const feed = openFeed({ user });
        feed.close();
        let said = "nothing";
        try { feed.send({ conversation: "c1" }); } catch (error) { said = error.message; }
        said = [said, kept()];
        """,
    )

    assert said == ["the feed is closed", []]


def test_another_user_of_the_browser_does_not_send_it(node):
    said = in_page(
        node,
        """
        openFeed({ user }).send({ conversation: "c1", message_body: "one" });
        const said = openFeed({ user: "bob" }).waiting;
        """,
    )

    assert said == []


def test_two_tabs_send_it_as_one_message(node):
    one, two = in_page(
        node,
        """
        openFeed({ user }).send({ conversation: "c1", message_body: "one" });
        openFeed({ user });
        await soon();
        for (const socket of Socket.all) socket.welcome();
        const said = Socket.all.map((socket) => socket.sent[1].data.client_id);
        """,
    )

    assert one == two


def test_a_sent_message_resolves_and_a_refused_one_rejects(node):
    done, refused, left = in_page(
        node,
        """
        const feed = openFeed({ user });
        await soon();
        newest().welcome();
        const done = feed.send({ conversation: "c1", message_body: "one" });
        newest().say({ type: "answer", ref: 1, status: 201, data: { id: "m1" } });
        const refused = feed.send({ conversation: "c1", message_body: "" });
        newest().say({ type: "answer", ref: 2, status: 400, data: {} });
        const said = [(await done).data, await refused.catch((error) => error.status), kept()];
        """,
    )

    assert (done, refused, left) == ({"id": "m1"}, 400, ["cursor"])


def test_the_cursor_moves_when_the_page_is_done(node):
    before, after, later, ack = in_page(
        node,
        """
        let finish;
        const onRows = () => new Promise((done) => { finish = done; });
        const feed = openFeed({ user, cursor: place, onRows });
        await soon();
        newest().welcome();
        newest().page(6, 7);
        await soon();
        const before = feed.core.cursor.seq;
        finish();
        await soon();
        const later = openFeed({ user }).core.cursor.seq;
        feed.close();
        const said = [before, feed.core.cursor.seq, later, Socket.all[0].sent.at(-1)];
        """,
    )

    assert (before, after, later, ack) == (5, 7, 7, {"type": "ack", "seq": 7})


def test_the_cursor_of_the_page_comes_before_the_kept_one(node):
    said = in_page(
        node,
        """
        openFeed({ user, cursor: place });
        await soon();
        newest().welcome();
        const said = openFeed({ user, cursor: { epoch: "e1", seq: 9 } }).core.cursor.seq;
        """,
    )

    assert said == 9


def test_rows_that_a_page_fails_on_come_again(node):
    seen, hello, complaints = in_page(
        node,
        """
        const seen = [];
        let isBroken = true;
        const onRows = (rows) => {
          seen.push(rows.map((row) => row.seq));
          if (isBroken) throw new Error("no such screen");
        };
        openFeed({ user, cursor: place, onRows });
        await soon();
        newest().welcome();
        newest().page(6);
        newest().page(7);
        await soon();
        isBroken = false;
        newest().welcome();
        newest().page(6, 7);
        await soon();
        const said = [seen, newest().sent[0], reported];
        """,
    )

    assert seen == [[6], [6, 7]]
    assert hello == {"type": "hello", "epoch": "e1", "seq": 5}
    assert complaints == ["no such screen"]


def test_after_a_loss_a_page_comes_back_with_a_new_ticket(node):
    said = in_page(
        node,
        """
        let tickets = 0;
        const ticket = async () => `t${(tickets += 1)}`;
        const states = [];
        openFeed({ user, ticket, onState: ({ state }) => states.push(state) });
        await soon();
        newest().welcome();
        newest().onclose({ code: 1006 });
        await soon(300);
        newest().welcome();
        const said = [Socket.all.map((socket) => socket.sent[0].ticket), states];
        """,
    )

    lives = ["connecting", "live", "waiting", "connecting", "live"]
    assert said == [["t1", "t2"], lives]


def test_a_page_that_gets_no_tickets_any_more_stops(node):
    said = in_page(
        node,
        """
        const ticket = async () => { throw Object.assign(new Error(), { status: 401 }); };
        const states = [];
        openFeed({ user, ticket, onState: ({ state }) => states.push(state) });
        await soon();
        const said = [Socket.all.length, states];
        """,
    )

    assert said == [0, ["connecting", "stopped"]]


def test_a_page_comes_back_when_the_network_does(node):
    said = in_page(
        node,
        """
        openFeed({ user });
        await soon();
        newest().onclose({ code: 1006 });
        await soon();
        const before = Socket.all.length;
        page.dispatchEvent(new Event("online"));
        await soon();
        const said = [before, Socket.all.length];
        """,
    )

    assert said == [1, 2]


def test_a_replaced_page_comes_back_when_somebody_looks(node):
    said = in_page(
        node,
        """
        const feed = openFeed({ user });
        await soon();
        newest().welcome();
        newest().say({ type: "closing", code: 4010, reason: "", retry_after_seconds: null });
        document.hidden = true;
        document.dispatchEvent(new Event("visibilitychange"));
        await soon();
        const before = Socket.all.length;
        document.hidden = false;
        document.dispatchEvent(new Event("visibilitychange"));
        await soon();
        const said = [before, Socket.all.length];
        newest().onclose({ code: 4010 });
        page.dispatchEvent(new Event("focus"));
        await soon();
        said.push(Socket.all.length);
        """,
    )

    assert said == [1, 2, 3]


def test_a_page_reads_types_and_watches(node):
    said = in_page(
        node,
        """
        const feed = openFeed({ user });
        await soon();
        newest().welcome();
        feed.read("c1", 4);
        feed.typing("c1");
        feed.watch(["bob"]);
        const said = newest().sent.slice(1);
        """,
    )

    assert said == [
        {"type": "conversation.read", "ref": 1, "data": {"conversation_id": "c1", "up_to_seq": 4}},
        {"type": "typing", "conversation": "c1"},
        {"type": "watch", "users": ["bob"]},
    ]


def test_a_page_is_told_to_load_everything_and_how_much_waits(node):
    said = in_page(
        node,
        """
        const told = [];
        const onState = ({ state, waiting }) => told.push(`${state} ${waiting}`);
        const feed = openFeed({ user, cursor: place, onReset: () => told.push("reset"), onState });
        await soon();
        newest().welcome();
        const reset = { epoch: "e2", seq: 1, reset: true, more: false, results: [] };
        newest().say({ type: "feed", ...reset });
        await soon();
        feed.send({ conversation: "c1", message_body: "one" });
        newest().say({ type: "answer", ref: 1, status: 201, data: {} });
        const said = [told, feed.core.cursor.epoch];
        """,
    )

    assert said == [["connecting 0", "live 0", "reset", "live 1", "live 0"], "e2"]


def test_a_closed_page_lets_go_of_its_socket_and_of_the_browser(node):
    said = in_page(
        node,
        """
        const feed = openFeed({ user });
        await soon();
        newest().welcome();
        feed.close();
        let wakes = 0;
        feed.core.wake = () => { wakes += 1; return []; };
        page.dispatchEvent(new Event("online"));
        page.dispatchEvent(new Event("focus"));
        const said = [newest().readyState, wakes, Socket.all.length];
        """,
    )

    assert said == [3, 0, 1]


def test_a_ticket_that_cannot_be_had_now_is_asked_for_again(node):
    said = in_page(
        node,
        """
        const ticket = async () => { throw new TypeError("Failed to fetch"); };
        const feed = openFeed({ user, ticket });
        await soon();
        const said = [feed.core.state, Socket.all.length];
        """,
    )

    assert said == ["waiting", 0]


def test_a_page_works_where_storage_is_forbidden(node):
    said = in_page(
        node,
        """
        const get = () => { throw new Error("forbidden"); };
        Object.defineProperty(globalThis, "localStorage", { get });
        const feed = openFeed({ user });
        await soon();
        newest().welcome();
        const done = feed.send({ conversation: "c1", message_body: "one" });
        newest().say({ type: "answer", ref: 1, status: 201, data: {} });
        const said = (await done).status;
        """,
    )

    assert said == 201


def test_signing_out_leaves_nothing_in_the_browser(node):
    said = in_page(
        node,
        """
        const feed = openFeed({ user, cursor: place });
        feed.send({ conversation: "c1", message_body: "one" });
        await soon();
        newest().welcome();
        newest().page(6);
        feed.forget();
        await soon();
        const said = kept();
        """,
    )

    assert said == []


def test_a_listener_that_fails_stops_nothing(node):
    said = in_page(
        node,
        """
        const seen = [];
        const onTyping = () => { throw new Error("no such place"); };
        openFeed({ user, cursor: place, onTyping, onRows: (rows) => seen.push(rows.length) });
        await soon();
        newest().welcome();
        newest().say({ type: "typing", conversation: "c1", user: "bob" });
        newest().page(6);
        await soon();
        const said = [seen, reported];
        """,
    )

    assert said == [[1], ["no such place"]]
