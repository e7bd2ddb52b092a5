"""The bars of |x|: which opens and which closes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hodiff.errors import HodiffError
from hodiff.language.checks import MAX_NESTING, quote, syntax
from hodiff.language.slips import ELEMENTARY

MOST_STEPS = 50_000  # of the search: what pairs up in so many ways is refused unread

OPEN, CLOSE = 0, 1
ENDS = ("NUMBER", "NAME", "FRACTION", "FACTORIAL", "DEGREE")  # what a value may end with


def paired(text: str, tokens: Sequence[Any]) -> tuple[dict[int, int], list[HodiffError]]:
    """Of each bar that opens, by its index, the one that closes; and what can't be paired.

    A bar opens where a value has to begin, and closes where one has ended and none begins; else it
    may do either: |x|y|z|. The bars of one bracket are paired in the one way there is.
    """
    groups: list[list[int]] = [[]]
    stack = [0]
    for i, part in enumerate(tokens):
        if part in ("(", "["):
            stack.append(len(groups))
            groups.append([])
        elif part in (")", "]") and len(stack) > 1:  # @f(x,y)|, whose file has the other bracket
            stack.pop()
        elif part.type == "BAR":
            groups[stack[-1]].append(i)
    pairs: dict[int, int] = {}
    faults: list[HodiffError] = []
    for bars in filter(None, groups):
        ways = ways_of(tokens, bars, False, False) or ways_of(tokens, bars, True, False)
        if ways == ():  # |exp| has a variable
            ways = ways_of(tokens, bars, False, True) or ways_of(tokens, bars, True, True)
        first, last = tokens[bars[0]].start_pos, tokens[bars[-1]].end_pos
        if ways is None:
            faults.append(syntax("the bars '|' can't be told apart: write abs(…)", first, last))
        elif not ways:
            faults.append(unpaired(text, tokens, bars))
        elif ways[0] != ways[1]:
            one, other = (quote(shown(text, tokens, bars, way), 60) for way in ways)
            message = f"'{quote(text[first:last], 40)}' has two readings: write {one} or {other}"
            faults.append(syntax(message, first, last))
        else:
            opened: list[int] = []
            for i, kind in zip(bars, ways[0], strict=True):
                if kind == OPEN:
                    opened.append(i)
                    continue
                j = opened.pop()
                pairs[j] = i
                if pairs.get(j + 1) == i - 1:
                    inside = quote(text[tokens[j + 1].end_pos : tokens[i - 1].start_pos].strip())
                    message = f"'||{inside}||' has two readings: write norm({inside})"
                    message += f" or abs(abs({inside}))"
                    faults.append(syntax(message, tokens[j].start_pos, tokens[i].end_pos))
    return pairs, faults


def ways_of(
    tokens: Sequence[Any], bars: list[int], signs_begin: bool, names: bool
) -> tuple[list[int], list[int]] | tuple[()] | None:
    """Two ways to pair bars, the same twice where there is one only; none where there is none;
    None where there are too many. signs_begin: a value may begin with a sign, as in 2|-x|.
    names: a function's name may be a variable's, and no argument follows it, as in |x|sin|x|."""
    # The states that can be reached, (depth, kind of the last bar): from which ones.
    states: list[dict[tuple[int, int], list[tuple[int, int]]]] = [{(0, CLOSE): []}]
    steps = 0
    for i in bars:
        now: dict[tuple[int, int], list[tuple[int, int]]] = {}
        before = tokens[i - 1] if i else None
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        for state in states[-1]:
            depth, kind = state
            if before is not None and before.type == "BAR":
                value = kind == CLOSE
            else:
                value = before is not None and (before.type in ENDS or before in (")", "]"))
                value = value and (names or before not in ELEMENTARY)
            if not value or begins(after, signs_begin):
                now.setdefault((depth + 1, OPEN), []).append(state)
            if value and depth:
                now.setdefault((depth - 1, CLOSE), []).append(state)
        steps += len(now)
        if steps > MOST_STEPS:
            return None
        states.append({state: came for state, came in now.items() if state[0] <= MAX_NESTING})
    if (0, CLOSE) not in states[-1]:
        return ()
    return back(states, 0), back(states, -1)


def begins(after: Any, signs_begin: bool) -> bool:
    """Whether a value may begin with what is behind a bar."""
    if after is None:
        return False
    if after.type in ("NAME", "NUMBER", "FRACTION", "ROOT", "BAR") or after in ("(", "["):
        return True
    return signs_begin and after.type == "SIGN"


def back(states: list[dict[tuple[int, int], list[tuple[int, int]]]], choice: int) -> list[int]:
    """The kinds of the bars on a way to the last state."""
    state, found = (0, CLOSE), []
    for reached in reversed(states[1:]):
        found.append(state[1])
        state = reached[state][choice]
    return found[::-1]


def shown(text: str, tokens: Sequence[Any], bars: list[int], way: list[int]) -> str:
    """The text from the first bar to the last with calls of abs for the bars."""
    parts, end = [], tokens[bars[0]].start_pos
    for i, kind in zip(bars, way, strict=True):
        bar = tokens[i]
        parts.append(text[end : bar.start_pos])
        before = "".join(parts).rstrip()[-1:]
        if kind == OPEN:
            parts.append("*abs(" if before.isalnum() or before in tuple("_)]") else "abs(")
        else:
            after = text[bar.end_pos :].lstrip()[:1] if i != bars[-1] else ""
            parts.append(")*" if after.isalnum() or after in ("_", "(", "[", "√") else ")")
        end = bar.end_pos
    return "".join(parts)


def unpaired(text: str, tokens: Sequence[Any], bars: list[int]) -> HodiffError:
    """The error for bars that don't pair up."""
    for i, j in pairwise(bars):
        start, end = tokens[i].start_pos, tokens[j].end_pos
        if text[start:end] == "||" and i and tokens[i - 1].type != "BAR":
            return syntax("write 'or' instead of '||'", start, end)
    start = tokens[bars[-1]].start_pos
    message = "the bars '|' don't pair up: write abs(…), or 'or' for a choice"
    return syntax(message, start, tokens[bars[-1]].end_pos)
