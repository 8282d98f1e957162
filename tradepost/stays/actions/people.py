"""What becomes of pages of places when somebody who is named on them is called something else."""

from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.stays.stamps import PLACES


@atomic
def rename_person_on_pages() -> None:
    """Have pages that name hosts, and guests who wrote reviews, be made anew."""
    raise_stamp(PLACES)
