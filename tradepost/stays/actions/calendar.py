"""When places are closed, and what their seasons cost."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import NotFound
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.stays.actions.locks import lock_kept_property
from tradepost.stays.actions.nights import block_nights, free_block
from tradepost.stays.checks import check_block
from tradepost.stays.errors import EndsBeforeStart, SeasonsOverlap
from tradepost.stays.models import Block, Property, Season
from tradepost.stays.stamps import NIGHTS


@atomic
def block_dates(
    *,
    host: User,
    property_id: int,
    start_date: date,
    end_date: date,
    reason: str = "",
    now: datetime,
) -> Block:
    """Keep the nights from one date to another free of guests.

    Nights that another block has are its own still. Raises NotFound, what ``check_block`` refuses,
    or DatesTaken where there is a stay.
    """
    place = lock_kept_property(keeper=host, property_id=property_id)
    check_block(place, start=start_date, end=end_date, now=now)
    block = Block.objects.create(
        property=place, start_date=start_date, end_date=end_date, reason=reason
    )
    block_nights(block=block)
    _tell(place)
    return block


@atomic
def unblock_dates(*, host: User, property_id: int, block_id: int) -> None:
    """Open the nights of a block again. Raises NotFound."""
    place = lock_kept_property(keeper=host, property_id=property_id)
    block = Block.objects.filter(pk=block_id, property=place).first()
    if block is None:
        raise NotFound
    block.property = place
    free_block(block=block)
    _tell(place)


@atomic
def add_season(*, host: User, property_id: int, fields: Mapping[str, Any]) -> Season:
    """Let nights of some dates have their own prices. Raises NotFound, EndsBeforeStart or
    SeasonsOverlap. Who has booked already pays what was agreed."""
    place = lock_kept_property(keeper=host, property_id=property_id)
    return _keep(Season(property=place), fields)


@atomic
def change_season(
    *, host: User, property_id: int, season_id: int, changes: Mapping[str, Any]
) -> Season:
    """Change a season. Raises NotFound, EndsBeforeStart or SeasonsOverlap."""
    place = lock_kept_property(keeper=host, property_id=property_id)
    return _keep(_find_season(place, season_id), changes)


@atomic
def delete_season(*, host: User, property_id: int, season_id: int) -> None:
    """Let its nights cost what others do. Raises NotFound."""
    place = lock_kept_property(keeper=host, property_id=property_id)
    _find_season(place, season_id).delete()
    _tell(place)


def _find_season(place: Property, season_id: int) -> Season:
    season = Season.objects.filter(pk=season_id, property=place).first()
    if season is None:
        raise NotFound
    return season


def _keep(season: Season, fields: Mapping[str, Any]) -> Season:
    for name, value in fields.items():
        setattr(season, name, value)
    _check_range(season.start_date, season.end_date)
    others = Season.objects.filter(property=season.property).exclude(pk=season.pk)
    if others.filter(start_date__lt=season.end_date, end_date__gt=season.start_date).exists():
        raise SeasonsOverlap
    season.save()
    _tell(season.property)
    return season


def _check_range(start: date, end: date) -> None:
    if end <= start:
        raise EndsBeforeStart(field="end_date")


def _tell(place: Property) -> None:
    raise_stamp(NIGHTS)
    publish(kind="calendar.changed", user_ids=[place.host_id], data={"property": place.pk})
