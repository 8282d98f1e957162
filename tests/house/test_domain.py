import pytest

DOMAIN = ["models/orders.py", "queries.py", "actions/orders.py", "errors.py"]
OF_DOORS = [
    "from django.http import Http404",
    "from django import http",
    "import django.http",
    "from django.shortcuts import get_object_or_404",
    "from rest_framework.exceptions import NotFound",
    "from config.settings import common",
]


@pytest.mark.parametrize("statement", OF_DOORS)
@pytest.mark.parametrize("place", DOMAIN)
def test_a_domain_that_knows_its_doors_is_found(findings_in, place, statement):
    assert findings_in(place, f"{statement}\n") == ["1 D1"]


@pytest.mark.parametrize("statement", OF_DOORS[:-1])
def test_a_door_may_speak_http(findings_in, statement):
    assert findings_in("api.py", f"{statement}\n") == []


def test_the_domain_may_read_settings(findings_in):
    assert findings_in("queries.py", "from django.conf import settings\n") == []


@pytest.mark.parametrize(
    "statement",
    ["from tradepost.kit.mail import send_mail", "from django.core import mail", "import httpx"],
)
def test_an_action_that_leaves_the_process_is_found(findings_in, statement):
    assert findings_in("actions/orders.py", f"{statement}\n") == ["1 E1"]


def test_a_job_may_leave_the_process(findings_in):
    assert findings_in("tasks/mail.py", "from tradepost.kit.mail import send_mail\n") == []
