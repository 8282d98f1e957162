"""D1 and E1: what the domain (models, queries, actions, errors) does not know."""

import ast
from collections.abc import Iterator

from tools.house.sources import Facts, Source

DOMAIN = {"models", "queries", "actions", "errors", "catalogue"}
DOORS_ONLY = ("django.http", "django.shortcuts", "rest_framework", "config")
LEAVES_THE_PROCESS = (
    "django.core.mail", "tradepost.kit.mail", "smtplib", "socket", "http.client", "urllib.request",
    "requests", "httpx", "redis", "celery", "boto3",
)  # fmt: skip


def check_domain_imports(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """D1: find imports of HTTP, DRF or the settings package in the domain."""
    for line, module in _imports_of_domain(source):
        if _is_one_of(module, DOORS_ONLY):
            yield line, f"the domain does not know {module}"


def check_side_effects(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """E1: find ways out of the process in the domain; a job may take them, after the commit."""
    for line, module in _imports_of_domain(source):
        if _is_one_of(module, LEAVES_THE_PROCESS):
            yield line, f"nothing leaves the process in a transaction ({module}); enqueue a job"


def _imports_of_domain(source: Source) -> Iterator[tuple[int, str]]:
    if source.place not in DOMAIN or source.app == "kit":
        return
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from django import http` names a module too.
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _is_one_of(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
