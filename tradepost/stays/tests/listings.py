"""Lists of places as other sites publish them."""

import csv
from io import StringIO

ROW = {
    "": "0", "id": "109", "name": "Bright condo at the park", "host_id": "521",
    "host_name": "Paolo", "neighbourhood_group": "Other Cities", "neighbourhood": "Culver City",
    "latitude": "33.98301", "longitude": "-118.38607", "room_type": "Entire home/apt",
    "price": "115", "minimum_nights": "30", "number_of_reviews": "2", "state": "CA",
    "city": "Los Angeles",
}  # fmt: skip
HEADER = list(ROW)


def table(*rows: dict[str, str]) -> str:
    """Return a list whose rows are as ``ROW`` but for what is said."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return text.getvalue()
