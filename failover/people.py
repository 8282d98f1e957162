"""Makes Tradepost's tables and fills them with people who talk and things to buy. Run as a program,
with Django's settings chosen and the number of users as its argument.

Prints an access token of each user, in the order of their numbers, as JSON.
"""

import sys
from decimal import Decimal

from benchmarks.realtime import seed

PRODUCTS = 200
STOCK = 1_000_000  # of each: nothing is sold out


def main(users: int) -> None:
    seed.main(users)
    _fill_shop()


def _fill_shop() -> None:
    from tradepost.store.models import Collection, Product

    collection = Collection.objects.create(title="Things")
    Product.objects.bulk_create(
        Product(
            title=f"Thing {number}", slug=f"thing-{number}", description="Of wood.",
            unit_price=Decimal(1999 + number).scaleb(-2), inventory=STOCK, collection=collection,
        )
        for number in range(PRODUCTS)
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
