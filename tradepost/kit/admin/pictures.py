"""Pictures in forms of the admin."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html

from tradepost.kit.pictures.models import AbstractPicture

SIDE = 100  # pixels


@admin.display(description="preview")
def preview_of(picture: Any) -> str:
    """Show a picture, small."""
    shown = picture.thumbnail or picture.image if isinstance(picture, AbstractPicture) else None
    if not shown:
        return ""
    return format_html('<img src="{}" height="{}" alt="">', shown.url, SIDE)
