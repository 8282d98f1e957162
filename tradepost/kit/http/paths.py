"""Addresses: what ids look like in them (anything else is a 404 before a view is asked), and where
they start."""

from django.http import HttpRequest
from django.urls import register_converter
from django.urls.converters import IntConverter
from rest_framework.request import Request

NUMBER = "[0-9]{1,18}"
UUID_TEXT = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def root_of(request: HttpRequest | Request) -> str:
    """Return the scheme and host that the client sees, without a slash at the end."""
    return str(request.build_absolute_uri("/")).rstrip("/")


class NumberConverter(IntConverter):
    """``<number:pk>`` in the addresses of pages: a whole number that a database can hold."""

    regex = NUMBER


register_converter(NumberConverter, "number")
