"""The home page, the mailbox, and what holds for every page."""

import json
import os
import re
import time
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from tradepost.accounts.models import User
from tradepost.kit.mail import FolderBackend
from tradepost.likes.actions.likes import like
from tradepost.likes.models import LikedItem
from tradepost.stays.tests.factories import make_photo, make_property
from tradepost.store.tests.factories import make_product

TEMPLATES = Path(project.BASE_DIR) / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name != "mail")
STRICT = "default-src 'self'"


@pytest.fixture
def mailbox(settings, tmp_path):
    """Keep mails in a folder of the test's own; call it to put one there, minutes from now."""
    settings.MAIL_DIR, settings.SHOW_MAIL = tmp_path / "mail", True

    def put(name: str, *, to: str, minute: int = 0, html: str = "") -> None:
        headers = {"Message-ID": f"<{name}>"}
        message = EmailMultiAlternatives(
            f"About {name}", f"Text of {name}", to=[to], headers=headers
        )
        if html:
            message.attach_alternative(html, "text/html")
        FolderBackend().send_messages([message])
        file = settings.MAIL_DIR / f"{name}.eml"
        came = time.time() + minute * 60
        os.utime(file, (came, came))

    return put


# --- Home ------------------------------------------------------------------------------------


def test_home_shows_the_newest_what_is_on_offer_and_the_best_rated(client, db):
    for number in range(1, 7):
        make_product(title=f"Cup {number}", discount=number % 3, stars=number, ratings_count=2)
    make_product(title="Pot", stars=0)

    context = client.get("/").context

    assert [product.title for product in context["newest"]] == ["Pot", "Cup 6", "Cup 5", "Cup 4"]
    assert [product.title for product in context["offers"]] == ["Cup 2", "Cup 5", "Cup 1", "Cup 4"]
    assert [product.title for product in context["best_rated"]] == [
        "Cup 6", "Cup 5", "Cup 4", "Cup 3",
    ]  # fmt: skip


def test_a_shop_without_offers_and_reviews_shows_the_newest_alone(client, db):
    make_product(title="Pot")

    text = client.get("/").content.decode()

    assert "Just in" in text
    assert "On offer now" not in text
    assert "Best rated" not in text


def test_home_shows_the_places_that_guests_like_most(client, db):
    for number in range(5):
        house = make_property(name=f"House {number}", stars=number, ratings_count=1)
        make_photo(house)
        make_photo(house, width=50)
    make_property(name="Draft", status="draft", stars=5, ratings_count=1)
    plain = make_property(name="Without a photo", stars=5, ratings_count=1)

    answer = client.get("/")

    names = [place.name for place in answer.context["places"]]
    assert names == ["Without a photo", "House 4", "House 3", "House 2"]
    assert f'href="/stays/{plain.pk}/"' in answer.content.decode()
    assert answer.context["places"][1].photo["width"] == 40


def test_a_shop_without_stays_has_no_shelf_of_them(client, db):
    make_property(status="draft")

    assert 'id="stays-title"' not in client.get("/").content.decode()


def test_home_takes_seven_queries(client, db, django_assert_num_queries):
    make_product(discount=5, stars=5, ratings_count=1)
    make_photo(make_property())

    # stamps, collections with counts, newest, on offer, best rated, pictures of all of them, places
    with django_assert_num_queries(7):
        client.get("/")


def test_an_empty_shop_has_a_home_page_too(client, db):
    answer = client.get("/")

    assert answer.status_code == 200
    assert "/api/v1/docs/" in answer.content.decode()


# --- Likes -----------------------------------------------------------------------------------


def test_a_product_is_liked_and_no_longer_liked(client, ann):
    product = make_product()
    client.force_login(ann)

    liked = client.post(f"/products/{product.pk}/like/", {"like": "1"}, follow=True)
    client.post(f"/products/{product.pk}/like/", {"like": "1"})
    text = client.get(f"/products/{product.pk}/").content.decode()
    unliked = client.post(f"/products/{product.pk}/like/", {"unlike": "1"}, follow=True)

    assert liked.redirect_chain == [(f"/products/{product.pk}/", 302)]
    assert liked.context["likes"].liked is True
    assert "1 person likes it" in text
    assert 'name="unlike"' in text
    assert (unliked.context["likes"].count, unliked.context["likes"].liked) == (0, False)


def test_visitors_see_how_many_like_a_product_and_no_button(client, ann):
    product = make_product()
    like(user=ann, kind="product", object_id=product.pk)

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "1 person likes it" in text
    assert 'name="like"' not in text


def test_liking_asks_visitors_to_sign_in(client, db):
    product = make_product()

    answer = client.post(f"/products/{product.pk}/like/", {"like": "1"})

    address = f"/products/{product.pk}/like/"
    assert answer["Location"] == f"/account/sign-in/?next={address}"
    assert LikedItem.objects.count() == 0
    assert client.get(address)["Location"].startswith("/account/sign-in/")


@pytest.mark.parametrize("number", ["99999", "9" * 30])
def test_a_missing_product_cannot_be_liked(client, ann, number):
    client.force_login(ann)

    assert client.post(f"/products/{number}/like/", {"like": "1"}).status_code == 404
    assert LikedItem.objects.count() == 0


# --- Mail ------------------------------------------------------------------------------------


def test_people_see_the_mails_to_them_newest_first(client, ann, mailbox):
    mailbox("old", to="ann@example.com", minute=1)
    mailbox("foreign", to="bob@example.com", minute=2)
    mailbox("new", to="Ann <ANN@example.com>", minute=3)
    client.force_login(ann)

    mails = client.get("/mail/").context["mails"]

    assert [mail.subject for mail in mails] == ["About new", "About old"]


def test_staff_sees_every_mail(client, mailbox, db):
    mailbox("one", to="ann@example.com")
    client.force_login(User.objects.create_superuser("root", "root@example.com", "x"))

    mails = client.get("/mail/").context["mails"]

    assert [mail.to for mail in mails] == ["ann@example.com"]


def test_a_mail_shows_its_text_and_frames_its_html(client, ann, mailbox):
    mailbox("one", to="ann@example.com", html="<b>Hello</b>")
    client.force_login(ann)

    text = client.get("/mail/one/").content.decode()

    assert "Text of one" in text
    assert 'src="/mail/one/html/" sandbox=' in text
    assert "<b>Hello</b>" not in text


def test_the_html_of_a_mail_comes_alone_and_caged(client, ann, mailbox):
    mailbox("one", to="ann@example.com", html="<script>alert(1)</script>")
    client.force_login(ann)

    answer = client.get("/mail/one/html/")

    assert answer.content.decode().strip() == "<script>alert(1)</script>"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )


@pytest.mark.parametrize("part", ["", "html/"])
def test_somebody_elses_mail_is_a_404(client, bob, mailbox, part):
    mailbox("one", to="ann@example.com")
    client.force_login(bob)

    assert client.get(f"/mail/one/{part}").status_code == 404


@pytest.mark.parametrize("name", ["nothing", "..%2Fsecret", "%2e%2e", "a%00b", "x" * 300])
def test_a_name_that_is_no_mail_is_a_404(client, mailbox, db, settings, name):
    mailbox("one", to="root@example.com")
    (settings.MAIL_DIR.parent / "secret.eml").write_bytes(b"To: root@example.com\n\nsecret")
    client.force_login(User.objects.create_superuser("root", "root@example.com", "x"))

    assert client.get(f"/mail/{name}/").status_code == 404


def test_the_mailbox_needs_an_account(client, mailbox, db):
    assert client.get("/mail/")["Location"] == "/account/sign-in/?next=/mail/"


def test_there_is_no_mailbox_where_mails_are_sent(client, ann, settings):
    settings.SHOW_MAIL = False
    client.force_login(ann)

    answers = [client.get(address) for address in ("/mail/", "/mail/one/", "/mail/one/html/")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert 'href="/mail/"' not in answers[0].content.decode()


# --- Every page ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_page_carries_a_script_or_a_style_inside(page):
    text = page.read_text()

    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?://", text) == []


def test_pages_are_sent_with_the_strict_policy(client, db):
    assert client.get("/")["Content-Security-Policy"].startswith(STRICT)


def test_where_one_is_is_marked(client, db):
    product = make_product()

    on_it = client.get("/products/").content.decode()
    below = client.get(f"/products/{product.pk}/").content.decode()

    assert '<a href="/products/" aria-current="page">' in on_it
    assert '<a href="/products/" aria-current="true">' in below


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do(db):
    answer = Client(enforce_csrf_checks=True).post("/cart/add/", {})

    assert answer.status_code == 403
    assert "Please send the form again" in answer.content.decode()


def test_a_missing_page_offers_ways_on(client, ann):
    client.force_login(ann)

    answer = client.get("/nowhere/")

    text = answer.content.decode()
    assert answer.status_code == 404
    assert 'class="button quiet" href="/inbox/"' in text
    assert "Sign out" in text


def test_a_fault_gets_a_page_that_needs_nothing(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("tradepost.core.views.home.home_facts", None)
    monkeypatch.setattr("django.templatetags.static.StaticNode.handle_simple", None)

    # the stamps, before the fault
    with django_assert_num_queries(1):
        answer = Client(raise_request_exception=False).get("/")

    assert answer.status_code == 500
    assert 'href="/"' in answer.content.decode()


def test_a_request_for_another_host_gets_a_page(client, db):
    answer = client.get("/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert 'href="/"' in answer.content.decode()


# --- What home says to search engines ----------------------------------------------------------


def test_home_tells_search_engines_who_we_are_and_how_to_search_here(client, db, settings):
    settings.SITE_URL, settings.SITE_NAME = "https://shop.example", "Tea"

    text = client.get("/").content.decode()

    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    site, organization = map(json.loads, blocks)
    search = site["potentialAction"]["target"]["urlTemplate"]
    assert (site["@type"], site["name"], site["url"]) == ("WebSite", "Tea", "https://shop.example/")
    assert search == "https://shop.example/products/?search={search_term_string}"
    assert organization["@type"] == "Organization"
    assert organization["logo"] == "https://shop.example/static/favicon.svg"
    assert '<link rel="canonical" href="https://shop.example/">' in text
    assert "<title>Tea: a market that you can talk to</title>" in text
