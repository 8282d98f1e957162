"""How often somebody may knock at the doors of accounts."""

from tradepost.kit.http.throttling import Limit


class Registrations(Limit):
    """Tries, most of which are mistakes of one person; each costs a password hash."""

    scope = "registrations"
    most = 60
    seconds = 3600


class SignIns(Limit):
    """Right or wrong ones: each costs a password hash."""

    scope = "sign-ins"
    most = 60
    seconds = 60


class PasswordResets(Limit):
    scope = "password-resets"
    most = 20
    seconds = 3600


class OwnPasswords(Limit):
    """Of somebody who is signed in, right or wrong ones, from whatever address."""

    scope = "own-passwords"
    most = 30
    seconds = 3600
    methods = frozenset({"POST", "DELETE"})


class BlockChanges(Limit):
    scope = "blocks"
    most = 60
    seconds = 60
    methods = frozenset({"POST", "DELETE"})
