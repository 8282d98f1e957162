"""Photos of places to stay."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tradepost.accounts.models import User
from tradepost.kit.pictures.models import AbstractPicture, picture_field
from tradepost.stays.models.properties import Property

MOST_PHOTOS = 20  # of one place
MOST_BYTES = 8 * 1024 * 1024  # what telephones make


class PhotoQuerySet(models.QuerySet["Photo"]):
    def public(self) -> PhotoQuerySet:
        """Those of what everybody may see."""
        return self.filter(property__in=Property.objects.public())

    def visible_to(self, user: User | None) -> PhotoQuerySet:
        """Those of what the user may see."""
        return self.filter(property__in=Property.objects.visible_to(user))


class Photo(AbstractPicture):
    """A picture of a place. Those of a place are shown by ``position``: 1, 2, 3 and so on."""

    folder = "stays/photos"

    image = picture_field(most_bytes=MOST_BYTES)
    property = models.ForeignKey(
        Property,
        on_delete=models.CASCADE,
        related_name="photos",
        db_index=False,  # `one_photo_per_position` serves
    )
    position = models.SmallIntegerField()  # below 0 only while an action moves it
    caption = models.CharField(max_length=255, blank=True, default="")

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["property_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["property", "position"], name="one_photo_per_position"),
            models.CheckConstraint(
                condition=Q(position__gte=-MOST_PHOTOS, position__lte=MOST_PHOTOS) & ~Q(position=0),
                name="photo_position_in_range",
            ),
        ]
