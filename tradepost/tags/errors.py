"""What tags may refuse."""

from tradepost.kit.errors import Invalid


class LabelTaken(Invalid):
    code = "label_taken"
    message = "A tag with this label already exists."
