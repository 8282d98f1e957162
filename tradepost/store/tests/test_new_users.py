"""Every new user is a customer, however the account was made."""

from django.core.management import call_command
from django.urls import reverse

from tradepost.store.models import Customer

EVE = {
    "username": "eve",
    "email": "eve@example.com",
    "first_name": "Eve",
    "last_name": "Example",
}


def assert_eve_is_a_customer():
    assert Customer.objects.filter(user__username="eve").count() == 1


def test_who_registers_is_a_customer(api, db):
    api().post("/api/v1/auth/users/", {**EVE, "password": "correct-horse-7"})

    assert_eve_is_a_customer()


def test_who_is_made_in_the_admin_is_a_customer(client, boss):
    passwords = {"password1": "correct-horse-7", "password2": "correct-horse-7"}
    url = reverse("admin:accounts_user_add")

    client.post(url, {**EVE, **passwords, "role": "guest"})

    assert_eve_is_a_customer()


def test_a_superuser_made_by_the_command_is_a_customer(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct-horse-7")

    call_command("createsuperuser", interactive=False, verbosity=0, **EVE)

    assert_eve_is_a_customer()
