"""Makes a place and guests in the database of its environment; prints the place's id and a token
for each guest."""

import sys
from uuid import uuid4


def main(count: int) -> None:
    """Make ``count`` guests."""
    import django

    django.setup()
    from rest_framework_simplejwt.tokens import AccessToken

    from tradepost.accounts.models import User
    from tradepost.stays.models import Property

    run = uuid4().hex[:8]
    people = [
        User(username=f"{run}-{n}", email=f"{run}-{n}@example.com", first_name="G", last_name="G")
        for n in range(count + 1)
    ]
    User.objects.bulk_create(people)
    place = Property(
        host=people[0], status="published", name="Villa", city="Lisbon", country="PT",
        latitude=38.7, longitude=-9.1, time_zone="UTC", price="100.00",
    )  # fmt: skip
    place.save()
    tokens = [str(AccessToken.for_user(person)) for person in people[1:]]
    sys.stdout.write("\n".join([str(place.pk), *tokens]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
