"""The catalogue's hot answers as bytes, from rows: what ``api/products.py`` would say."""

from collections.abc import Mapping

from tradepost.kit.http.json import encode
from tradepost.store.rows import product_as_json


def product_bytes(caught: Mapping[str, str], params: Mapping[str, str], root: str) -> bytes | None:
    """Return one product; None when there is none."""
    shown = product_as_json(int(caught["pk"]), root=root)
    return None if shown is None else encode(shown)
