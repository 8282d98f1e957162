"""What accounts may refuse."""

from tradepost.kit.errors import Invalid, Refused, TooMany


class EmailTaken(Invalid):
    code = "email_taken"
    message = "A user with that email already exists."


class UsernameTaken(Invalid):
    code = "username_taken"
    message = "A user with that username already exists."


class AccountClosed(Refused):
    code = "account_closed"
    message = "This account is closed."


class LockedOut(TooMany):
    code = "locked_out"
    message = "Too many failed sign-ins. Please try again later."


class BlocksOneself(Invalid):
    code = "blocks_oneself"
    message = "Nobody can block themselves."
