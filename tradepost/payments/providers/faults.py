"""What can go wrong with a provider; our own refusals are in ``errors.py``."""


class ProviderAway(Exception):
    """It did not answer, or asks us to come back: whether it did anything is not known, and the
    same request under the same key may be sent again."""


class ProviderRefused(Exception):
    """It answered that it will not do this, now or later; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
