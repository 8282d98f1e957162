"""How long a large catalogue takes to import, and how much memory.

    python benchmarks/import_products.py [--rows 100000] [--again]

Generates the file (seeded: the same every time), imports it with ``manage.py import_products`` into
a fresh data folder and prints seconds and peak memory of that process. ``DATABASE_URL`` may name an
empty database elsewhere. ``--again`` imports the same file a second time, which changes nothing.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = ["amber", "birch", "cedar", "dune", "ember", "fern", "glade", "harbour", "iris", "juniper"]
SEED = 7


@dataclass(frozen=True)
class Run:
    """What one import took."""

    seconds: float
    peak_mb: float
    said: str


def generate_rows(count: int) -> Iterator[dict[str, object]]:
    """Yield so many products with two reviews and three tags each."""
    chance = random.Random(SEED)
    for number in range(count):
        yield {
            "id": number,
            "title": f"{' '.join(chance.choices(WORDS, k=3)).title()} {number}",
            "description": " ".join(chance.choices(WORDS, k=40)),
            "category": f"{chance.choice(WORDS)}-{chance.choice(WORDS)}",
            "price": chance.randint(100, 999_999) / 100,
            "stock": chance.randint(0, 500),
            "tags": chance.sample(WORDS, k=3),
            "brand": chance.choice(WORDS).title(),
            "sku": f"SKU-{number:08}",
            "reviews": [_review(chance, number, turn) for turn in range(2)],
        }


def _review(chance: random.Random, number: int, turn: int) -> dict[str, object]:
    return {
        "rating": chance.randint(1, 5),
        "comment": " ".join(chance.choices(WORDS, k=12)),
        "date": f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T09:41:02.053Z",
        "reviewerName": f"{chance.choice(WORDS)} {chance.choice(WORDS)}".title(),
        "reviewerEmail": f"reader-{number}-{turn}@example.com",
    }


def write_catalogue(file: Path, count: int) -> None:
    """Write the products as one JSON array."""
    with file.open("w") as out:
        for number, row in enumerate(generate_rows(count)):
            out.write(f"{',' if number else '['}\n{json.dumps(row)}")
        out.write("\n]\n" if count else "[]\n")


def manage(data_dir: Path, *arguments: str) -> Run:
    """Run a command of ``manage.py`` over this data folder and measure that one process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"manage.py {arguments[0]} failed")
    unit = 1024 if sys.platform == "darwin" else 1  # bytes there, kilobytes elsewhere
    return Run(time.perf_counter() - start, usage.ru_maxrss / unit / 1024, said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "catalogue.json")
        write_catalogue(file, options.rows)
        print(f"{options.rows:,} products, {file.stat().st_size / 1e6:.0f} MB of JSON")
        manage(Path(folder), "migrate", "--verbosity=0")
        for _ in range(2 if options.again else 1):
            run = manage(Path(folder), "import_products", str(file))
            print(f"{run.seconds:.1f} s, peak {run.peak_mb:.0f} MB: {run.said.splitlines()[-1]}")


if __name__ == "__main__":
    main()
