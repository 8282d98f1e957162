"""People who sign in and look who they are: each sign-in costs a password hash."""

import random

from locust import FastHttpUser, between, task

from locustfiles.shop import API, shop


class Returning(FastHttpUser):
    """One who comes back."""

    wait_time = between(1, 5)
    needs = ("register_people",)

    @task
    def sign_in(self) -> None:
        person = random.choice(shop.people)
        said = {"username": person.username, "password": person.password}
        answer = self.client.post(f"{API}/auth/jwt/create/", json=said, name="/auth/jwt/create")
        if answer.status_code == 200:
            headers = {"Authorization": f"JWT {answer.json()['access']}"}
            self.client.get(f"{API}/auth/users/me/", headers=headers, name="/auth/users/me")
