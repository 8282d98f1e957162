"""The load: wrk with a script and a file of requests that are written here."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

THREADS = 2
CONNECTIONS = 32
GRACE_SECONDS = 15

SCRIPT = """
local threads, spent = 0, "GET /no-more-requests HTTP/1.1\\r\\nHost: %(host)s\\r\\n\\r\\n"

function setup(thread)
  thread:set("index", threads)
  threads = threads + 1
end

function init(args)
  requests, at = {}, 0
  local number = 0
  for line in io.lines("%(file)s") do
    if number %% %(threads)d == index then
      local method, path, token, body = line:match("(.-)\\t(.-)\\t(.-)\\t(.*)")
      local headers = {["Host"] = "%(host)s"}
      if token ~= "" then headers["Authorization"] = "JWT " .. token end
      if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
      requests[#requests + 1] = wrk.format(method, path, headers, body)
    end
    number = number + 1
  end
end

function request()
  at = at + 1
  if at > #requests then
    if %(once)s then return spent end
    at = 1
  end
  return requests[at]
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\\nRESULT {"requests": %%d, "microseconds": %%d, "p50": %%d, "p99": %%d, ' ..
    '"statuses": %%d, "sockets": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.status, e.connect + e.read + e.write + e.timeout))
end
"""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str = ""
    body: str = ""

    def line(self) -> str:
        return "\t".join((self.method, self.path, self.token, self.body))


@dataclass(frozen=True)
class Load:
    """What one run of wrk saw. Latencies in milliseconds; ``failures`` must be 0."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failures: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def run_wrk(
    *, port: int, requests: Sequence[Request], once: bool, seconds: int,
    connections: int = CONNECTIONS,
) -> Load:  # fmt: skip
    """Send the requests in turn, from the start again unless ``once``, for so many seconds.

    With ``once``, running out of requests is a failure.
    """
    threads = min(THREADS, connections)
    if len(requests) < threads:  # each thread needs one
        requests = [*requests] * threads
    host = f"127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        file, script = Path(folder, "requests"), Path(folder, "script.lua")
        file.write_text("\n".join(request.line() for request in requests) + "\n")
        fill = {"host": host, "file": file, "threads": threads, "once": str(once).lower()}
        script.write_text(SCRIPT % fill)
        command = [
            "wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "5s",
            "-s", str(script), f"http://{host}",
        ]  # fmt: skip
        output = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=seconds + GRACE_SECONDS
        ).stdout
    return _read(output)


def _read(output: str) -> Load:
    said = json.loads(output.rpartition("RESULT ")[2])
    return Load(
        requests=said["requests"],
        seconds=said["microseconds"] / 1e6,
        p50=said["p50"] / 1000,
        p99=said["p99"] / 1000,
        failures=said["statuses"] + said["sockets"],
    )
