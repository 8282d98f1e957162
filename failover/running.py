"""A run: the load, the faults one after the other, and what is there in the end."""

import asyncio
import os
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser

import httpx

from benchmarks.realtime.databases import Database, FeedRow
from benchmarks.realtime.judging import NEW_MESSAGE, judge
from benchmarks.realtime.judging import Outcome as Heard
from failover.faults import Fault
from failover.judging import Books, Line, Post, compare_orders, compare_receipts, receipt_id
from failover.listening import Audience
from failover.load import LONGEST_SECONDS, Load, Log
from failover.outages import Wait, Window
from failover.people import PRODUCTS, STOCK
from failover.stage import Stage

WARMING_SECONDS = 8
OPENING_SECONDS = 60
SETTLING_SECONDS = 120  # a job of a worker that was killed is due again after its lease: a minute
LOOK_SECONDS = 0.1
HEALTH_SECONDS = 1.0
LINES = """
    SELECT o.id, o.total, i.product_id, i.quantity
    FROM store_order o JOIN store_orderitem i ON i.order_id = o.id
"""
UNFINISHED = "SELECT count(*) FROM kit_job WHERE state = 'waiting' AND name = 'store.send_receipt'"
DEAD = "SELECT count(*) FROM kit_job WHERE state = 'dead'"
LATE = "SELECT count(*) FROM kit_job WHERE state = 'waiting' AND run_at < now() - interval '1 min'"
STOCK_LEFT = "SELECT sum(inventory) FROM store_product"


@dataclass(frozen=True)
class Rates:
    """How much is asked for in a second, by how many, and how long it is quiet after a fault."""

    orders: float
    messages: float
    sockets: int
    seconds: float


@dataclass
class Story:
    """Everything that was seen from outside, on the clock of this process (monotonic)."""

    log: Log
    windows: list[Window] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)  # that were opened in each window
    mailed_at: list[float] = field(default_factory=list)
    health: list[tuple[float, dict[str, int]]] = field(default_factory=list)
    settled_in: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What is there in the end."""

    story: Story
    heard: Heard
    books: Books
    post: Post
    rows: Sequence[Wait]  # at sockets: from the answer to the message until each recipient had it
    receipts: Sequence[Wait]
    sold: int
    dead_jobs: int
    late_jobs: int
    audit: str


async def run(stage: Stage, *, faults: Sequence[Fault], rates: Rates) -> Outcome:
    """Have all faults happen under load, and judge what is there afterwards."""
    os.environ["SSL_CERT_FILE"] = str(stage.proxy.certificate)  # whom the feed's client believes
    trusted = ssl.create_default_context()
    many = httpx.Limits(max_connections=200, max_keepalive_connections=50)
    address = f"https://{stage.proxy.host}"
    async with httpx.AsyncClient(
        base_url=address, verify=trusted, limits=many, timeout=LONGEST_SECONDS
    ) as http:
        url = f"wss://{stage.proxy.host}/ws/v1/feed/"
        audience = Audience(stage.tokens[: rates.sockets], http=http, url=url)
        database = Database("postgres", stage.database_url, stage.folder, stage.tokens)
        before = await asyncio.to_thread(database.last_event)
        async with asyncio.timeout(OPENING_SECONDS):
            await audience.open()
        try:
            load = Load(
                http=http, tokens=stage.tokens, products=await asyncio.to_thread(_products, stage),
                people=rates.sockets,
            )  # fmt: skip
            story = await _tell(stage, load, audience, faults, rates)
            feeds = await asyncio.to_thread(database.rows_since, before)
            await _let_all_hear(audience, feeds)
        finally:
            await audience.close()
    return await asyncio.to_thread(_judge, stage, story, audience, database, feeds)


async def _tell(
    stage: Stage, load: Load, audience: Audience, faults: Sequence[Fault], rates: Rates
) -> Story:
    story = Story(load.log)
    watching = [
        asyncio.create_task(_watch_mails(stage, story)),
        asyncio.create_task(_watch_health(stage, story)),
    ]
    asking = asyncio.create_task(
        load.run(orders_per_second=rates.orders, messages_per_second=rates.messages)
    )
    await asyncio.sleep(WARMING_SECONDS)
    for fault in faults:
        await _perform(stage, story, audience, fault, rates.seconds)
    load.stop()
    await asking
    story.settled_in = await _settle(stage)
    for watcher in watching:
        watcher.cancel()
    return story


async def _perform(
    stage: Stage, story: Story, audience: Audience, fault: Fault, seconds: float
) -> None:
    begun, connections = time.monotonic(), audience.count_connections()
    stage.notes.append((begun, fault.title))
    await fault.happen(stage)
    mended = time.monotonic()
    stage.notes.append((mended, f"{fault.title}: over"))
    await asyncio.sleep(seconds)
    story.windows.append(Window(fault.title, begun, time.monotonic(), mended))
    story.connections.append(audience.count_connections() - connections)


async def _settle(stage: Stage) -> float:
    """Wait until the receipts of all orders are sent; return how many seconds it took."""
    begun = time.monotonic()
    while time.monotonic() < begun + SETTLING_SECONDS:
        rows = await asyncio.to_thread(_ask, stage, UNFINISHED)
        if rows == [(0,)]:
            break
        await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - begun


async def _let_all_hear(audience: Audience, feeds: dict[object, list[FeedRow]]) -> None:
    """Wait until everybody has what is in their feed, or it counts as lost."""
    ends = {user: rows[-1].seq for user, rows in feeds.items()}
    until = time.monotonic() + SETTLING_SECONDS / 4
    while time.monotonic() < until:
        if all(
            record.seen and record.seen[-1].seq >= ends.get(record.user, 0)
            for record in audience.records
        ):
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _watch_mails(stage: Stage, story: Story) -> None:
    while True:
        fresh = len(stage.mails.mails) - len(story.mailed_at)
        story.mailed_at += [time.monotonic()] * fresh
        await asyncio.sleep(LOOK_SECONDS)


async def _watch_health(stage: Stage, story: Story) -> None:
    while True:
        for node in stage.nodes:
            statuses = await asyncio.to_thread(node.health)
            said = {f"{role}-{node.name}": status for role, status in statuses.items()}
            story.health.append((time.monotonic(), said))
        await asyncio.sleep(HEALTH_SECONDS)


# --- What is there ---------------------------------------------------------------------------


def _judge(
    stage: Stage, story: Story, audience: Audience, database: Database,
    feeds: dict[object, list[FeedRow]],
) -> Outcome:  # fmt: skip
    heard = judge(
        records=audience.records, feeds=feeds, sent=story.log.sent,
        stored=database.messages("failover-"), windows=(), faults=len(story.windows),
    )  # fmt: skip
    lines = [Line(*row) for row in _ask(stage, LINES)]
    mails = [_message_id(content) for _, content in stage.mails.mails]
    status, audit = stage.manage("audit")
    [[left]], [[dead]], [[late]] = (_ask(stage, one) for one in (STOCK_LEFT, DEAD, LATE))
    return Outcome(
        story=story,
        heard=heard,
        books=compare_orders(story.log.orders, lines),
        post=compare_receipts([line.order for line in lines], mails),
        rows=_rows(audience, story.log),
        receipts=_receipts(story, mails),
        sold=PRODUCTS * STOCK - left - sum(line.quantity for line in lines),
        dead_jobs=dead,
        late_jobs=late,
        audit=audit[-2000:] if status else "",
    )


def _rows(audience: Audience, log: Log) -> list[Wait]:
    return [
        Wait(log.answered_at[seen.message], seen.at)
        for record in audience.records
        for seen in record.seen
        if seen.kind == NEW_MESSAGE and seen.message in log.answered_at
    ]


def _receipts(story: Story, mails: Sequence[str]) -> list[Wait]:
    answered = {receipt_id(one.id): one.answered_at for one in story.log.orders}
    return [
        Wait(answered[name], at)
        for name, at in zip(mails, story.mailed_at, strict=False)
        if name in answered
    ]


def _message_id(content: bytes) -> str:
    return str(BytesHeaderParser().parsebytes(content)["Message-ID"])


def _products(stage: Stage) -> list[int]:
    return [pk for (pk,) in _ask(stage, "SELECT id FROM store_product ORDER BY id")]


def _ask(stage: Stage, statement: str) -> list[tuple[int, ...]]:
    return stage.keeper.primary.ask(statement, database="tradepost") or []
