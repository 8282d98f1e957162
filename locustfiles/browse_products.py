"""Visitors who look at lists and products, and put something into their cart now and then."""

import os
import random

from locust import FastHttpUser, between, task
from locust.exception import StopUser

from locustfiles.shop import API, shop

TRIES = 3
HELLO = os.environ.get("HELLO") == "on"  # only config.settings.dev has the playground


class Visitor(FastHttpUser):
    """One who came for something."""

    wait_time = between(1, 5)
    needs = ("read_catalogue",)

    def on_start(self) -> None:
        """Take a cart; who gets none goes away instead of failing at everything else."""
        for _ in range(TRIES):
            answer = self.client.post(f"{API}/store/carts/", json={}, name="/store/carts")
            if answer.status_code == 201:
                self.cart = answer.json()["id"]
                return
        raise StopUser

    @task(2)
    def view_products(self) -> None:
        collection = random.choice(shop.collections)
        path = f"{API}/store/products/?collection_id={collection}"
        self.client.get(path, name="/store/products")

    @task(4)
    def view_product(self) -> None:
        path = f"{API}/store/products/{random.choice(shop.products)}/"
        self.client.get(path, name="/store/products/:id")

    @task(1)
    def add_to_cart(self) -> None:
        line = {"product_id": random.choice(shop.products[:10]), "quantity": 1}
        path = f"{API}/store/carts/{self.cart}/items/"
        self.client.post(path, json=line, name="/store/carts/items")

    @task(1 if HELLO else 0)
    def say_hello(self) -> None:
        self.client.get("/playground/hello/?upstream", name="/playground/hello")
