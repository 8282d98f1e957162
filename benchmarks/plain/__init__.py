"""The comparator: the same shop and messages, written the way tutorials teach it.

Models, model serializers, model view sets, related rows prefetched, numbered pages with a count,
JSON web tokens, Django's defaults for everything else. It promises less than Tradepost: no
idempotency, no feed, no notifications, no jobs, no guarded stock. It is not a straw man, though:
it has no query per row, and it is measured with persistent connections too.
"""
