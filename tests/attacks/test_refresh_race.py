"""A refresh token works once, also when it is sent many times at once."""

import httpx
import pytest
from rest_framework_simplejwt.tokens import RefreshToken

from tests.races.conftest import crowd  # noqa: F401 - the servers

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("attempt", range(4))
def test_of_parallel_exchanges_one_succeeds(crowd, ann, attempt):  # noqa: F811
    token = str(RefreshToken.for_user(ann))

    def refresh(client: httpx.Client) -> httpx.Response:
        return client.post("auth/jwt/refresh/", json={"refresh": token})

    answers = crowd.at_once(*[refresh] * 8)

    assert sorted(a.status_code for a in answers) == [200] + [401] * 7
