"""How a script of this folder ends: it writes its page, or with --check only says that it would."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def kept(page: Path, new: str) -> int:
    """The exit code: 1 where a page would change and --check is given."""
    if page.exists() and page.read_text(encoding="utf-8") == new:
        return 0
    print(f"{page.relative_to(ROOT)} differs")
    if "--check" in sys.argv:
        return 1
    page.write_text(new, encoding="utf-8")
    return 0
