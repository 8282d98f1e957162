"""The committed description of the API is the one that the code gives."""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS

COMMITTED = Path(__file__).resolve().parents[1] / "docs" / "openapi.yaml"


@pytest.fixture
def generated(tmp_path) -> str:
    """The schema as generated now; a warning, an error or an invalid schema fails the test."""
    GENERATOR_STATS.reset()  # what other tests made it say is not counted
    file = tmp_path / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    return file.read_text()


def test_the_committed_schema_is_the_present_one(generated):
    assert generated.splitlines() == COMMITTED.read_text().splitlines(), "run `make schema`"


def test_every_post_but_those_for_tokens_documents_the_idempotency_key(generated):
    posts = {
        path: operations["post"].get("parameters", [])
        for path, operations in yaml.safe_load(generated)["paths"].items()
        if "post" in operations
    }

    with_key = {
        path
        for path, parameters in posts.items()
        if any(parameter["name"] == "Idempotency-Key" for parameter in parameters)
    }

    tokens = {f"/api/v1/auth/jwt/{verb}/" for verb in ("create", "refresh", "verify")}
    assert posts.keys() - with_key == tokens
