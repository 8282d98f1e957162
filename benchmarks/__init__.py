"""Measures Tradepost beside the floor under it and beside a plain tutorial project."""
