"""What MariaDB has in a table's file, deleted rows included."""

from pathlib import Path
from typing import Any

import pytest


def bytes_of_table(cursor: Any, table: str) -> bytes:
    """Return the file of the table as it is on the disk; not in a transaction.

    The test is skipped where the files are another machine's, or not for us to read.
    """
    cursor.execute("SELECT @@datadir || DATABASE() || '/' || %s || '.ibd'", [table])
    file = Path(cursor.fetchone()[0])
    cursor.execute(f'FLUSH TABLES "{table}" FOR EXPORT')  # what is in memory alone, too
    try:
        return file.read_bytes()
    except (FileNotFoundError, PermissionError):
        pytest.skip("the server's files cannot be read from here")
    finally:
        cursor.execute("UNLOCK TABLES")
