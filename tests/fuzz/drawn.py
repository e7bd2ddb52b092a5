"""What the fuzzer draws: texts, and points that are exact, nearly tied, huge, tiny."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

pick = st.sampled_from

# ------------------------------------------------------------------ texts

SMOOTH = ["sin", "cos", "exp", "tanh", "atan", "erf", "sigmoid", "softplus", "silu", "gelu",
          "asinh", "sinh", "cosh", "sech", "sinc", "expm1", "exp2"]  # fmt: skip
EDGED = ["sqrt", "log", "cbrt", "tan", "asin", "acos", "acosh", "atanh", "log1p", "log2", "log10",
         "sec", "csc", "cot", "csch", "coth", "erfc", "logit", "asec", "acsch",
         "acoth"]  # fmt: skip
GAMMAS = ["gamma", "lgamma", "digamma", "factorial"]
PIECES = ["abs", "sign", "floor", "ceil", "round", "relu"]
PAIRS = ["max", "min", "atan2", "hypot"]
POWERS = ["2", "3", "-1", "-2", "0.5", "1.5", "(1/3)", "(2/3)", "2.5", "-0.5", "0", "4", "7", "pi"]
NUMBERS = ["1", "2", "3", "0.5", "0", "10", "(1/3)", "0.1", "pi", "e", "1.25", "-1", "-2"]
FAR = ["1e15", "1e-15", "1e300", "1e-300", "1e40", "1e-30"]
TESTS = ["<", "<=", ">", ">=", "==", "!="]


def texts(
    names: str, pieces: bool = True, gammas: bool = True, far: bool = True, deep: bool = True
) -> st.SearchStrategy[str]:
    """Expressions in the names, two operations deep, or three."""
    numbers = pick(NUMBERS) | pick([*NUMBERS, *FAR]) if far else pick(NUMBERS)
    leaf = pick(names) | pick(names) | pick(names) | numbers

    def grown(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        more = [*(GAMMAS if gammas else []), *(PIECES if pieces else [])]
        ones = pick([*SMOOTH, *EDGED, *EDGED, *more])
        sign = pick(["+", "-", "*", "*", "/"])
        ways = [
            st.builds("({} {} {})".format, part, sign, part),
            st.builds("({} {} {})".format, part, sign, part),
            st.builds("{}({})".format, ones, part),
            st.builds("{}({})".format, ones, part),
            st.builds("({})**{}".format, part, pick(POWERS)),
            st.builds("({}*{})".format, pick(names), part),
        ]
        if pieces:
            ways += [
                st.builds("{}({}, {})".format, pick(PAIRS), part, part),
                st.builds("mod({}, {})".format, part, numbers),
                st.builds("where({} {} {}, {}, {})".format, part, pick(TESTS), part, part, part),
            ]
        return st.one_of(ways)

    one = grown(leaf)
    two = grown(leaf | one)
    return two | grown(one | two) if deep else two


# ------------------------------------------------------------------ points

EXACT = ["0", "1", "-1", "2", "-2", "3", "1/2", "-1/2", "1/3", "0.1", "10", "0.25", "-3/2", "e",
         "pi", "pi/2", "-pi/2", "pi/6", "5*pi/6", "2*pi/3", "-3*pi/4", "sqrt(2)"]  # fmt: skip
NEAR = st.builds("{}{}1e-{}".format, pick(EXACT), pick("+-"), pick([9, 15, 17, 20, 30, 40]))
HUGE = ["1e15", "-1e15", "1e20", "1e300", "-1e300", "123456789.123", "9007199254740993", "1000"]
TINY = ["1e-300", "-1e-300", "1e-20", "-1e-9", "1e-160", "3e-5"]
RATIONAL = st.fractions(-4, 4, max_denominator=50).map(str)
DECIMAL = st.decimals(-9, 9, places=3).map(str)
ORDINARY = RATIONAL | DECIMAL
POINTS = st.one_of(pick(EXACT), pick(EXACT), NEAR, pick(HUGE), pick(TINY), ORDINARY, ORDINARY)


class Asked(NamedTuple):
    """A command line: what is asked of a text at a point."""

    command: str
    text: str
    point: dict[str, str]
    options: tuple[str, ...] = ()

    def words(self) -> list[str]:
        at = ",".join(f"{name}={value}" for name, value in self.point.items())
        return [self.command, self.text, *(("--at", at) if at else ()), *self.options]

    def __repr__(self) -> str:
        """As one types it."""
        quoted = [w if w.replace("-", "").isalnum() else f'"{w}"' for w in self.words()]
        return f"hodiff {' '.join(quoted)}"
