"""Makes the plain project's tables and so many products in ten collections. Run as a program."""

import sys

import django
from django.core.management import call_command
from django.db import transaction

COLLECTIONS = 10


def main(products: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from benchmarks.plain.models import Collection, Product

    with transaction.atomic():
        collections = [Collection.objects.create(title=f"Shelf {n}") for n in range(COLLECTIONS)]
        Product.objects.bulk_create(
            Product(
                title=f"Thing {n}", slug=f"thing-{n}", description="A thing like others.",
                unit_price=1 + n % 90, inventory=1_000_000, collection=collections[n % COLLECTIONS],
            )
            for n in range(products)
        )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
