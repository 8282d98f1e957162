"""By which ways somebody wants to be told what."""

from collections.abc import Mapping

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.notifications.errors import BadLink, NotSwitchable, UnknownKind
from tradepost.notifications.kinds import Channel, list_kinds
from tradepost.notifications.links import read_unsubscription
from tradepost.notifications.models import Preference

DEFAULTS_OF_CHANNELS = {Channel.EMAIL: True, Channel.DIGEST: False}
STOPPED_BY = {"missed": Channel.EMAIL, "digest": Channel.DIGEST}
Switch = tuple[str, Channel]


@atomic
def change_preferences(*, user: User, switches: Mapping[Switch, bool]) -> None:
    """Have kinds come by channels, or not; under the kind ``""`` all mails, or the digest.

    What is not named stays as it is, and a row is kept only for what is not the default. Raises
    UnknownKind, and NotSwitchable for what is fixed.
    """
    defaults = {switch: _default_of(switch, is_on) for switch, is_on in switches.items()}
    for kind, channel in sorted(switches):
        Preference.objects.filter(user=user, kind=kind, channel=channel).delete()
    rows = [
        Preference(user=user, kind=kind, channel=channel, is_on=is_on)
        for (kind, channel), is_on in sorted(switches.items())
        if is_on != defaults[kind, channel]
    ]
    insert(rows, unless_taken=["user", "kind", "channel"])
    publish(kind="notification.preferences_changed", user_ids=[user.pk], data={})


@atomic
def stop_mails(*, token: str) -> None:
    """Send no more of the mails that the link is about. Raises BadLink."""
    user_id, which = read_unsubscription(token)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or which not in STOPPED_BY:
        raise BadLink
    change_preferences(user=user, switches={("", STOPPED_BY[which]): False})


def _default_of(switch: Switch, is_on: bool) -> bool:
    """Return whether it is on for those who say nothing; what is fixed may be said as it is."""
    name, channel = switch
    if not name:
        if channel not in DEFAULTS_OF_CHANNELS:
            raise NotSwitchable(field=channel)
        return DEFAULTS_OF_CHANNELS[channel]
    kind = list_kinds().get(name)
    if kind is None:
        raise UnknownKind(field="kind")
    offer = kind.offers.get(channel)
    if offer is None or (not offer.may_be_switched and is_on != offer.is_on):
        raise NotSwitchable(field=channel)
    return offer.is_on
