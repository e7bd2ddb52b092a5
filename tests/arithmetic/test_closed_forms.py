"""Numbers in closed form: what is written alike is equal, and their balls hold the true value."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff.arithmetic import closed_forms as forms
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.engine.graph import OPERATIONS
from tests.lengths import examples

PI, E = (OPERATIONS[name] for name in ("pi", "e"))
SIN, COS, TANH = (OPERATIONS[name] for name in ("sin", "cos", "tanh"))

Pair = tuple[Any, Any]  # a number here, and what it is in mpmath


def root(x: Any, n: int = 2) -> Any:
    return forms.power(x, Fraction(1, n))


def test_roots_gather_to_whole_numbers() -> None:
    assert forms.mul(root(2), root(2)) == 2
    assert root(8) == forms.mul(2, root(2)) and root(Fraction(1, 2)) == forms.div(root(2), 2)
    assert forms.mul(root(6), root(3)) == forms.mul(3, root(2))
    assert forms.power(root(5, 3), 3) == 5 and forms.power(root(2), -2) == Fraction(1, 2)
    assert (
        forms.sub(forms.power(forms.add(1, root(2)), 2), forms.add(3, forms.mul(2, root(2)))) == 0
    )


def test_exponentials_and_logarithms() -> None:
    e, pi = forms.constant(E), forms.constant(PI)
    assert forms.exp(1) == e and forms.exp(0) == 1 and forms.log(e) == 1
    assert forms.mul(forms.exp(Fraction(1, 2)), forms.exp(Fraction(1, 2))) == e
    assert forms.log(9) == forms.mul(2, forms.log(3))
    assert forms.log(Fraction(2, 3)) == forms.sub(forms.log(2), forms.log(3))
    assert forms.exp(forms.mul(Fraction(5, 2), forms.log(2))) == forms.mul(4, root(2))
    assert forms.exp(forms.log(pi)) == pi and forms.log(forms.exp(pi)) == pi
    assert forms.function(SIN, forms.mul(Fraction(1, 6), pi)) == Fraction(1, 2)


def test_what_is_not_written_alike_is_left_to_balls() -> None:
    with precision(200):
        one = forms.add(
            *[forms.power(forms.function(row, 1), 2) for row in (SIN, COS)]  # of 1
        )
        assert forms.equal(one, 1) is None
        assert forms.equal(forms.function(SIN, 1), forms.function(COS, 1)) is False
        assert forms.less(forms.constant(E), forms.constant(PI)) is True


NUMBERS: st.SearchStrategy[Pair] = st.one_of(
    st.fractions(-4, 4, max_denominator=6).map(
        lambda q: (q if q.denominator > 1 else int(q), mpf(q.numerator) / q.denominator)
    ),
    st.sampled_from([2, 3, Fraction(8, 3), 12]).map(
        lambda q: (root(q), mp.sqrt(mpf(Fraction(q).numerator) / Fraction(q).denominator))
    ),
    st.just((None, mp.pi)).map(lambda _: (forms.constant(PI), +mp.pi)),
)


def grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return st.one_of(
        st.builds(lambda a, b: (forms.add(a[0], b[0]), a[1] + b[1]), inner, inner),
        st.builds(lambda a, b: (forms.mul(a[0], b[0]), a[1] * b[1]), inner, inner),
        inner.map(lambda a: (forms.exp(a[0]), mp.exp(a[1])) if abs(a[1]) < 9 else a),
        inner.map(lambda a: (forms.log(a[0]), mp.log(a[1])) if a[1] > 0.01 else a),
        inner.map(lambda a: (root(a[0], 3), mp.cbrt(a[1])) if a[1] > 0.01 else a),
        inner.map(lambda a: (forms.power(a[0], -2), a[1] ** -2) if abs(a[1]) > 0.01 else a),
        inner.map(lambda a: (forms.function(TANH, a[0]), mp.tanh(a[1]))),
    )


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(st.data())
def test_the_ball_holds_the_number(data: st.DataObject) -> None:
    with mp.workdps(50), precision(300):
        found, true = data.draw(st.recursive(NUMBERS, grown, max_leaves=6))
        close = abs(ball(forms.ball(found)) - ball(str(true)))
        assert close < ball("1e-40") * (1 + abs(ball(str(true))))
