"""The floor under uvicorn: HTTP on threads, the way the embedded server does it."""

from a2wsgi import WSGIMiddleware

from benchmarks.floor.wsgi import application as wsgi

application = WSGIMiddleware(wsgi, workers=8, send_queue_size=0)
