"""Who leaves is forgotten: a word is planted wherever somebody can leave one, and looked for in
every row, file and answer after their account is closed."""

import json
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, models, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone

from conftest import make_user
from tradepost.accounts.actions.exports import ask_for_export
from tradepost.accounts.actions.users import change_profile, close_account
from tradepost.kit.http.hot.shelf import shelf
from tradepost.kit.jobs import enqueue
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import IdempotentAnswer, Job
from tradepost.kit.stamps import read_stamp
from tradepost.kit.tests.pictures import notes, picture_bytes, upload
from tradepost.messaging.actions.attachments import upload_file
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import delete_message, edit_message
from tradepost.messaging.actions.reactions import add_reaction
from tradepost.messaging.actions.reports import report_message
from tradepost.messaging.api.message_pages import KEPT_SECONDS
from tradepost.messaging.models import Message
from tradepost.messaging.models.search import MESSAGE_TEXTS
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.notifications.models import PushSubscription
from tradepost.payments.models import ProviderEvent
from tradepost.payments.tests.factories import pay
from tradepost.stays.actions.calendar import add_season, block_dates
from tradepost.stays.actions.conversations import ask_host
from tradepost.stays.actions.photos import add_photo
from tradepost.stays.actions.reviews import answer_review
from tradepost.stays.models import Review as StayReview
from tradepost.stays.tests.factories import NOW, make_booking
from tradepost.stays.tests.factories import make_property as make_place
from tradepost.stays.tests.stays_over import AFTER, make_stay, review, review_both
from tradepost.store.actions.carts import add_to_new_cart
from tradepost.store.actions.customers import add_address, change_own_details, remove_address
from tradepost.store.actions.orders import place_order
from tradepost.store.actions.reviews import write_review
from tradepost.store.models import Review
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_product

START = (NOW - timedelta(days=9)).date()
PLANTED = "planted"
KEPT = "kept: the shop has to keep its books"
OURS = "a word of ours, from a short list"
IDS = "ids, numbers and words of ours"
SHOP = "the shop's"
PROVIDERS = "a word of a payment provider, from a list of theirs"
HASH = "a hash"
OFF = "switched off in the settings"
RANDOM = "a random path; the file is looked into by itself"
TOWN = "where a place is, to the town"

# Each column that can hold words, and what is the matter with it. A new one needs a line here.
DECISIONS = {
    "accounts.Export": {"file": RANDOM, "state": OURS},
    "accounts.User": {
        "email": PLANTED, "first_name": PLANTED, "last_name": PLANTED, "password": HASH,
        "phone_number": PLANTED, "role": OURS, "username": PLANTED,
    },
    "admin.LogEntry": {"change_message": PLANTED, "object_id": IDS, "object_repr": PLANTED},
    "auth.Group": {"name": SHOP},
    "auth.Permission": {"codename": OURS, "name": OURS},
    "axes.AccessAttempt": {
        "get_data": PLANTED, "http_accept": PLANTED, "ip_address": "goes with its row",
        "path_info": OURS, "post_data": PLANTED, "user_agent": PLANTED, "username": PLANTED,
    },
    "axes.AccessFailureLog": {
        "http_accept": OFF, "ip_address": OFF, "path_info": OFF, "user_agent": OFF,
        "username": OFF,
    },
    "axes.AccessLog": {
        "http_accept": OFF, "ip_address": OFF, "path_info": OFF, "session_hash": OFF,
        "user_agent": OFF, "username": OFF,
    },
    "accounts.Session": {"device": "gone", "session_data": "ids, signed", "session_key": "random"},
    "contenttypes.ContentType": {"app_label": OURS, "model": OURS},
    "feed.Event": {"data": IDS, "kind": OURS},
    "feed.Ticket": {"digest": HASH},
    "kit.IdempotentAnswer": {
        "body": PLANTED, "fingerprint": HASH, "headers": IDS, "key": PLANTED, "owner": IDS,
    },
    "kit.Job": {
        "arguments": IDS, "dedupe_key": IDS, "last_error": PLANTED, "name": OURS,
        "request_id": IDS, "state": OURS,
    },
    "kit.Lease": {"holder": IDS, "name": OURS},
    "kit.Schedule": {"name": OURS},
    "kit.Stamp": {"name": OURS},
    "messaging.Attachment": {
        "file": RANDOM, "mime_type": OURS, "name": PLANTED, "thumbnail": RANDOM,
    },
    "messaging.Conversation": {
        "dedupe_key": IDS, "kind": OURS, "state": OURS, "subject_id": IDS, "title": PLANTED,
    },
    "messaging.Message": {
        "body": PLANTED, "client_id": PLANTED, "kind": OURS, "payload": IDS, "request_hash": HASH,
    },
    "messaging.MessageHistory": {"body": PLANTED, "payload": IDS},
    "messaging.Participant": {"notify": OURS, "role": OURS},
    "messaging.Reaction": {"emoji": "an emoji; it goes with its row"},
    "messaging.Report": {"note": PLANTED, "outcome": OURS, "reason": OURS},
    "notifications.Notification": {"cause": IDS, "data": IDS, "group": IDS, "kind": OURS},
    "notifications.Preference": {"channel": OURS, "kind": OURS},
    "notifications.PushSubscription": {"auth": PLANTED, "endpoint": PLANTED, "p256dh": PLANTED},
    "payments.OfflineCharge": {
        "behaviour": OURS, "currency": OURS, "failure": OURS, "key": IDS, "reference": IDS,
        "status": OURS,
    },
    "payments.OfflineEvent": {"body": IDS, "event_id": IDS},
    "payments.OfflineRefund": {"failure": OURS, "key": IDS, "reference": IDS, "status": OURS},
    "payments.Payment": {
        "brand": "of a card", "currency": OURS, "failure": PROVIDERS, "last4": "of a card",
        "method": IDS, "next_action": IDS, "problem": OURS, "provider": OURS, "reference": IDS,
        "status": OURS, "title": OURS,
    },
    "payments.ProviderEvent": {
        "charge_key": IDS, "event_id": IDS, "facts": IDS, "kind": PROVIDERS, "payload": PLANTED,
        "problem": OURS, "provider": OURS, "reference": IDS,
    },
    "payments.Refund": {"failure": PROVIDERS, "reason": SHOP, "reference": IDS, "status": OURS},
    "stays.Amenity": {"name": SHOP, "slug": SHOP},
    "stays.Block": {"reason": PLANTED},
    "stays.Booking": {"currency": OURS, "status": OURS, "terms": OURS},
    "stays.BookingChange": {"lines": OURS, "state": OURS},
    "stays.BookingEvent": {"kind": OURS},
    "stays.Photo": {"caption": PLANTED, "image": RANDOM, "thumbnail": RANDOM, "webp": RANDOM},
    "stays.PriceLine": {"kind": OURS},
    "stays.Property": {
        "cancellation_policy": OURS, "city": TOWN, "country": TOWN, "description": PLANTED,
        "house_rules": PLANTED, "name": PLANTED, "neighbourhood": PLANTED, "region": TOWN,
        "room_type": OURS, "source": "of an import", "status": OURS, "street": PLANTED,
        "time_zone": TOWN,
    },
    "stays.Review": {"answer": PLANTED, "comment": PLANTED, "side": OURS},
    "stays.Season": {"name": PLANTED},
    "store.Address": {"city": PLANTED, "street": PLANTED, "zip": PLANTED},
    "store.Collection": {"title": SHOP},
    "store.Customer": {"membership": OURS, "phone": PLANTED},
    "store.DroppedLine": {"title": SHOP},
    "store.Order": {"delivery_address": KEPT, "payment_status": OURS},
    "store.OrderEvent": {"kind": OURS},
    "store.OrderItem": {"title": SHOP},
    "store.Product": {
        "brand": SHOP, "description": SHOP, "sku": SHOP, "slug": SHOP, "title": SHOP,
    },
    "store.ProductImage": {"image": SHOP, "thumbnail": SHOP, "webp": SHOP},
    "store.Promotion": {"description": SHOP},
    "store.Review": {"description": PLANTED, "name": PLANTED, "source": "of an import"},
    "tags.Tag": {"label": SHOP},
    "token_blacklist.OutstandingToken": {"jti": "random", "token": "ids, signed"},
}  # fmt: skip

WORDS = (
    models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField,
    models.GenericIPAddressField,
)  # fmt: skip
MARKER = "zqxv7kplm"
OF_ORDER = "wjqy8hrtn"  # what an order may keep
INDEXES = ("messaging_message_search", "stays_property_search")

pytestmark = pytest.mark.django_db(transaction=True)


def columns() -> Iterator[tuple[str, str, str, str]]:
    """Give model, column, and what both are called in the database."""
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            if isinstance(column, WORDS):
                yield model._meta.label, column.name, model._meta.db_table, column.column


def columns_that_are(*decisions: str) -> set[str]:
    return {
        f"{table}.{in_table}"
        for model, name, table, in_table in columns()
        if DECISIONS[model][name] in decisions
    }


def tables() -> list[str]:
    """Return all tables that there are, those of search indexes too."""
    with connection.cursor() as cursor:
        found = [t.name for t in connection.introspection.get_table_list(cursor) if t.type != "v"]
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            found = [name for (name,) in cursor.fetchall()]
    return found


def where_is(word: str) -> set[str]:
    """Return the columns of the database that hold the word anywhere."""
    found = set()
    for table in tables():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor:
                cells = zip(names, row, strict=True)
                found |= {f"{table}.{name}" for name, cell in cells if word.encode() in raw(cell)}
    return found


def raw(cell: object) -> bytes:
    return cell.lower() if isinstance(cell, bytes) else str(cell).lower().encode()


def files_with(word: str, folder: Path) -> set[str]:
    """Return which files hold the word, or have it in a file that they pack."""
    found = set()
    for file in folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        if zipfile.is_zipfile(BytesIO(content)):
            packed = zipfile.ZipFile(BytesIO(content))
            content = b"".join(packed.read(name) for name in packed.namelist())
        if word.encode() in content.lower() or word in file.name.lower():
            found.add(file.parent.name)
    return found


def stored_pages(word: str) -> list[float]:
    """Return for how many seconds what this process has stored with the word will yet be there."""
    kept = {key for key, content in cache._cache.items() if word.encode() in content.lower()}
    return [cache._expire_info[key] - time.time() for key in kept]


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = "tradepost.kit.mail.FolderBackend"
    settings.ADMINS = ["root@example.com"]
    settings.OPEN_REVIEWS = True
    return tmp_path


@pytest.fixture
def zoe(db):
    """Who leaves, and is called like nobody else."""
    name = {"first_name": f"Z{MARKER}", "last_name": f"L{MARKER}"}
    zoe = make_user(MARKER, **name)
    return change_profile(user=zoe, **name, phone_number=f"+1 {MARKER}", hides_presence=True)


@pytest.fixture
def planted(folder, zoe, bob, charlie, api):
    """Zoe uses all of the product, and leaves her word everywhere."""
    talk_a_lot(zoe, bob, charlie)
    shop(zoe)
    host(zoe, bob)
    talk_of_stays(zoe, bob)
    leave_traces(zoe, bob)
    with transaction.atomic():
        ask_for_export(user=zoe, now=timezone.now())
    Client().force_login(zoe)
    api(bob).get("/api/v1/store/products/")
    while run_due_jobs(now=timezone.now() + timedelta(minutes=1)):
        pass


def talk_a_lot(zoe, bob, charlie) -> None:
    talk = make_conversation(zoe, bob)
    edited = say(zoe, talk, f"first {MARKER}", client_id=MARKER)
    edit_message(editor=zoe, message_id=edited.pk, body=f"then {MARKER}x", now=timezone.now())
    deleted = say(zoe, talk, f"deleted {MARKER}")
    delete_message(deleter=zoe, message_id=deleted.pk, now=timezone.now())
    picture = picture_bytes(exif=notes())
    files = [
        upload(f"content {MARKER}".encode(), f"{MARKER}.txt"),
        upload(picture, f"{MARKER}.jpg"),
    ]
    ids = [upload_file(uploader=zoe, file=file).pk for file in files]
    say(zoe, talk, "", attachment_ids=ids)
    upload_file(uploader=zoe, file=upload(f"unsent {MARKER}".encode(), f"{MARKER}2.txt"))
    others = say(bob, talk, "What bob wrote", parent_id=edited.pk)
    add_reaction(user=zoe, message_id=others.pk, emoji="👍")
    report_message(reporter=zoe, message_id=others.pk, reason="spam", note=f"note {MARKER}")
    start_conversation(starter=zoe, participant_ids=[bob.pk, charlie.pk], title=f"Talk of {MARKER}")


def shop(zoe) -> None:
    change_own_details(user=zoe, changes={"phone": f"+2 {MARKER}"})
    tea = make_product()
    old = add_address(user=zoe, street=f"{OF_ORDER} 1", city="Town")
    line = add_to_new_cart(product_id=tea.pk, quantity=1, user=zoe)
    order = place_order(buyer=zoe, cart_id=line.cart_id, address_id=old.pk)
    pay(order)
    ProviderEvent.objects.update(payload=json.dumps({"billing_details": {"name": MARKER}}))
    remove_address(user=zoe, address_id=old.pk)
    add_address(user=zoe, street=f"{MARKER} 2", city=f"C{MARKER}", zip=MARKER)
    add_to_new_cart(product_id=tea.pk, quantity=2, user=zoe)
    write_review(
        author=zoe, product_id=tea.pk, name=f"Z{MARKER}", description=f"good {MARKER}", rating=5
    )


def host(zoe, bob) -> None:
    place = make_place(
        zoe, name=f"House {MARKER}", description=f"Big {MARKER}", house_rules=f"No {MARKER}",
        street=f"{MARKER} 3", neighbourhood=f"Near {MARKER}",
    )  # fmt: skip
    day = make_booking(place, bob, START).end_date
    dates = {"start_date": day, "end_date": day + timedelta(days=1)}
    block_dates(
        host=zoe, property_id=place.pk, reason=f"for {MARKER}", now=NOW - timedelta(days=9), **dates
    )
    season = {"name": f"{MARKER} week", "price": "9.00", **dates}
    add_season(host=zoe, property_id=place.pk, fields=season)
    add_photo(keeper=zoe, property_id=place.pk, file=upload(picture_bytes(), "a.jpg"),
              caption=f"seen by {MARKER}")  # fmt: skip
    ask_host(guest=bob, place=place)


def talk_of_stays(zoe, bob) -> None:
    review(zoe, make_stay(make_place(), zoe), comment=f"blind {MARKER}")
    stay = make_stay(make_place(), zoe)
    of_zoe = review(zoe, stay, 5, comment=f"good {MARKER}")
    review(stay.property.host, stay, comment="What the host wrote")
    answer(stay.property.host, of_zoe, "What the host wrote")
    of_bob, _ = review_both(make_stay(make_place(zoe), bob), comment="so so")
    answer(zoe, of_bob, f"thanks {MARKER}")


def answer(host, to, text) -> None:
    answer_review(host=host, property_id=to.property_id, review_id=to.pk, answer=text, now=AFTER)


def leave_traces(zoe, bob) -> None:
    PushSubscription.objects.create(
        user=zoe, endpoint=f"https://push.example.com/{MARKER}", p256dh=MARKER, auth=MARKER
    )
    AccessAttempt.objects.create(
        username=zoe.username, failures_since_start=1, ip_address="10.0.0.1", path_info="/",
        user_agent=MARKER, http_accept=MARKER, get_data=MARKER, post_data=f"username={MARKER}",
    )  # fmt: skip
    about = [zoe, zoe.customer, zoe.customer.addresses.get(), Review.objects.get(author=zoe)]
    for row in about:
        LogEntry.objects.create(
            user=bob, content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk),
            object_repr=str(row), change_message=f'[{{"changed": {{"object": "{row}"}}}}]',
            action_flag=CHANGE,
        )  # fmt: skip
    own = {"key": f"key {MARKER}", "body": json.dumps({"message_body": MARKER})}
    IdempotentAnswer.objects.create(owner=f"user:{zoe.pk}", status=201, **own)
    told = {"participants": [{"user_id": str(zoe.pk), "first_name": f"Z{MARKER}"}]}
    for owner in (f"user:{bob.pk}", "anonymous"):
        IdempotentAnswer.objects.create(
            owner=owner, key=str(uuid4()), status=201, body=json.dumps(told)
        )
    Job.objects.create(
        name="a.mail", state=Job.State.DEAD, run_at=timezone.now(),
        last_error=f"refused: {zoe.email}",
    )  # fmt: skip
    with transaction.atomic():
        enqueue("accounts.send_password_reset", user_id=str(zoe.pk))


def leave(zoe) -> None:
    close_account(user=zoe)
    while run_due_jobs(now=timezone.now() + timedelta(minutes=5)):
        pass


def test_every_column_with_words_has_a_decision() -> None:
    named = {(model, name) for model, names in DECISIONS.items() for name in names}

    assert {(model, name) for model, name, *_ in columns()} == named


def test_the_word_is_planted_wherever_there_is_a_decision_to(planted, folder) -> None:
    found = where_is(MARKER)
    in_index = {place for place in found if place.startswith(INDEXES)}

    assert found - in_index == columns_that_are(PLANTED)
    assert in_index
    assert where_is(OF_ORDER) == columns_that_are(KEPT)
    assert MESSAGE_TEXTS.matching(Message.objects.all(), MARKER).exists()
    assert files_with(MARKER, folder) == {"attachments", "exports", "mail"}


def test_the_word_is_nowhere_after_its_writer_has_left(planted, folder, zoe) -> None:
    leave(zoe)

    assert where_is(MARKER) == set()
    assert where_is(OF_ORDER) == columns_that_are(KEPT)
    assert not MESSAGE_TEXTS.matching(Message.objects.all(), MARKER).exists()
    assert files_with(MARKER, folder) == set()
    assert not Job.objects.exclude(name="a.mail").exclude(state=Job.State.DONE).exists()


def test_what_others_ask_for_has_the_word_no_more(planted, zoe, bob, api) -> None:
    pages = [f"/api/v1/conversations/{talk.pk}/messages/" for talk in bob.conversations.all()]
    pages += ["/api/v1/conversations/", "/api/v1/notifications/", "/api/v1/feed/"]
    before = b"".join(api(bob).get(page).content for page in pages)

    leave(zoe)
    after = b"".join(api(bob).get(page).content for page in pages)

    assert MARKER.encode() in before.lower()
    assert MARKER.encode() not in after.lower()
    assert b"What bob wrote" in after


def test_what_is_stored_with_the_word_is_gone_in_a_minute(planted, zoe, bob, api, settings) -> None:
    # The memory of this process, which can be looked through.
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": memory, "LOCATION": "erasure"}}
    for talk in bob.conversations.all():
        api(bob).get(f"/api/v1/conversations/{talk.pk}/messages/")

    leave(zoe)

    kept = stored_pages(MARKER)
    assert kept
    assert max(kept) <= KEPT_SECONDS
    assert not [key for key, (_, page) in shelf._kept.items() if MARKER.encode() in page.lower()]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="pages of a file are SQLite's")
def test_nothing_is_left_in_the_pages_of_the_file(planted, zoe) -> None:
    assert MARKER.encode() in connection.connection.serialize().lower()

    leave(zoe)

    assert MARKER.encode() not in connection.connection.serialize().lower()


def test_who_has_orders_is_not_deleted_and_keeps_everything(planted, zoe) -> None:
    before = where_is(MARKER)

    with pytest.raises(ProtectedError):
        zoe.delete()

    assert where_is(MARKER) == before


def test_the_admin_says_that_who_has_orders_cannot_be_deleted(planted, zoe, boss, client) -> None:
    path = f"/admin/accounts/user/{zoe.pk}/delete/"

    page = client.post(path, {"post": "yes"})

    assert page.status_code == 200
    assert "would require deleting the following protected related objects" in (
        page.content.decode()
    )
    assert type(zoe).objects.filter(pk=zoe.pk, is_active=True).exists()


def test_averages_are_counted_without_the_reviews_of_who_left(planted, zoe, bob) -> None:
    product = Review.objects.get(author=zoe).product
    write_review(author=bob, product_id=product.pk, name="Bob", description="so so", rating=3)
    stamp = read_stamp(CATALOGUE)

    leave(zoe)

    product.refresh_from_db()
    assert (product.rating, product.reviews_count) == (3, 1)
    assert read_stamp(CATALOGUE) != stamp


def test_an_answer_that_names_who_left_keeps_ids_and_times(planted, zoe, bob) -> None:
    leave(zoe)

    kept = IdempotentAnswer.objects.get(owner=f"user:{bob.pk}")
    assert json.loads(kept.body) == {"participants": [{"user_id": str(zoe.pk), "first_name": ""}]}


def test_stars_for_a_stay_count_on_when_their_words_are_gone(planted, zoe) -> None:
    leave(zoe)

    by_zoe = StayReview.objects.filter(user=zoe, side="guest", released_at__isnull=False).get()
    assert (by_zoe.comment, by_zoe.answer) == ("", "What the host wrote")
    assert (by_zoe.property.rating, by_zoe.property.ratings_count) == (5, 1)
