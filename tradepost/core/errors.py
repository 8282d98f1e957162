"""What the glue may refuse."""

from tradepost.kit.errors import Invalid


class NotACatalogue(Invalid):
    """A file that holds no product rows at all; nothing of it was imported."""

    code = "not_a_catalogue"
    message = "This is not a list of products in JSON."


class CatalogueBreaksOff(Invalid):
    """A file that is a catalogue up to ``row``, from where it cannot be read."""

    code = "catalogue_breaks_off"

    def __init__(self, *, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row = row
