"""Run the commands in the docs' console blocks and put what they print below them.

    python docs/update.py          rewrite README.md and docs/*.md
    python docs/update.py FILE     only that one, or several
    python docs/update.py --check  only say which would change (exit 1 if any)

A command is a line '$ hodiff ...' in a ```console block; its output follows, both streams as a
terminal of 80 columns would show them. tests/test_docs.py runs the check.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def printed(command: str) -> str:
    """What a shell shows for a command line, hodiff being this checkout's."""
    words = f'hodiff() {{ "{sys.executable}" -m hodiff "$@"; }}; {command}'
    environment = {**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        ["bash", "-c", words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        encoding="utf-8",
    )
    return "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())


def updated(text: str) -> str:
    """A page with every console block's output as it is now."""

    def rerun(block: re.Match[str]) -> str:
        commands = [line for line in block[1].splitlines() if line.startswith("$ ")]
        return "```console\n" + "\n".join(f"{c}\n{printed(c[2:])}" for c in commands) + "```"

    return BLOCK.sub(rerun, text)


def main() -> int:
    changed = 0
    named = [Path(word).resolve() for word in sys.argv[1:] if word != "--check"]
    for page in named or pages():
        text = page.read_text(encoding="utf-8")
        new = updated(text)
        if new != text:
            changed += 1
            print(f"{page.relative_to(ROOT)}: the output of a command differs")
            if "--check" not in sys.argv:
                page.write_text(new, encoding="utf-8")
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
