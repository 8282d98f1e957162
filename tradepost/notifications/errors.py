"""What notifications may refuse."""

from tradepost.kit.errors import Invalid, NotFound


class UnknownKind(Invalid):
    """No notification is called so."""

    code = "unknown_kind"
    message = "There is no such kind of notification."


class NotSwitchable(Invalid):
    """This kind always comes by this channel, or never."""

    code = "not_switchable"
    message = "This cannot be switched."


class BadEndpoint(Invalid):
    """The address is none of a push service that the public could reach."""

    code = "bad_endpoint"
    message = "This is not the address of a push service."


class BadKey(Invalid):
    """A key of the browser that is none."""

    code = "bad_key"
    message = "This is not a key of a push subscription."


class PushIsOff(NotFound):
    """This server sends no pushes."""

    code = "push_off"
    message = "This server sends no pushes."


class BadLink(NotFound):
    """The link was not made by us, or no longer means anything."""

    code = "bad_link"
    message = "This link does not work."
