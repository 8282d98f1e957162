"""The tests that start servers are known: two of them at once would be in each other's way."""

import re
from pathlib import Path

from tests.scheduling import WITH_SERVERS

ROOT = Path(__file__).resolve().parents[1]
STARTS = re.compile(r"def test_\w+\([^)]*\b(shop|crowd|page|crew)\b|\b(running|start)_server\(")


def test_every_file_whose_tests_start_servers_is_kept_with_the_others():
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("test_*.py")
        if STARTS.search(path.read_text())
    }

    assert "tests/test_server.py" in files
    assert sorted(file for file in files if not file.startswith(WITH_SERVERS)) == []
    assert sorted(name for name in WITH_SERVERS if not (ROOT / name).exists()) == []
