"""The floor: what the same server does with the same rows and nothing in between.

Statements written by hand, bare psycopg or sqlite3, orjson, a WSGI function. No framework, no
validation, no rules; the token's signature is checked. A contestant cannot be faster than this
without reading or writing less, so the distance to it is what the code on top costs.
"""
