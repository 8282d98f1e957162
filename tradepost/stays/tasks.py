"""Background work of stays."""

from django.utils import timezone

from tradepost.kit.jobs import job
from tradepost.kit.pictures import remove_files as remove_photo_files
from tradepost.stays.actions.photos import make_variants as make_photo_variants
from tradepost.stays.actions.photos import sweep_photo_files

MINUTE, DAY = 60, 86_400


@job("stays.make_variants", lease_seconds=2 * MINUTE)
def make_variants(*, photo_id: int) -> None:
    """Make the thumbnail and the WebP of a photo."""
    make_photo_variants(photo_id=photo_id)


@job("stays.remove_files")
def remove_files(*, names: list[str]) -> None:
    """Remove files whose rows are gone."""
    remove_photo_files(names=names)


@job("stays.sweep_files", every_seconds=DAY, lease_seconds=10 * MINUTE)
def sweep_files() -> None:
    """Remove photos that no row knows."""
    sweep_photo_files(now=timezone.now())
