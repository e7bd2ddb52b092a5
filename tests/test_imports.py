"""The layout: imports go down only, lazy ones and those for types included.

Stubs (.pyi) aren't looked at: nothing runs them, and what they say of a tensor is the library's.
"""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "hodiff"

# From the ground up. An entry of hodiff/ imports from floors below its own alone; entries that
# share a floor don't know each other.
FLOORS = (
    {"errors"},
    {"engine"},
    {"arithmetic", "language", "views"},
    {"derivatives"},
    {"answers"},
    {"calculator"},
    {"cli", "library"},
    {"__init__", "__main__", "functional"},
)
LEVEL = {entry: level for level, floor in enumerate(FLOORS) for entry in floor}
MOST_ENTRIES = 14


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(module: str) -> Iterator[tuple[str, int]]:
    """The modules of hodiff that a module's statements name, wherever they stand, and the line."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}, line {node.lineno}: a relative import"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else str(node.module) for name in inside]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name.split(".")[0] == "hodiff")


def entry(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def test_every_entry_has_a_floor() -> None:
    """A stub beside its module is one entry with it."""
    paths = [path for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    there = {path.stem if path.suffix in (".py", ".pyi") else path.name for path in paths}
    assert len(there) <= MOST_ENTRIES, sorted(there)
    assert there - {"py.typed"} == set(LEVEL)


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    own = entry(module)
    wrong = [
        f"{module}, line {line}: {name} is not below it"
        for name, line in imported(module)
        if entry(name) != own and LEVEL[entry(name)] >= LEVEL[own]
    ]
    assert wrong == []


def test_there_is_no_circle() -> None:
    """Raises CycleError, which names it. A package's own file may gather its parts."""
    arrows: dict[str, set[str]] = {}
    for module in MODULES:
        arrows[module] = {
            name for name, _ in imported(module) if name != module and not gathers(module, name)
        }
    list(graphlib.TopologicalSorter(arrows).static_order())


def gathers(module: str, name: str) -> bool:
    return name.startswith(f"{module}.") and MODULES[module].name == "__init__.py"


def lazy_imports() -> Iterator[tuple[str, int, str]]:
    """The imports inside functions: module, first line, and the lines' text."""
    for module, path in MODULES.items():
        lines = path.read_text("utf-8").splitlines()
        for outer in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(outer):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        yield (
                            module,
                            node.lineno,
                            "\n".join(lines[node.lineno - 1 : node.end_lineno]),
                        )


def test_imports_inside_functions_are_for_start_up_and_say_so() -> None:
    """The first of several in a row says it for all."""
    wrong, before = [], ("", -1)
    for module, line, text in sorted(set(lazy_imports())):
        follows = before[0] == module and before[1] < line <= before[1] + 2
        if "# start-up" not in text and not follows:
            wrong.append(f"{module}, line {line}: {text.strip()}")
        before = module, line + text.count("\n")
    assert wrong == []


def test_what_this_file_would_find() -> None:
    """The checks see what they are for."""
    assert ("hodiff.engine.graph", 1) not in set(imported("hodiff.engine.graph"))
    assert "hodiff.engine.graph" in {name for name, _ in imported("hodiff.engine.sharing")}
    assert any(module == "hodiff.cli.program" for module, _, _ in lazy_imports())
    with pytest.raises(graphlib.CycleError):
        list(graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())
