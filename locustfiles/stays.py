"""People who look for a place to stay."""

import random
from datetime import date, timedelta

from locust import FastHttpUser, between, task

from locustfiles.shop import API, shop


class Traveller(FastHttpUser):
    """One with a week in mind."""

    wait_time = between(1, 5)
    needs = ("read_places",)

    def on_start(self) -> None:
        start = date.today() + timedelta(days=random.randint(14, 120))
        self.start, self.end = start, start + timedelta(days=random.randint(2, 7))

    @task(4)
    def search(self) -> None:
        path = f"{API}/properties/?from={self.start}&to={self.end}&guests={random.randint(1, 4)}"
        self.client.get(path, name="/properties")

    @task(4)
    def view_place(self) -> None:
        path = f"{API}/properties/{random.choice(shop.properties)}/"
        self.client.get(path, name="/properties/:id")

    @task(2)
    def view_nights(self) -> None:
        path = f"{API}/properties/{random.choice(shop.properties)}/nights/"
        self.client.get(path, name="/properties/:id/nights")
