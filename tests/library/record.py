"""Run the programs with PyTorch and write its answers to recorded.json.

python tests/library/record.py          (needs torch; 2.13.0 made the file that is there)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def stored(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as JSON has it: an exception by its types, most special first."""
    if "raises" not in answer:
        return answer
    return {"raises": [t.__name__ for t in type(answer["raises"]).__mro__[:-3]]}


def main() -> None:
    import programs  # here, for pytest imports this file too
    import torch

    torch.set_default_dtype(torch.float64)
    answers = {line: stored(programs.run(torch, line)) for line in programs.lines()}
    whole = {name: stored(programs.run_program(torch, text))
             for name, text in programs.PROGRAMS.items()}  # fmt: skip
    everything = {"torch": torch.__version__, "expressions": answers, "programs": whole}
    (HERE / "recorded.json").write_text(_compact(everything))


def _compact(everything: dict[str, Any]) -> str:
    """A line an answer, so that a change shows as one."""
    parts = [f'"torch":{json.dumps(everything["torch"])}']
    for group in ("expressions", "programs"):
        rows = [f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}"
                for k, v in everything[group].items()]  # fmt: skip
        parts.append(f'"{group}":{{\n' + ",\n".join(rows) + "\n}")
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    main()
