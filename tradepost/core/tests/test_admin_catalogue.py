"""The catalogue leaves and enters by the admin."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tradepost.core import admin_catalogue
from tradepost.core.tests.catalogues import a_row
from tradepost.store.models import Product
from tradepost.store.tests.factories import make_product

HEADER = "sku,title,category,brand,price,stock,tags,description\n"


@pytest.fixture
def admin_of():
    """A browser signed in to the admin with these permissions for products."""

    def client_of(user, *permissions):
        user.is_staff = True
        user.save()
        names = [f"{permission}_product" for permission in permissions]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client = Client()
        client.force_login(user)
        return client

    return client_of


def listing():
    return reverse("admin:store_product_changelist")


def page():
    return reverse("admin:store_product_import")


def upload(client, content, name="catalogue.csv"):
    body = content if isinstance(content, bytes) else content.encode()
    return client.post(page(), {"file": SimpleUploadedFile(name, body)})


# --- Out -------------------------------------------------------------------------------------


def test_selected_products_are_exported_as_csv(admin_of, ann):
    tea = make_product(sku="TEA-1", title="Tea")
    make_product(title="Not selected")

    response = admin_of(ann, "view").post(
        listing(), {"action": "export_csv", "_selected_action": [tea.pk]}
    )

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="products.csv"'
    assert response.streaming
    assert response.getvalue().decode() == (
        "sku,title,category,brand,price,stock,tags,description\r\nTEA-1,Tea,Tea,,8.99,10,,\r\n"
    )


def test_selected_products_are_exported_as_json(admin_of, ann):
    tea = make_product(sku="TEA-1")

    response = admin_of(ann, "view").post(
        listing(), {"action": "export_json", "_selected_action": [tea.pk]}
    )

    [product] = json.loads(response.getvalue())
    assert response["Content-Disposition"] == 'attachment; filename="products.json"'
    assert product["sku"] == "TEA-1"


def test_too_many_products_are_left_to_the_command(admin_of, ann, monkeypatch):
    monkeypatch.setattr(admin_catalogue, "MOST_EXPORTED", 1)
    keys = [make_product().pk, make_product().pk]

    response = admin_of(ann, "view").post(
        listing(), {"action": "export_csv", "_selected_action": keys}, follow=True
    )

    assert "manage.py export_products FILE" in response.content.decode()


# --- In --------------------------------------------------------------------------------------


def test_the_list_leads_to_the_import_for_those_who_may(admin_of, ann, bob):
    may, may_not = admin_of(ann, "view", "add", "change"), admin_of(bob, "view", "add")

    assert page() in may.get(listing()).content.decode()
    assert page() not in may_not.get(listing()).content.decode()


def test_a_table_is_imported_and_the_tally_shown(admin_of, ann):
    client = admin_of(ann, "view", "add", "change")

    response = upload(client, HEADER + "A,One,tea,,5,1,,\nB,Two,tea,,0.5,1,,\n")

    assert "1 created, 0 updated" in response.content.decode()
    assert "line 3 (sku &#x27;B&#x27;, title &#x27;Two&#x27;): price must be from 1.00" in (
        response.content.decode()
    )
    assert Product.objects.get().sku == "A"


def test_json_is_imported_too(admin_of, ann):
    client = admin_of(ann, "view", "add", "change")

    upload(client, json.dumps([a_row()]), name="Catalogue.JSON")

    assert Product.objects.get().sku == "TEA-1"


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ("hello", "catalogue.csv", "The first line of a table must name its columns"),
        ("hello", "catalogue.json", "This is not a list of products. Nothing was changed."),
        ("hello", "catalogue.xlsx", "File extension “xlsx” is not allowed"),
        ("", "catalogue.csv", "The submitted file is empty"),
    ],
)
def test_what_is_no_catalogue_is_refused(admin_of, ann, content, name, reason):
    response = upload(admin_of(ann, "view", "add", "change"), content, name)

    assert reason in response.content.decode()
    assert not Product.objects.exists()


def test_a_catalogue_that_breaks_off_says_where(admin_of, ann):
    client = admin_of(ann, "view", "add", "change")

    response = upload(client, HEADER + 'A,One,tea,,5,1,,\nB,"Two')

    assert "The file breaks off at line 3: the text ends early. 1 rows before it went in." in (
        response.content.decode()
    )


def test_a_large_file_is_left_to_the_command(admin_of, ann, monkeypatch):
    monkeypatch.setattr(admin_catalogue, "MOST_UPLOADED", 10)
    client = admin_of(ann, "view", "add", "change")

    response = upload(client, HEADER + "A,One,tea,,5,1,,\n")

    assert "manage.py import_products FILE" in response.content.decode()
    assert not Product.objects.exists()


def test_only_the_first_bad_rows_are_shown(admin_of, ann, monkeypatch):
    monkeypatch.setattr(admin_catalogue, "MOST_SHOWN", 1)
    client = admin_of(ann, "view", "add", "change")

    response = upload(client, HEADER + "A,One,tea,,0,1,,\nB,Two,tea,,0,1,,\n")

    shown = response.content.decode()
    assert ("line 2" in shown, "line 3" in shown, "And 1 more." in shown) == (True, False, True)


@pytest.mark.parametrize("permissions", [["view"], ["view", "add"], ["view", "change"]])
def test_who_may_not_add_and_change_products_imports_nothing(admin_of, ann, permissions):
    response = upload(admin_of(ann, *permissions), HEADER + "A,One,tea,,5,1,,\n")

    assert response.status_code == 403
    assert not Product.objects.exists()
