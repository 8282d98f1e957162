"""People who read their conversations and write in them."""

import random
from uuid import uuid4

from locust import FastHttpUser, between, task

from locustfiles.shop import API, shop


class Talker(FastHttpUser):
    """One of the accounts of the run; several users may share one, as devices do."""

    wait_time = between(1, 5)
    needs = ("register_people",)

    def on_start(self) -> None:
        me, self.other = random.sample(shop.people, 2)
        self.signed = {"Authorization": f"JWT {me.token}"}
        self.write()

    @task(4)
    def read_conversations(self) -> None:
        path = f"{API}/conversations/"
        with self.client.get(
            path, headers=self.signed, name="/conversations", catch_response=True
        ) as answer:
            if answer.status_code == 200:
                self.talks = [row["conversation_id"] for row in answer.json()["results"]]

    @task(3)
    def read_messages(self) -> None:
        if not getattr(self, "talks", None):
            return self.read_conversations()
        path = f"{API}/conversations/{random.choice(self.talks)}/messages/"
        self.client.get(path, headers=self.signed, name="/conversations/:id/messages")

    @task(2)
    def write(self) -> None:
        said = {"receiver": self.other.id, "message_body": "Is it there?", "client_id": uuid4().hex}
        self.client.post(f"{API}/messages/", json=said, headers=self.signed, name="/messages")

    @task(2)
    def read_feed(self) -> None:
        self.client.get(f"{API}/feed/", headers=self.signed, name="/feed")
