"""Accounts in the admin."""

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from tradepost.accounts.models import User
from tradepost.kit.models import IdempotentAnswer

NEW = {
    "username": "eve",
    "password1": "correct-horse-7",
    "password2": "correct-horse-7",
    "email": "eve@example.com",
    "first_name": "Eve",
    "last_name": "Example",
    "role": "guest",
}


@pytest.fixture
def add(client, boss):
    """Send the form of a new account."""

    def add(**fields):
        return client.post(reverse("admin:accounts_user_add"), {**NEW, **fields})

    return add


def test_a_new_account_is_asked_for_names_password_and_address(client, boss) -> None:
    form = client.get(reverse("admin:accounts_user_add")).context["adminform"].form

    assert [name for name in NEW if name not in form.fields] == []


def test_an_account_made_in_the_admin_can_sign_in(add, sign_in) -> None:
    add()

    eve = User.objects.get(username="eve")
    assert (eve.email, eve.get_full_name()) == ("eve@example.com", "Eve Example")
    assert sign_in("eve", "correct-horse-7").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "BOSS@example.com"),
        ("username", "BOSS"),
        ("first_name", ""),
        ("last_name", ""),
        ("password2", "another-horse-7"),
    ],
)
def test_a_bad_field_is_named_and_no_account_is_made(add, field, value) -> None:
    answer = add(**{field: value})

    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field] or "already exists" in str(errors)
    assert list(User.objects.values_list("username", flat=True)) == ["boss"]


@pytest.mark.parametrize(("role", "staff"), [("guest", False), ("host", False), ("admin", True)])
def test_an_administrator_who_is_made_in_the_admin_is_staff(add, role, staff) -> None:
    add(role=role)

    eve = User.objects.get(username="eve")
    assert (eve.role, eve.is_staff, eve.is_superuser) == (role, staff, False)


LIST = "admin:accounts_user_changelist"
CLOSE = "close_accounts"


def close(client, *people, **words):
    chosen = {"action": CLOSE, "_selected_action": [person.pk for person in people], **words}
    return client.post(reverse(LIST), chosen, follow=True)


def test_the_list_is_searched_and_filtered(client, boss, ann, bob) -> None:
    def shown(**words) -> list[str]:
        page = client.get(reverse(LIST), words)
        return [user.username for user in page.context["cl"].result_list]

    assert shown(q="ann@example.com") == ["ann"]
    assert shown(is_staff__exact="1") == ["boss"]
    assert shown(is_active__exact="0") == []
    assert shown(created_at__year=2001) == []


def test_closing_accounts_asks_before(client, boss, ann) -> None:
    page = close(client, ann)

    ann.refresh_from_db()
    assert ann.is_active
    assert "Ann Example (ann)" in page.content.decode()


def test_accounts_are_closed_and_the_orders_stay(client, boss, ann, bob, order_of, dora) -> None:
    order = order_of(ann)

    page = close(client, ann, sure="yes")

    ann.refresh_from_db()
    bob.refresh_from_db()
    assert (ann.is_active, str(ann), bob.is_active) == (False, "Deleted user", True)
    assert ann.customer.orders.get().pk == order
    assert "1 account is closed." in page.content.decode()
    logged = LogEntry.objects.get()
    assert (logged.object_id, logged.object_repr) == (str(ann.pk), "Deleted user")


def test_nobody_closes_the_account_they_work_with(client, boss) -> None:
    close(client, boss, sure="yes")

    boss.refresh_from_db()
    assert boss.is_active


def test_closing_takes_the_permission_to_delete(client, ann, bob) -> None:
    ann.is_staff = True
    ann.save()
    ann.user_permissions.add(Permission.objects.get(codename="view_user"))
    client.force_login(ann)

    close(client, bob, sure="yes")

    bob.refresh_from_db()
    assert bob.is_active


@pytest.mark.parametrize("by", ["page", "list"])
def test_a_user_with_orders_cannot_be_deleted_for_good(
    client, boss, ann, dora, order_of, by
) -> None:
    order_of(ann)

    if by == "page":
        answer = client.post(reverse("admin:accounts_user_delete", args=[ann.pk]), {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [ann.pk], "post": "yes"}
        answer = client.post(reverse(LIST), chosen)

    assert User.objects.filter(pk=ann.pk).exists()
    assert answer.status_code == 200
    assert "would require deleting the following protected related objects" in (
        " ".join(answer.content.decode().split())
    )


def test_a_user_without_orders_is_deleted_for_good_and_not_named_any_more(
    client, boss, ann
) -> None:
    AccessAttempt.objects.create(username="ANN", failures_since_start=1)
    forget = IdempotentAnswer(owner=f"user:{ann.pk}", key="k", status=201)
    forget.save()

    client.post(reverse("admin:accounts_user_delete", args=[ann.pk]), {"post": "yes"})

    assert not User.objects.filter(pk=ann.pk).exists()
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["Deleted user"]
    assert (AccessAttempt.objects.count(), IdempotentAnswer.objects.count()) == (0, 0)
