"""The floor on the embedded server: the same guard, bridge and threads as the product."""

from benchmarks.floor.wsgi import application as wsgi
from tradepost.kit.http.bridge import OnThreads
from tradepost.kit.http.guard import Guard

application = Guard(OnThreads(wsgi, threads=8), limit=2**20, upload_limit=2**20, body_seconds=20)
