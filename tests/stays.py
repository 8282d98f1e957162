"""Places to stay, and stays in them, in a running shop: made through its API."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

from PIL import Image

GOOD_CARD = "4242424242424242"
FROM_NOW = timedelta(days=60)


def offer_place(shop, **fields) -> dict:
    """Offer a place with a photo, as the host of the demo; return what the API says of it."""
    place = {
        "name": f"Harbour loft {uuid4().hex[:8]}", "status": "published", "city": "Porto",
        "country": "PT", "latitude": 41.15, "longitude": -8.61, "time_zone": "Europe/Lisbon",
        "price": 100, "cleaning_fee": 30, "capacity": 4, "amenities": ["wifi"],
        "description": "Above the harbour, with thick walls.", "street": "Rua 1",
    }  # fmt: skip
    host, content = shop.signed_in("host"), BytesIO()
    made = host.post("properties/", json={**place, **fields}).raise_for_status().json()
    Image.new("RGB", (640, 480), "#1f6650").save(content, "JPEG")
    file = {"image": ("loft.jpg", content.getvalue(), "image/jpeg")}
    host.post(f"properties/{made['id']}/photos/", files=file).raise_for_status()
    return dict(made)


def book_a_stay(shop) -> dict:
    """Book and pay for a stay in a new place, as the guest of the demo; return the booking."""
    place, guest = offer_place(shop), shop.signed_in("guest")
    start = date.today() + FROM_NOW
    stay = {
        "property": place["id"], "guests": 2,
        "start_date": f"{start}", "end_date": f"{start + timedelta(days=3)}",
    }  # fmt: skip
    booking = guest.post("bookings/", json=stay).raise_for_status().json()
    said = {"booking": booking["id"], "payment_method": GOOD_CARD}
    guest.post("payments/", json=said).raise_for_status()
    return dict(booking)
