"""``python -m tools.house [FOLDER]``: one line per finding, exit status 1 if there are any."""

import sys
from pathlib import Path

from tools.house.check import check_house

PACKAGE = Path(__file__).resolve().parents[2] / "tradepost"


def main() -> int:
    """Check the package in FOLDER (this project's by default) and return the exit status."""
    findings = check_house(Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
