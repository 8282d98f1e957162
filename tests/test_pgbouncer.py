"""The product behind PgBouncer in transaction mode, where each transaction may meet another session
of the database: nothing may be left behind in one, or be expected there."""

import os
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.servers import free_port, running_server
from tests.test_deploy_files import need
from tradepost.kit.audit import find_faults
from tradepost.store.models import Order
from tradepost.store.tests.factories import make_product

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has a pool"),
]
BUYERS = 6
AS_NOBODY = ["--user=nobody"] if os.geteuid() == 0 else []
ACCOUNT = {
    "username": "", "email": "", "password": "correct-horse-staple",
    "first_name": "A", "last_name": "Buyer",
}  # fmt: skip


@pytest.fixture
def pool():
    """PgBouncer with two sessions for everybody: the address of the tests' database through it."""
    program = need("pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="tradepost-pool-"))
    folder.chmod(0o777)
    of, port = connection.settings_dict, free_port()
    file = folder / "pgbouncer.ini"
    password = f" password={of['PASSWORD']}" if of["PASSWORD"] else ""
    where = f"host={of['HOST']} port={of['PORT']} user={of['USER']}{password}"
    file.write_text(
        f"[databases]\n{of['NAME']} = {where}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
        f"logfile = {folder}/log\npidfile = {folder}/pid\n"
    )
    # It does not run as root, and then it must be able to read what root has written.
    process = subprocess.Popen([program, *AS_NOBODY, file])
    address = f"postgres://{of['USER']}@127.0.0.1:{port}/{of['NAME']}"
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(address).close()
            break
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, f"see {folder}"
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)
    shutil.rmtree(folder)


def buy(address: str, number: int, product_id: int) -> int:
    """Register, fill a cart and order; return the status of the order."""
    name = f"buyer{number}"
    with httpx.Client(base_url=f"{address}/api/v1/", timeout=60) as client:
        account = ACCOUNT | {"username": name, "email": f"{name}@example.com"}
        client.post("auth/users/", json=account).raise_for_status()
        tokens = client.post("auth/jwt/create/", json=account).raise_for_status().json()
        client.headers["Authorization"] = f"JWT {tokens['access']}"
        cart = client.post("store/carts/").raise_for_status().json()["id"]
        line = {"product_id": product_id, "quantity": 1}
        client.post(f"store/carts/{cart}/items/", json=line).raise_for_status()
        client.headers["Idempotency-Key"] = name
        return client.post("store/orders/", json={"cart_id": cart}).status_code


def sessions() -> set[int]:
    """Return who is connected to the database; threads of earlier tests may still be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return {pid for (pid,) in cursor.fetchall()}


def test_orders_at_once_through_two_sessions_add_up(pool, tmp_path):
    product = make_product(inventory=BUYERS)
    options = {
        "DATABASE_URL": f"{pool}?DISABLE_SERVER_SIDE_CURSORS=true",
        "SECRET_KEY": settings.SECRET_KEY, "DEMO": "off", "DJANGO_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    before = sessions()
    with running_server(data_dir=tmp_path / "data", **options) as address:
        with ThreadPoolExecutor(BUYERS) as buyers:
            statuses = list(
                buyers.map(lambda number: buy(address, number, product.pk), range(BUYERS))
            )
        of_the_pool = sessions() - before

    product.refresh_from_db()
    assert statuses == [201] * BUYERS
    assert (product.inventory, Order.objects.count()) == (0, BUYERS)
    assert 0 < len(of_the_pool) <= 2
    assert find_faults() == []
