"""What the tests of the import share."""

import json
from io import StringIO

import pytest
from django.core.management import call_command


@pytest.fixture
def run(tmp_path, db):
    """Import rows, or a raw text, through the command; return what it said and complained of."""

    def import_through_command(content):
        file = tmp_path / "catalogue.json"
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content))
        out, err = StringIO(), StringIO()
        call_command("import_products", file, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    return import_through_command
