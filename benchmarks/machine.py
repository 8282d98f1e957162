"""What the machine is, and what a tree of processes uses of it. Linux only: it reads /proc."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PACKAGES = (
    "django", "djangorestframework", "psycopg", "orjson", "granian", "gunicorn", "uvicorn",
)  # fmt: skip
SYNCS = 50


def missing() -> str | None:
    """Return what this machine lacks for measuring, with the remedy; None when it has all."""
    if sys.platform != "linux":
        return "The benchmarks need Linux: they read /proc."
    if shutil.which("wrk") is None:
        return "wrk is missing. On Debian and Ubuntu: sudo apt-get install wrk"
    return None


def facts() -> dict[str, str]:
    """Return what a reader must know to judge the figures."""
    load = os.getloadavg()[0]
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": _cpu_model(),
        "cores": str(os.cpu_count()),
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "fsync": f"{fsync_milliseconds():.2f} ms",
        "load before": f"{load:.2f}",
        "wrk": _wrk_version(),
        **{name: version(name) for name in PACKAGES},
    }


def fsync_milliseconds() -> float:
    """Return how long a small write takes to be on the disk, the median of SYNCS."""
    with tempfile.NamedTemporaryFile(dir=Path.cwd()) as file:
        times = []
        for _ in range(SYNCS):
            file.write(b"x" * 4096)
            file.flush()
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    return sorted(times)[SYNCS // 2] * 1000


class OtherWork:
    """How much of the machine's CPU others use while we measure: neither us nor PostgreSQL."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._before = _busy_seconds() - _own_seconds()

    def share(self) -> float:
        """Return the share of all cores since this object was made, 0 to 1."""
        used = _busy_seconds() - _own_seconds() - self._before
        elapsed = time.monotonic() - self._started
        return max(0.0, used / elapsed / (os.cpu_count() or 1))


def _busy_seconds() -> float:
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, irq, softirq, steal = map(int, fields[:8])
    return (user + nice + system + irq + softirq + steal) / CLOCK_TICKS


def _own_seconds() -> float:
    """The CPU time of this process, its children dead or alive, and PostgreSQL if it runs here."""
    pids = set(process_tree(os.getpid())) | set(_processes_called("postgres"))
    stats = [stat for pid in pids if (stat := _stat(pid))]
    return sum(sum(map(int, stat[11:15])) for stat in stats) / CLOCK_TICKS


def _processes_called(name: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/comm"):
        try:
            if entry.read_text().strip() == name:
                found.append(int(entry.parent.name))
        except OSError:  # it has ended
            continue
    return found


def process_tree(root: int) -> list[int]:
    """Return the ids of a process and of all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    tree = [root]
    for pid in tree:
        tree += children.get(pid, [])
    return tree


def cpu_seconds(root: int) -> float:
    """Return the CPU time that the tree has used, in user and in kernel mode."""
    stats = [stat for pid in process_tree(root) if (stat := _stat(pid))]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / CLOCK_TICKS


def memory_mib(root: int) -> float:
    """Return the memory of the tree, each shared page divided among those that share it (PSS)."""
    return sum(_pss_kib(pid) for pid in process_tree(root)) / 1024


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the command's name; None when the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def _wrk_version() -> str:
    said = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False)
    return said.stdout.split("[")[0].strip()
