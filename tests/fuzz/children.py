"""Command lines, each in a child process of its own that may take so much time and memory: a
process that has hodiff loaded forks for each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

SERVER = """
import json, os, resource, signal, sys
from hodiff.cli import outcome
for words in (["grad", "gamma(x)", "--at", "x=2"], ["value", "x", "--at", "x=[1,2]"]):
    outcome(words)
seconds, megabytes = map(int, sys.argv[1:])
for line in sys.stdin:
    words = json.loads(line)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        out, err, code = outcome(words)
        os.write(writing, json.dumps([code, out[-500:], err[:500]]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        found = told.read()
    _, status, usage = os.wait4(child, 0)
    code, out, err = json.loads(found) if found else (-os.WTERMSIG(status), "", "")
    used = usage.ru_utime + usage.ru_stime
    print(json.dumps([code, out, err, used, usage.ru_maxrss >> 10]), flush=True)
"""


class Ended(NamedTuple):
    """How a command line ended: code is minus the signal's number where one ended it."""

    code: int
    out: str
    err: str
    seconds: float  # of the processor
    megabytes: int


class Children:
    """with Children(seconds, megabytes) as ran: ran(words) runs one command line."""

    def __init__(self, seconds: int, megabytes: int) -> None:
        self.command = [sys.executable, "-c", SERVER, str(seconds), str(megabytes)]

    def __enter__(self) -> Children:
        self.server = subprocess.Popen(
            self.command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __call__(self, words: list[str]) -> Ended:
        assert self.server.stdin and self.server.stdout
        print(json.dumps(words), file=self.server.stdin, flush=True)
        return Ended(*json.loads(self.server.stdout.readline()))

    def __exit__(self, *_: object) -> None:
        with self.server:
            self.server.kill()
