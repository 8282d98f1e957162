"""The page door to accounts."""

from tradepost.accounts.views.sign_in import locked_out

__all__ = ["locked_out"]  # the settings name it
