"""What is there to be asked for: read from the server once, as a run begins."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

from locust import events

API = "/api/v1"
MOST_PRODUCTS = 1000
ACCOUNTS = 40  # people who talk and sign in; each costs a password hash at the start


@dataclass
class Person:
    """Somebody with an account."""

    id: str
    username: str
    password: str
    token: str


@dataclass
class Shop:
    """The ids of a run. Those of a seeded database differ from one to the next."""

    host: str = ""
    products: list[int] = field(default_factory=list)
    collections: list[int] = field(default_factory=list)
    properties: list[int] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def read(self, path: str) -> Any:
        with urlopen(f"{self.host}{API}{path}", timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, said: dict[str, str]) -> Any:
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.host}{API}{path}", json.dumps(said).encode(), headers)
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def read_catalogue(self) -> None:
        """Read which products and collections there are."""
        path = "/store/products/?page=1"
        while path and len(self.products) < MOST_PRODUCTS:
            page = self.read(path)
            self.products += [row["id"] for row in page["results"]]
            path = (page["next"] or "").partition(API)[2]
        self.collections = [row["id"] for row in self.read("/store/collections/")]

    def read_places(self) -> None:
        """Read which places there are."""
        self.properties = [row["id"] for row in self.read("/properties/")["results"]]

    def register_people(self) -> None:
        """Make accounts of this run."""
        for _ in range(ACCOUNTS):
            name, password = f"load-{uuid4().hex[:12]}", uuid4().hex
            account = {
                "username": name, "password": password, "email": f"{name}@example.com",
                "first_name": "Load", "last_name": "Test",
            }  # fmt: skip
            made = self.post("/auth/users/", account)
            said = {"username": name, "password": password}
            token = self.post("/auth/jwt/create/", said)["access"]
            self.people.append(Person(made["id"], name, password, token))


shop = Shop()


@events.test_start.add_listener
def look_around(environment: Any, **_: Any) -> None:
    """Read what the scenarios of this run need."""
    shop.host = environment.host
    needs = {need for kind in environment.user_classes for need in kind.needs}
    for need in sorted(needs):
        getattr(shop, need)()
