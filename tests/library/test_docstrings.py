"""Every public function and method says what it is, with examples that run."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff import functional, library
from hodiff.engine.graph import Operation
from hodiff.engine.operations import FUNCTIONS
from hodiff.library.publish import enter, public

# Example results are printed in numpy's way, to eight digits.
GLOBALS = {**vars(functional), "hodiff": hodiff, "np": np, "torch": hodiff}


def functions() -> Iterator[tuple[str, Any]]:
    """Each public function once, under the first of its names."""
    spaces = {
        "": {name: library.named(name) for name in library.NAMES},
        "Tensor.": library.METHODS,
        "linalg.": vars(library.linalg),
        "special.": vars(library.special),
        "nn.functional.": vars(library.nn.functional),
        "autograd.": vars(hodiff.autograd),
        "autograd.function.": vars(hodiff.autograd.function),
        "func.": vars(hodiff.func),
        "autograd.functional.": vars(hodiff.autograd.functional),
    }
    found: dict[int, tuple[str, Any]] = {}
    for space, names in spaces.items():
        for name, f in names.items():
            if callable(f):
                found.setdefault(id(f), (space + name, f))
    yield from found.values()


ALL = list(functions())


@pytest.mark.parametrize(("name", "f"), ALL, ids=[name for name, _ in ALL])
def test_the_docstring_has_a_meaning_and_examples_that_run(name: str, f: Any) -> None:
    doc = f.__doc__ or ""
    meaning = doc.strip().partition("\n")[0]
    assert meaning and not meaning.startswith(">>>")
    test = doctest.DocTestParser().get_doctest(doc, dict(GLOBALS), name, None, 0)
    assert test.examples
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.REPORT_NDIFF)
    assert runner.run(test, out=told.append).failed == 0, "".join(told)


def test_there_are_many() -> None:
    assert len(ALL) > 200


@pytest.mark.parametrize("name", library.METHODS)
def test_a_method_is_in_dir(name: str) -> None:
    assert name in dir(hodiff.tensor(1.0))


def test_dir_has_what_is_no_function_of_the_library() -> None:
    shown = {*dir(hodiff.tensor(1.0))}
    assert {"backward", "grad", "item", "requires_grad_", "shape", "operation"} <= shown
    assert shown.isdisjoint({"_assigned", "serial", "spent", "hooks"})
    assert [name for name in shown if name.startswith("_") and not name.endswith("__")] == []


def test_dir_of_hodiff_has_what_there_is_and_nothing_that_it_only_needs() -> None:
    shown = {name for name in dir(hodiff) if not name.startswith("__")}
    assert shown == {*hodiff.__all__, *library.NAMES}
    assert all(getattr(hodiff, name, hodiff) is not hodiff for name in shown)
    assert [name for name in shown if name.startswith("_")] == []
    assert {"Any", "import_module", "annotations"}.isdisjoint(shown)


def test_a_name_is_published_once() -> None:
    with pytest.raises(ValueError, match="'sin' is published twice"):
        public("sin")(abs)
    with pytest.raises(ValueError, match="'equal' is published twice"):
        enter(library.METHODS, abs, "equal")
    assert library.TABLE["sin"] is not abs


def test_every_row_of_the_language_is_published() -> None:
    """clip alone is another function here: PyTorch's bounds may be None."""
    rows = {name for name, f in FUNCTIONS.items() if isinstance(f.build, Operation)}
    assert rows - {*library.TABLE} == set()


def test_grad_of_a_function_names_functional_grad() -> None:
    with pytest.raises(TypeError, match=r"hodiff\.functional\.grad\(f\)\(x\)"):
        hodiff.grad(lambda x: x**2, 3.0)  # type: ignore[arg-type]
    assert functional.grad(lambda x: x**2)(3.0).item() == 6
