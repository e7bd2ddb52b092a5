"""Derivatives as text against derivatives as numbers: what the text is at a point, by mpmath and by
hodiff itself, is what was proven there."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import strategies as st

from hodiff.cli import outcome
from tests.fuzz import germs
from tests.fuzz.drawn import ORDINARY, Asked, pick, texts
from tests.fuzz.germs import Undecided, Undefined
from tests.fuzz.test_numbers import answered, wrong
from tests.printed import flat

QUESTIONS = [("nth", ("--wrt", "x", "--order", str(n))) for n in (1, 2, 3, 4)]
QUESTIONS += [(name, ("--wrt", "x,y")) for name in ("grad", "hessian")]
QUESTIONS += [("hvp", ("--wrt", "x,y", "--v", "2,-3"))]


def formulas(asked: Asked) -> list[str] | None:
    """What is printed without a point."""
    out, err, code = outcome([*asked._replace(point={}).words(), "--format", "json"])
    assert "bug" not in err, err
    if code:
        return None
    found = json.loads(out)
    key = {"grad": "gradient", "nth": "derivatives"}.get(asked.command, asked.command)
    return flat(list(found[key].values()) if key == "gradient" else found[key])


def complaint(asked: Asked) -> str:
    try:
        if not germs.smooth(asked.text, asked.point):
            return ""  # on an edge a formula has no more to say than its pieces
    except (Undefined, Undecided):
        return ""
    numbers, _ = answered(asked.words())
    written = formulas(asked)
    if numbers is None or written is None:
        return ""
    for number, text in zip(numbers, written, strict=True):
        again, said = answered(Asked("value", text, asked.point).words())
        if again is not None and Decimal(again[0]) != Decimal(number):
            return f"{text} is {again[0]}, not {number}"
        if said.startswith(("syntax", "name", "usage")):
            return f"{text}: {said}"
        fault = germs.checked(partial(differs, number, text, asked))
        if fault:
            return fault
    return ""


def differs(number: Any, text: str, asked: Asked, oracle: Any) -> str:
    try:
        true = oracle(lambda: germs.value(text, asked.point), text)
    except (Undefined, Undecided):
        return ""
    fault = wrong(number, true)
    return fault and f"{text}: printed {fault}"


def test_formulas(fuzz: Any) -> None:
    def holds(question: tuple[str, tuple[str, ...]], text: str, x: str, y: str) -> None:
        asked = Asked(question[0], f"{text} + x*y", {"x": x, "y": y}, question[1])
        assert not complaint(asked), asked

    drawn = texts("xxy", far=False)
    fuzz(holds, pick(QUESTIONS), drawn, ORDINARY, ORDINARY, examples=90)


def test_formulas_of_definitions(fuzz: Any) -> None:
    """Of a text that defines its parts, as long formulas do themselves."""

    def holds(
        question: tuple[str, tuple[str, ...]], parts: list[str], text: str, point: tuple[str, str]
    ) -> None:
        names = [f"t{i}" for i in range(1, len(parts) + 1)]
        heads = "".join(f"{name} = {part}; " for name, part in zip(names, parts, strict=True))
        tail = " + ".join([text, "x*y", *(f"{name}*{name}" for name in names)])
        asked = Asked(question[0], heads + tail, dict(zip("xy", point, strict=True)), question[1])
        assert not complaint(asked), asked

    drawn = texts("xxy", far=False, pieces=False, gammas=False)
    point = st.tuples(ORDINARY, ORDINARY)
    fuzz(holds, pick(QUESTIONS), st.lists(drawn, min_size=1, max_size=2), drawn, point, examples=30)
