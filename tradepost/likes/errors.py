"""What likes may refuse."""

from tradepost.kit.errors import Invalid


class NoSuchKind(Invalid):
    code = "no_such_kind"
    message = "Nothing of this kind can be liked."
