"""What the glue may refuse."""

from tradepost.kit.errors import Invalid


class NotACatalogue(Invalid):
    """A file that holds no product rows at all; nothing of it was imported."""

    code = "not_a_catalogue"
    message = "This is not a list of products."


class CatalogueBreaksOff(Invalid):
    """A file that is a catalogue up to a place (``row 3``, or ``line 7`` of a table), from where it
    cannot be read."""

    code = "catalogue_breaks_off"

    def __init__(self, *, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place
