"""The rows that every contestant works on, and the requests' choices among them. Same every time.

Nothing here knows a database or Django: ``seed_tradepost.py`` and ``plain/seed.py`` write the rows
into their own tables, the shop's with ``seeding.py``. Both use the ids given here, so that one
request means the same to all.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

PRODUCTS = 10_000
IMAGES = 2  # of each product
COLLECTIONS = 50
USERS = 1_000
TALKERS = 100  # users 1 to 100 take part in ten conversations each
CONVERSATIONS = 1_000
MESSAGES = 22  # in each conversation
PLACES = 1_000  # to stay; only ours has any
DEAREST_NIGHT = 300
OPEN_CARTS = 1_000
SPREAD_PRODUCTS = 1_000  # orders of two lines are spread over the first thousand
HOT_PRODUCT = 5_000  # of which everybody wants one

PAGE_SIZE = 10
SECRET_KEY = "only-for-measuring-" + "0" * 32
TEXT = (
    "amber ample basalt birch brass bright broad candle cedar clay copper cotton curved dark dense "
    "early fine flat fresh glass grand grey hollow iron ivory kettle lamp large light linen long "
    "maple mild narrow oak olive pale paper plain quiet rapid rough round salt sharp silver slate "
    "small smooth soft solid stone tall thin tray velvet walnut warm white wide wooden wool"
)
WORDS = TEXT.split()  # each in more than a third of the products
RARE_WORDS = ("obsidian", "quartz", "tourmaline", "zircon")
RARE_EVERY = 250  # products, one has a rare word: each of these words is in ten


@dataclass(frozen=True)
class ProductRow:
    id: int
    title: str
    slug: str
    description: str
    brand: str
    cents: int
    inventory: int
    collection_id: int


@dataclass(frozen=True)
class ImageRow:
    """A picture: only its row, no benchmark opens the file."""

    id: int
    product_id: int
    name: str


@dataclass(frozen=True)
class PlaceRow:
    """A place to stay, with a photo: only its row, no benchmark opens the file."""

    id: int
    host_id: UUID
    name: str
    description: str
    price: int
    latitude: float
    longitude: float
    photo: str


@dataclass(frozen=True)
class UserRow:
    id: UUID
    username: str
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class ConversationRow:
    id: UUID
    people: tuple[UUID, UUID]


@dataclass(frozen=True)
class MessageRow:
    conversation_id: UUID
    seq: int
    sender_id: UUID
    body: str


@dataclass(frozen=True)
class CartRow:
    """A cart; ``lines`` maps product ids to quantities."""

    id: UUID
    lines: dict[int, int]


@dataclass(frozen=True)
class Waiting:
    """How many carts wait to be ordered: with two lines each, and with one of the hot product."""

    spread: int
    hot: int


def products() -> Iterator[ProductRow]:
    chance = random.Random("products")
    for number in range(1, PRODUCTS + 1):
        title = " ".join(chance.choices(WORDS, k=3)).capitalize()
        yield ProductRow(
            id=number,
            title=title,
            slug=f"{title.lower().replace(' ', '-')}-{number}",
            description=_description(chance, number),
            brand=chance.choice(WORDS).capitalize(),
            cents=chance.randint(100, 999_999),
            inventory=chance.randint(1_000_000, 2_000_000),
            collection_id=chance.randint(1, COLLECTIONS),
        )


def _description(chance: random.Random, number: int) -> str:
    words = chance.choices(WORDS, k=25)
    turn, rest = divmod(number, RARE_EVERY)
    if not rest:
        words.append(RARE_WORDS[turn % len(RARE_WORDS)])
    return " ".join(words).capitalize() + "."


def images() -> Iterator[ImageRow]:
    chance = random.Random("images")
    for number in range(PRODUCTS * IMAGES):
        name = f"store/images/{chance.getrandbits(128):032x}.jpg"
        yield ImageRow(id=number + 1, product_id=1 + number // IMAGES, name=name)


def collections() -> Iterator[tuple[int, str]]:
    """Ids and titles."""
    for number in range(1, COLLECTIONS + 1):
        yield number, f"{WORDS[number].capitalize()} things"


def user_id(number: int) -> UUID:
    """The id of user 1 to USERS."""
    return make_uuid("user", number)


def users() -> Iterator[UserRow]:
    chance = random.Random("users")
    for number in range(1, USERS + 1):
        name = f"user{number}"
        first, last = (word.capitalize() for word in chance.choices(WORDS, k=2))
        yield UserRow(user_id(number), name, f"{name}@example.com", first, last)


def places() -> Iterator[PlaceRow]:
    chance = random.Random("places")
    for number in range(1, PLACES + 1):
        yield PlaceRow(
            id=number,
            host_id=user_id(1 + number % USERS),
            name=" ".join(chance.choices(WORDS, k=3)).capitalize(),
            description=" ".join(chance.choices(WORDS, k=60)).capitalize() + ".",
            price=chance.randint(20, DEAREST_NIGHT),
            latitude=round(chance.uniform(25, 48), 5),
            longitude=round(chance.uniform(-124, -67), 5),
            photo=f"stays/photos/{chance.getrandbits(128):032x}.jpg",
        )


def conversations() -> Iterator[ConversationRow]:
    """Talks of two: each talker with ten of the others."""
    for number in range(1, CONVERSATIONS + 1):
        talker = 1 + number % TALKERS
        other = TALKERS + 1 + number % (USERS - TALKERS)
        people = (user_id(talker), user_id(other))
        yield ConversationRow(make_uuid("conversation", number), people)


def messages() -> Iterator[MessageRow]:
    chance = random.Random("messages")
    for conversation in conversations():
        for seq in range(1, MESSAGES + 1):
            body = " ".join(chance.choices(WORDS, k=12))
            yield MessageRow(conversation.id, seq, conversation.people[seq % 2], body)


def open_cart_id(number: int) -> UUID:
    return make_uuid("open cart", number)


def spread_cart_id(number: int) -> UUID:
    return make_uuid("spread cart", number)


def hot_cart_id(number: int) -> UUID:
    return make_uuid("hot cart", number)


def carts(waiting: Waiting) -> Iterator[CartRow]:
    """Empty carts to add to, and the carts that wait to be ordered."""
    for number in range(OPEN_CARTS):
        yield CartRow(open_cart_id(number), {})
    chance = random.Random("carts")
    for number in range(waiting.spread):
        chosen = chance.sample(range(1, SPREAD_PRODUCTS + 1), k=2)
        yield CartRow(spread_cart_id(number), {pk: chance.randint(1, 5) for pk in chosen})
    for number in range(waiting.hot):
        yield CartRow(hot_cart_id(number), {HOT_PRODUCT: 1})


def make_uuid(kind: str, number: int) -> UUID:
    """Return the id of number so and so of a kind."""
    return UUID(int=random.Random(f"{kind} {number}").getrandbits(128), version=4)
