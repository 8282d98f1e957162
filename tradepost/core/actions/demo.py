"""A small shop that looks lived in, and places to stay, for a first look at the product.

Everything goes through the actions that real people use, so receipts are queued, notices written
and feeds filled as they would be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone

from tradepost.accounts.actions.users import register_user
from tradepost.accounts.models import User
from tradepost.core.actions.demo_stays import make_stays
from tradepost.core.actions.imports import import_products
from tradepost.core.demo.pictures import MOTIFS, draw_product
from tradepost.core.queries import has_people
from tradepost.kit.transactions import atomic
from tradepost.likes.actions.likes import like
from tradepost.messaging.actions.attachments import upload_file
from tradepost.messaging.actions.conversations import (
    open_direct_conversation,
    start_conversation,
)
from tradepost.messaging.actions.edits import edit_message
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.actions.reactions import add_reaction
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.store.actions.carts import add_to_cart, create_cart
from tradepost.store.actions.conversations import open_order_conversation
from tradepost.store.actions.images import add_image
from tradepost.store.actions.order_changes import cancel_order, set_payment_status
from tradepost.store.actions.orders import place_order
from tradepost.store.actions.promotions import create_promotion, set_products_of_promotion
from tradepost.store.actions.reviews import write_review
from tradepost.store.models import Order, Product
from tradepost.store.queries import CUSTOMER_SERVICE

CATALOGUE = Path(__file__).resolve().parent.parent / "demo" / "catalogue.json"

# username, first name, last name, role
PEOPLE = [
    ("guest", "Mira", "Solberg", User.Role.GUEST),
    ("host", "Tomas", "Alder", User.Role.HOST),
    ("ines", "Ines", "Carvalho", User.Role.GUEST),
    ("jonas", "Jonas", "Weir", User.Role.GUEST),
    ("lena", "Lena", "Brandvik", User.Role.HOST),
    ("mateo", "Mateo", "Ibarra", User.Role.HOST),
]

# who buys how many of what, oldest first
ORDERS = [
    ("ines", {"GAR-001": 1, "GAR-003": 3}),
    ("jonas", {"LAM-001": 1}),
    ("guest", {"PAP-001": 2, "PAP-004": 1}),
    ("jonas", {"BOO-004": 1}),
    ("guest", {"CER-001": 2, "TEA-001": 1}),
]

PAID = [0, 2]  # of these orders; the shop notes the payments
CANCELED = 1  # by its buyer
FAILED = 3  # says the shop

# name, per cent off, days until it ends, for what
PROMOTIONS = [
    ("Tea week", Decimal(15), 14, ["TEA-002", "TEA-003", "CER-002"]),
    ("From the back shelf", Decimal(20), None, ["BOO-002", "BOO-003"]),
]

# by people who bought it
REVIEWS = [
    ("ines", "GAR-003", "Ines C.", 5, "Nine kinds of bee before lunch. What more can one ask for?"),
    ("ines", "GAR-001", "Ines C.", 4, "Sits well in the hand. The leather loop came off once."),
    ("guest", "PAP-001", "Mira", 5, "The dots are so light that they vanish behind the ink."),
]

LIKES = {
    "guest": ["CER-001", "TEA-001", "LAM-002", "BOO-004"],
    "ines": ["GAR-003", "GAR-001", "CER-005", "CER-001"],
    "jonas": ["LAM-001", "BOO-002", "CER-001"],
    "host": ["TEA-002"],
}

# guest and the shop, about the last order
ABOUT_THE_ORDER = [
    ("guest", "Hello! I have just ordered two speckled mugs. Could they be a matching pair?"),
    (
        "host",
        "Hello Mira, no two come out of the kiln alike, but I can pick two with the same "
        "warm rim. Would that do?",
    ),
    ("guest", "That would be perfect. One is a present for my sister."),
    (
        "host",
        "Then I will wrap that one in the fern paper, with our compliments. Both leave the "
        "shop tomorrow morning.",
    ),
]

BETWEEN_FRIENDS = [
    ("ines", "The bee meadow came up! Nine kinds of bee before lunch."),
    ("guest", "Nine! Mine is still thinking about it. How much sun does yours get?"),
    ("ines", "All day. Come over on Sunday and see. I have a new tea to try as well."),
    ("guest", "I will bring my new mugs."),
]

# by whom, what, and which of these lines it answers
IN_A_GROUP = [
    ("ines", "Tea on **Sunday** at four? I will bring this pot, fresh from the wheel:", None),
    ("guest", "What a colour! Is it one of the celadon ones?", 0),
    ("ines", "It is. The glaze has its own mind, that is the charm.", 1),
    ("jonas", "I can be there at five.", 0),
    ("guest", "Then we keep a cup warm for @jonas.", 3),
]
GROUP, PICTURED = "Tea on Sunday", "CER-002"
EDITED = (3, "I can be there at half past four, and bring lemon cake.")
REACTIONS = [(0, "guest", "🎉"), (0, "jonas", "🎉"), (3, "ines", "😄")]


@dataclass(frozen=True)
class DemoSummary:
    """What was made; ``made`` is False when there were people already, and nothing was."""

    made: bool
    people: int = 0
    products: int = 0
    orders: int = 0
    messages: int = 0
    places: int = 0
    stays: int = 0


@atomic
def make_demo_data(*, password: str) -> DemoSummary:
    """Fill a database that has no users yet: people who all have this password, a catalogue,
    orders, places to stay, stays and talk. Otherwise change nothing."""
    if has_people():
        return DemoSummary(made=False)
    now = timezone.now()
    people = _make_people(password)
    places, stays = make_stays(people=people, now=now)
    products = _make_catalogue()
    by_sku = dict(Product.objects.exclude(sku=None).values_list("sku", "pk"))
    _decorate(by_sku, now)
    orders = [_order(people[name], quantities) for name, quantities in ORDERS]
    _settle(orders, people["host"], now)
    _praise(people, by_sku)
    messages = _talk_about(orders[-1], people) + _talk_among_friends(people)
    messages += _talk_in_a_group(people, now)
    return DemoSummary(True, len(people), products, len(orders), messages, places, stays)


def _make_people(password: str) -> dict[str, User]:
    people = {
        username: register_user(
            username=username,
            email=f"{username}@example.com",
            password=password,
            first_name=first_name,
            last_name=last_name,
            role=role,
        )
        for username, first_name, last_name, role in PEOPLE
    }
    people["admin"] = User.objects.create_superuser(
        "admin", "admin@example.com", password, first_name="Ada", last_name="Quill"
    )
    people["host"].groups.add(Group.objects.get(name=CUSTOMER_SERVICE))
    return people


def _make_catalogue() -> int:
    with CATALOGUE.open(encoding="utf-8") as stream:
        *_, last = import_products(stream=stream)
    return last.tally.imported


def _decorate(by_sku: Mapping[str | None, int], now: datetime) -> None:
    """Give every product a picture, and some a lower price."""
    for sku in MOTIFS:
        file = ContentFile(draw_product(sku=sku), name=f"{sku}.png")
        add_image(product_id=by_sku[sku], file=file)
    for description, discount, days, skus in PROMOTIONS:
        ends_at = None if days is None else now + timedelta(days)
        fields = {"description": description, "discount": discount, "ends_at": ends_at}
        promotion = create_promotion(fields=fields, now=now)
        products = [by_sku[sku] for sku in skus]
        set_products_of_promotion(promotion_id=promotion.pk, product_ids=products)


def _order(buyer: User, quantities: Mapping[str, int]) -> Order:
    cart = create_cart()
    for product in Product.objects.filter(sku__in=quantities).order_by("pk"):
        quantity = quantities[product.sku or ""]
        add_to_cart(cart_id=cart.pk, product_id=product.pk, quantity=quantity)
    return place_order(buyer=buyer, cart_id=cart.pk)


def _settle(orders: Sequence[Order], desk: User, now: datetime) -> None:
    for place in PAID:
        paid = Order.PaymentStatus.COMPLETE
        set_payment_status(order_id=orders[place].pk, status=paid, actor=desk)
    failed = Order.PaymentStatus.FAILED
    set_payment_status(order_id=orders[FAILED].pk, status=failed, actor=desk)
    canceled = orders[CANCELED]
    cancel_order(order_id=canceled.pk, actor=canceled.customer.user, now=now)


def _praise(people: Mapping[str, User], by_sku: Mapping[str | None, int]) -> None:
    for username, sku, name, rating, text in REVIEWS:
        write_review(
            author=people[username],
            product_id=by_sku[sku],
            name=name,
            description=text,
            rating=rating,
        )
    for username, skus in LIKES.items():
        for sku in skus:
            like(user=people[username], kind="product", object_id=by_sku[sku])


def _talk_about(order: Order, people: Mapping[str, User]) -> int:
    """The buyer has not read the shop's last message yet."""
    conversation = open_order_conversation(order=order, opener=order.customer.user)
    return _say(ABOUT_THE_ORDER, conversation.pk, people)


def _talk_among_friends(people: Mapping[str, User]) -> int:
    """Read to the end by both."""
    conversation = open_direct_conversation(first=people["ines"], second=people["guest"])
    said = _say(BETWEEN_FRIENDS, conversation.pk, people)
    mark_conversation_read(reader=people["ines"], conversation_id=conversation.pk)
    return said


def _talk_in_a_group(people: Mapping[str, User], now: datetime) -> int:
    """With a picture, answers, an edit and reactions; Jonas has not read the end of it."""
    ids = [people[name].pk for name in ("guest", "jonas")]
    group = start_conversation(starter=people["ines"], participant_ids=ids, title=GROUP)
    picture = ContentFile(draw_product(sku=PICTURED), name="the-pot.png")
    files = [upload_file(uploader=people["ines"], file=picture).pk]
    sent: list[UUID] = []
    for name, body, answered in IN_A_GROUP:
        mark_conversation_read(reader=people[name], conversation_id=group.pk)
        parent_id = None if answered is None else sent[answered]
        said = send_message(
            sender=people[name], conversation_id=group.pk, body=body, parent_id=parent_id,
            attachment_ids=[] if sent else files,
        )  # fmt: skip
        sent.append(said.message.pk)
    place, body = EDITED
    edit_message(editor=people["jonas"], message_id=sent[place], body=body, now=now)
    for place, name, emoji in REACTIONS:
        add_reaction(user=people[name], message_id=sent[place], emoji=emoji)
    return len(sent)


def _say(lines: list[tuple[str, str]], conversation_id: UUID, people: Mapping[str, User]) -> int:
    """Let people speak in turn, each having read what was said before."""
    for name, body in lines:
        mark_conversation_read(reader=people[name], conversation_id=conversation_id)
        send_message(sender=people[name], conversation_id=conversation_id, body=body)
    return len(lines)
