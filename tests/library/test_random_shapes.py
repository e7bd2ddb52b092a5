"""Every function of the library on random shapes: against numpy, differences, and PyTorch.

A line of CASES is the names that it is for, a call, the same in plain numpy, and what draws the
arguments. {n} is each of the names in turn. A name that has no line fails the first test.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special

import hodiff
from hodiff import functional, library

SAMPLES = 3
H = 1e-3  # of the differences; their error is about H^4/30 times the fifth derivative
Values = dict[str, Any]

# Drawing arguments.


def between(rng: Any, shape: tuple[int, ...], low: float = -2, high: float = 2) -> Any:
    """Distinct numbers, further from each other and from the middle than differences step."""
    n = math.prod(shape)
    m = max(n + n % 2, 2)
    step = (high - low) / m
    grid = low + step * (np.arange(m) + 0.5 + rng.uniform(-0.2, 0.2, m))
    return rng.permutation(grid)[:n].reshape(shape)


def size(rng: Any, low: int = 0, high: int = 4, empty: bool = True) -> tuple[int, ...]:
    """A random shape of low to high axes, sometimes with an empty one."""
    shape = [int(n) for n in rng.integers(1, 5 if high < 4 else 4, rng.integers(low, high + 1))]
    if empty and shape and rng.random() < 0.1:
        shape[rng.integers(len(shape))] = 0
    return tuple(shape)


def axis_of(rng: Any, rank: int) -> int:
    return int(rng.integers(-rank, rank)) if rank else 0


def fitting(rng: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts with another."""
    ones = tuple(1 if rng.random() < 0.3 else n for n in shape)
    return ones[rng.integers(len(shape) + 1) :]


def one(low: float, high: float) -> Callable[[Any], Values]:
    return lambda rng: {"x": between(rng, size(rng), low, high)}


def two(low: float = -2, high: float = 2) -> Callable[[Any], Values]:
    def draw(rng: Any) -> Values:
        shape = size(rng)
        pair = [between(rng, shape, low, high), between(rng, fitting(rng, shape), low, high)]
        if rng.random() < 0.5:
            pair.reverse()
        return {"x": pair[0], "y": pair[1] + 0.003}  # never a tie

    return draw


def fractions(rng: Any) -> Values:
    """Away from whole numbers and from halves."""
    shape = size(rng)
    part = rng.uniform(0.1, 0.4, shape) + 0.5 * rng.integers(0, 2, shape)
    return {"x": rng.integers(-3, 3, shape) + part}


def quotients(rng: Any) -> Values:
    """x/y away from whole numbers."""
    return {"x": fractions(rng)["x"] * 0.7, "y": np.full((), 0.7)}


def truths(rng: Any) -> Values:
    values = two()(rng)
    return {k: np.where(rng.random(v.shape) < 0.4, 0.0, v) for k, v in values.items()}


def some_axes(rng: Any, low: int = 0, empty: bool = True, tuples: bool = True) -> Values:
    x = between(rng, size(rng, low, empty=empty))
    rank = x.ndim
    d: Any = axis_of(rng, rank) if rank else ()
    if tuples and rank and rng.random() < 0.5:
        axes = rng.permutation(rank)[: rng.integers(1, rank + 1)]
        d = tuple(int(i - rank * rng.integers(0, 2)) for i in axes)
    return {"x": x, "d": d, "k": bool(rng.integers(2))}


def full_axes(rng: Any) -> Values:
    return some_axes(rng, empty=False)


def axis(rng: Any) -> Values:
    return some_axes(rng, low=1, tuples=False)


def full_axis(rng: Any) -> Values:
    return some_axes(rng, low=1, empty=False, tuples=False)


def long_axis(rng: Any) -> Values:
    """An axis of two or more: what a spread needs."""
    values = full_axis(rng)
    d, shape = values["d"], list(values["x"].shape)
    shape[d] += 1
    n, correction = int(rng.integers(0, 3)), int(rng.integers(0, 2))
    return {**values, "x": between(rng, tuple(shape)), "n": n, "c": correction}


def slopes_beside_zero(rng: Any) -> Values:
    values = full_axes(rng)
    return {**values, "p": float(rng.choice([1, 2, 2.5, 3, np.inf, -np.inf]))}


def matrices(rng: Any, square: bool = False, shift: float = 0) -> Values:
    batch = size(rng, 0, 2, empty=False)
    m = int(rng.integers(1, 5))
    n = m if square else int(rng.integers(1, 5))
    x = between(rng, (*batch, m, n)) + (shift * np.eye(m) if shift else 0)
    k = int(rng.integers(-2, 3))
    return {"x": x, "k": k, "y": between(rng, (*batch, m)), "z": between(rng, (m, 2))}


def regular(rng: Any) -> Values:
    return matrices(rng, square=True, shift=4)


def positive_definite(rng: Any) -> Values:
    x = matrices(rng, square=True)["x"]
    return {"x": x @ np.swapaxes(x, -1, -2) + np.eye(x.shape[-1])}


def definite_system(rng: Any) -> Values:
    x = positive_definite(rng)["x"]
    return {"x": x, "z": between(rng, (x.shape[-1], 2))}


def orthogonal(rng: Any, shape: tuple[int, ...]) -> Any:
    return np.linalg.qr(rng.normal(size=shape))[0]


def spread(rng: Any, batch: tuple[int, ...] | None = None) -> Values:
    """Matrices whose singular values are well apart, and from 0."""
    batch = size(rng, 0, 2, empty=False) if batch is None else batch
    m, n = (int(i) for i in rng.integers(1, 5, 2))
    k = min(m, n)
    values = np.arange(1, k + 1) + rng.uniform(0, 0.3, (*batch, k))
    u, v = orthogonal(rng, (*batch, m, m)), orthogonal(rng, (*batch, n, n))
    x = (u[..., :k] * values[..., None, :]) @ np.swapaxes(v[..., :k], -1, -2)
    return {"x": x, "y": between(rng, (*batch, m))}


def symmetric(rng: Any) -> Values:
    """Symmetric matrices whose eigenvalues are well apart."""
    batch, n = size(rng, 0, 2, empty=False), int(rng.integers(1, 5))
    values = np.arange(n) - 1.5 + rng.uniform(0, 0.3, (*batch, n))
    u = orthogonal(rng, (*batch, n, n))
    return {"x": (u * values[..., None, :]) @ np.swapaxes(u, -1, -2)}


def line(rng: Any) -> Values:
    n = int(rng.integers(3, 7))
    return {"x": between(rng, (n,)), "w": np.cumsum(rng.uniform(0.5, 1.5, n)).tolist()}


def apart(rng: Any) -> Values:
    """Two arrays whose entries differ, but by no 1.234 nearly, and are no 0 or 1."""
    shape = size(rng, 1, 2)
    x = between(rng, shape)
    far = rng.choice([-2.0, -0.5, 0.5, 2.0], shape) + rng.uniform(-0.3, 0.3, shape)
    return {"x": np.where(np.abs(x - 1) < 0.05, 1.1, x), "y": x + far,
            "r": str(rng.choice(["mean", "sum", "none"]))}  # fmt: skip


def one_matrix(rng: Any) -> Values:
    m, n = (int(i) for i in rng.integers(1, 5, 2))
    return {"x": between(rng, (m, n)), "k": int(rng.integers(1 - m, n))}


def vector(rng: Any) -> Values:
    n = int(rng.integers(1, 7))
    return {
        "x": between(rng, (n,)), "y": between(rng, (n,)), "k": int(rng.integers(-2, 3)),
        "z": between(rng, (int(rng.integers(1, 4)),)),
    }  # fmt: skip


def products(rng: Any) -> Values:
    """Two operands of matmul: vectors, matrices, batches that broadcast."""
    m, k, n = (int(i) for i in rng.integers(0 if rng.random() < 0.1 else 1, 4, 3))
    batch = size(rng, 0, 2, empty=False)
    other = fitting(rng, batch)
    kind = int(rng.integers(4))
    left = (k,) if kind in (0, 1) else (*batch, m, k)
    right = (k,) if kind in (0, 2) else (*other, k, n)
    return {"x": between(rng, left), "y": between(rng, right)}


def chain(rng: Any) -> Values:
    m, k, n = (int(i) for i in rng.integers(1, 4, 3))
    b = int(rng.integers(1, 3))
    return {
        "x": between(rng, (m, k)), "y": between(rng, (k, n)), "z": between(rng, (n, m)),
        "u": between(rng, (b, m, k)), "v": between(rng, (b, k, n)), "w": between(rng, (k,)),
    }  # fmt: skip


def einsums(rng: Any) -> Values:
    letters = "abcd"
    lengths = dict(zip(letters, (int(i) for i in rng.integers(1, 4, 4)), strict=True))
    operands = ["".join(rng.choice(list(letters), rng.integers(1, 4))) for _ in range(3)]
    used = sorted(set("".join(operands)))
    result = "".join(rng.permutation(used)[: rng.integers(0, len(used) + 1)])
    arrays = [between(rng, tuple(lengths[c] for c in term)) for term in operands]
    return {"s": ",".join(operands) + "->" + result, **dict(zip("xyz", arrays, strict=True))}


def contractions(rng: Any) -> Values:
    values = einsums(rng)
    m, n, k = (int(i) for i in rng.integers(1, 4, 3))
    x, y = between(rng, (m, n, k)), between(rng, (n, m, 2))
    return {**values, "x": x, "y": y, "a": ([0, 1], [1, 0])}


def crosses(rng: Any) -> Values:
    shape = [*size(rng, 0, 2, empty=False), 3]
    return {"x": between(rng, tuple(shape)), "y": between(rng, tuple(shape))}


def joined(rng: Any) -> Values:
    """Arrays that differ in length along one axis only."""
    shape = size(rng, 2, 3)
    d = axis_of(rng, len(shape))
    wide = list(shape)
    wide[d] += 1
    return {"x": between(rng, shape), "y": between(rng, tuple(wide)), "d": d}


def stacked(rng: Any) -> Values:
    shape = size(rng)
    d = int(rng.integers(-len(shape) - 1, len(shape) + 1))
    return {"x": between(rng, shape), "y": between(rng, shape), "d": d}


def rows(rng: Any) -> Values:
    m, n = (int(i) for i in rng.integers(1, 4, 2))
    return {
        "x": between(rng, (m, n)), "y": between(rng, (m, 2)), "z": between(rng, (m,)),
        "w": between(rng, (2, n)), "v": between(rng, (n,)),
    }  # fmt: skip


def cuts(rng: Any) -> Values:
    values = full_axis(rng)
    n = values["x"].shape[values["d"]]
    size_ = int(rng.integers(1, n + 1))
    edges = sorted(int(i) for i in rng.integers(0, n + 1, 2))
    i = int(rng.integers(-n, n))
    start = int(rng.integers(0, n))
    lengths = [edges[0], edges[1] - edges[0], n - edges[1]]
    return {**values, "n": size_, "e": edges, "i": i, "s": start, "l": n - start, "m": lengths}


def picks(rng: Any) -> Values:
    values = full_axis(rng)
    x, d = values["x"], values["d"]
    n = x.shape[d]
    index = rng.integers(0, n, [3 if i == d % x.ndim else m for i, m in enumerate(x.shape)])
    return {
        **values, "j": index, "i": rng.integers(0, n, 4), "f": rng.integers(0, x.size, (2, 2)),
        "b": x > rng.uniform(-1, 1), "n": int(rng.integers(1, n + 1)),
    }  # fmt: skip


def orders(rng: Any) -> Values:
    x = between(rng, size(rng, 1))
    rank = x.ndim
    p = tuple(int(i) for i in rng.permutation(rank))
    i, j = axis_of(rng, rank), axis_of(rng, rank)
    count = int(rng.integers(1, rank + 1))
    flips = tuple(int(a) for a in rng.permutation(rank)[:count])
    shifts = tuple(int(a) for a in rng.integers(-5, 6, count))
    return {"x": x, "p": p, "i": i, "j": j, "f": flips, "s": shifts}


def reshaped(rng: Any) -> Values:
    """An array, and another shape that holds as many."""
    x = between(rng, size(rng, 1, empty=False))
    split = int(rng.integers(0, x.ndim + 1))
    s = (math.prod(x.shape[:split]), math.prod(x.shape[split:]))
    i = axis_of(rng, x.ndim + 1)
    first = int(rng.integers(x.ndim))
    last = int(rng.integers(first, x.ndim))
    flat = (*x.shape[:first], -1, *x.shape[last + 1 :])
    return {"x": x, "s": s, "i": i, "a": first, "b": last, "f": flat}


def ones_inside(rng: Any) -> Values:
    shape = tuple(1 if rng.random() < 0.5 else n for n in size(rng, 1))
    axes = [i for i, n in enumerate(shape) if n == 1]
    wide = (2, *(3 if n == 1 else n for n in shape))
    return {"x": between(rng, shape), "i": axes[0] if axes else None, "s": wide,
            "o": between(rng, wide)}  # fmt: skip


def repeats(rng: Any) -> Values:
    x = between(rng, size(rng, 1, 3))
    r = tuple(int(i) for i in rng.integers(1, 4, x.ndim + int(rng.integers(0, 2))))
    return {"x": x, "r": r, "n": int(rng.integers(0, 4)), "d": axis_of(rng, x.ndim)}


def diagonals(rng: Any) -> Values:
    x = between(rng, size(rng, 2, 4, empty=False))
    i, j = (int(a) for a in rng.permutation(x.ndim)[:2])
    return {"x": x, "i": i, "j": j, "k": int(rng.integers(-1, 2))}


def indices(rng: Any) -> Values:
    """A basic index, with steps below 0 where numpy has them; an advanced one; a mask."""
    x = between(rng, tuple(int(n) for n in rng.integers(2, 5, 3)))
    basic: list[Any] = []
    for n in x.shape:
        start, stop = (int(a) for a in rng.integers(-n, n + 1, 2))
        basic.append(
            [int(rng.integers(-n, n)), slice(start, stop, int(rng.integers(1, 3))), slice(None)][
                rng.integers(3)
            ]
        )
    if rng.random() < 0.4:
        basic.insert(int(rng.integers(4)), None)
    if rng.random() < 0.4:
        basic = [..., *basic[-1:]]
    shape = size(rng, 1, 2)
    rows_, columns = (rng.integers(-n, n, shape) for n in x.shape[:2])
    last = rng.integers(-x.shape[2], x.shape[2], shape)
    return {
        "x": x, "i": tuple(basic), "r": rows_, "c": columns, "l": last,
        "b": x > 0.3, "m": x[:, :, 0] > 0, "back": slice(None, None, -int(rng.integers(1, 3))),
    }  # fmt: skip


def losses(rng: Any) -> Values:
    m, n = (int(i) for i in rng.integers(1, 4, 2))
    return {
        "x": between(rng, (m, n)), "y": between(rng, (m, n)), "z": between(rng, (4, n)),
        "b": between(rng, (4,)), "t": rng.integers(0, n, m),
        "r": str(rng.choice(["mean", "sum", "none"])),
    }  # fmt: skip


def made(rng: Any) -> Values:
    m, n = (int(i) for i in rng.integers(1, 5, 2))
    return {"x": between(rng, (m, n)), "m": m, "n": n, "y": rng.normal(size=(m, n))}


def average(losses: Any, reduction: str) -> Any:
    return losses if reduction == "none" else getattr(np, reduction)(losses)


def log_softmax(x: Any) -> Any:
    return x - scipy.special.logsumexp(x, axis=-1, keepdims=True)


def gathered(x: Any, index: Any, axis: int) -> Any:
    """torch.gather of an index that is shorter along the other axes too."""
    return np.take_along_axis(x, index, axis)


def tops(x: Any, n: int, axis: int) -> Any:
    return np.take(-np.sort(-x, axis=axis), np.arange(n), axis=axis)


plain, above, unit, far = one(-2, 2), one(0.4, 2.5), one(-0.9, 0.9), one(1.3, 3)

# names ; the call ; plain numpy ; arguments.  S is scipy.special, F torch.nn.functional.

CASES = (
    """
sin cos tanh sinh cosh atan arctan asinh arcsinh exp exp2 expm1 ; torch.{n}(x) ; np.{u}(x) ; plain
square negative positive abs absolute fabs sign degrees radians rad2deg deg2rad cbrt ; \
torch.{n}(x) ; np.{u}(x) ; plain
neg ; torch.neg(x) ; np.negative(x) ; plain
sgn signum ; torch.{n}(x) ; np.sign(x) ; plain
asec arcsec ; torch.{n}(x) ; np.arccos(1/x) ; far
acsc arccsc ; torch.{n}(x) ; np.arcsin(1/x) ; far
acoth arccoth ; torch.{n}(x) ; np.arctanh(1/x) ; far
acot arccot ; torch.{n}(x) ; np.arctan(1/x) ; above_small
acsch arccsch ; torch.{n}(x) ; np.arcsinh(1/x) ; above_small
asech arcsech ; torch.{n}(x) ; np.arccosh(1/x) ; inside
sind ; torch.{n}(x) ; np.sin(np.radians(x)) ; plain
cosd ; torch.{n}(x) ; np.cos(np.radians(x)) ; plain
tand ; torch.{n}(x) ; np.tan(np.radians(x)) ; plain
factorial ; torch.{n}(x) ; S.gamma(x + 1) ; above
binom comb nchoosek ; torch.{n}(x, y) ; S.binom(x, y) ; two_above
tan ; torch.tan(x) ; np.tan(x) ; unit
asin acos arcsin arccos atanh arctanh ; torch.{n}(x) ; np.{u}(x) ; unit
acosh arccosh ; torch.{n}(x) ; np.{u}(x) ; far
log log2 log10 log1p sqrt reciprocal ; torch.{n}(x) ; np.{u}(x) ; above
ln ; torch.{n}(x) ; np.log(x) ; above
rsqrt ; torch.rsqrt(x) ; 1/np.sqrt(x) ; above
sec sech ; torch.{n}(x) ; 1/np.{c}(x) ; unit
csc csch cot coth ; torch.{n}(x) ; 1/np.{c}(x) ; above_small
erf erfc erfi erfcx ; torch.{n}(x) ; S.{n}(x) ; plain
dawson dawsn ; torch.{n}(x) ; S.dawsn(x) ; plain
erfinv ; torch.erfinv(x) ; S.erfinv(x) ; unit
erfcinv ; torch.erfcinv(x) ; S.erfcinv(x) ; inside
normpdf npdf ; torch.{n}(x) ; np.exp(-x*x/2)/np.sqrt(2*np.pi) ; plain
normcdf ncdf ndtr ; torch.{n}(x) ; S.ndtr(x) ; plain
norminv ndtri probit ; torch.{n}(x) ; S.ndtri(x) ; inside
lambertw productlog ; torch.{n}(x) ; S.lambertw(x).real ; above
ei expi ; torch.{n}(x) ; S.expi(x) ; above
e1 exp1 ; torch.{n}(x) ; S.exp1(x) ; above
expint expn ; torch.{n}(2.0, x) ; S.expn(2, x) ; above
gammainc gammaincc ; torch.{n}(torch.tensor(2.0), x) ; S.{n}(2, x) ; above
lowergamma ; torch.lowergamma(2.0, x) ; S.gammainc(2, x) ; above
uppergamma ; torch.uppergamma(3.0, x) ; 2*S.gammaincc(3, x) ; above
betainc ; torch.betainc(2.0, 3.0, x) ; S.betainc(2, 3, x) ; inside
zeta ; torch.zeta(x) ; S.zeta(x) ; far
zeta ; torch.zeta(x, 2.0) ; S.zeta(x, 2.0) ; far
trigamma ; torch.trigamma(x) ; S.polygamma(1, x) ; above
polylog ; torch.polylog(2.0, x) ; S.spence(1 - x) ; inside
dilog ; torch.dilog(x) ; S.spence(1 - x) ; unit
li ; torch.li(x) ; S.expi(np.log(x)) ; far
si ci ; torch.{n}(x) ; S.sici(x)["sc".index("{n}"[0])] ; above
shi chi ; torch.{n}(x) ; S.shichi(x)["sc".index("{n}"[0])] ; above
fresnels fresnelc ; torch.{n}(x) ; S.fresnel(x)["sc".index("{n}"[-1])] ; plain
expit sigmoid logistic ; torch.{n}(x) ; S.expit(x) ; plain
logit ; torch.logit(x) ; S.logit(x) ; inside
logsigmoid ; F.logsigmoid(x) ; -np.log1p(np.exp(-x)) ; plain
lgamma gammaln ; torch.{n}(x) ; S.gammaln(x) ; above
digamma psi ; torch.{n}(x) ; S.psi(x) ; above
gamma ; torch.gamma(x) ; S.gamma(x) ; above
beta ; torch.beta(x, y) ; S.beta(x, y) ; two_above
polygamma ; torch.polygamma(2, x) ; S.polygamma(2, x) ; above
sinc ; torch.sinc(x) ; np.sinc(x) ; plain
besselj jv jn ; torch.{n}(2, x) ; S.jv(2, x) ; plain
bessely yv yn ; torch.{n}(2, x) ; S.yv(2, x) ; above
besseli iv ; torch.{n}(2, x) ; S.iv(2, x) ; plain
besselk kv kn ; torch.{n}(2, x) ; S.kv(2, x) ; above
besselie ive ; torch.{n}(2, x) ; S.ive(2, x) ; above
besselke kve ; torch.{n}(2, x) ; S.kve(2, x) ; above
struveh struve ; torch.{n}(2, x) ; S.struve(2, x) ; above
struvel modstruve ; torch.{n}(2, x) ; S.modstruve(2, x) ; above
sphericaljn spherical_jn ; torch.{n}(2, x) ; S.spherical_jn(2, x) ; above
sphericalyn spherical_yn ; torch.{n}(2, x) ; S.spherical_yn(2, x) ; above
legendrep legendre ; torch.{n}(3, x) ; S.eval_legendre(3, x) ; plain
chebyshevt chebyt ; torch.{n}(3, x) ; S.eval_chebyt(3, x) ; plain
chebyshevu chebyu ; torch.{n}(3, x) ; S.eval_chebyu(3, x) ; plain
hermite ; torch.hermite(3, x) ; S.eval_hermite(3, x) ; plain
laguerre ; torch.laguerre(3, x) ; S.eval_laguerre(3, x) ; plain
genlaguerre ; torch.genlaguerre(3, 0.5, x) ; S.eval_genlaguerre(3, 0.5, x) ; plain
gegenbauer ; torch.gegenbauer(3, 0.5, x) ; S.eval_gegenbauer(3, 0.5, x) ; plain
jacobi ; torch.jacobi(3, 0.5, 1.5, x) ; S.eval_jacobi(3, 0.5, 1.5, x) ; plain
hyp0f1 ; torch.hyp0f1(1.5, x) ; S.hyp0f1(1.5, x) ; plain
hyp1f1 ; torch.hyp1f1(0.5, 1.5, x) ; S.hyp1f1(0.5, 1.5, x) ; plain
hyp2f1 ; torch.hyp2f1(0.5, 1.5, 2.5, x) ; S.hyp2f1(0.5, 1.5, 2.5, x) ; unit
hypu hyperu ; torch.{n}(0.5, 1.5, x) ; S.hyperu(0.5, 1.5, x) ; above
ellipk ellipe ; torch.{n}(x) ; S.{n}(x) ; unit
elliprf elliprd ; torch.{n}(x, 0.75, 2) ; S.{n}(x, 0.75, 2) ; above
elliprj ; torch.elliprj(x, 0.75, 2, 3) ; S.elliprj(x, 0.75, 2, 3) ; above
ellipf ellipkinc ; torch.{n}(x, 0.25) ; S.ellipkinc(x, 0.25) ; plain
ellipeinc ; torch.ellipeinc(x, 0.25) ; S.ellipeinc(x, 0.25) ; plain
airyai ; torch.airyai(x) ; S.airy(x)[0] ; plain
airyaiprime ; torch.airyaiprime(x) ; S.airy(x)[1] ; plain
airybi ; torch.airybi(x) ; S.airy(x)[2] ; plain
airybiprime ; torch.airybiprime(x) ; S.airy(x)[3] ; plain
relu ; torch.relu(x) ; np.maximum(x, 0.0) ; plain
silu ; F.silu(x) ; x*S.expit(x) ; plain
gelu ; F.gelu(x) ; x*S.ndtr(x) ; plain
elu ; F.elu(x, alpha=1.5) ; np.where(x > 0, x, 1.5*np.expm1(x)) ; plain
leaky_relu ; F.leaky_relu(x, 0.2) ; np.where(x > 0, x, 0.2*x) ; plain
softplus ; F.softplus(x, beta=2) ; np.logaddexp(2*x, 0.0)/2 ; plain
floor ceil trunc fix ; torch.{n}(x) ; np.{n}(x) ; fractions
round ; torch.round(x) ; np.round(x) ; fractions
round ; torch.round(x) ; np.rint(x) ; fractions
around ; torch.around(x) ; np.around(x) ; fractions
frac ; torch.frac(x) ; x - np.trunc(x) ; fractions
isnan isinf isfinite ; torch.{n}(x) ; np.{n}(x) ; plain
logaddexp2 fmax fmin ; torch.{n}(x, y) ; np.{n}(x, y) ; two
xlogy ; torch.xlogy(x, y) ; S.xlogy(x, y) ; two_above
nan_to_num ; torch.nan_to_num(torch.log(x), 1.5)*x ; np.nan_to_num(np.log(x), nan=1.5)*x ; plain
nan_to_num ; torch.nan_to_num(x.detach()/0.0, posinf=2.0, neginf=-1.0)*x ; \
np.where(x > 0, 2.0, -1.0)*x ; plain
add subtract multiply maximum minimum logaddexp hypot ; torch.{n}(x, y) ; np.{n}(x, y) ; two
sub ; torch.sub(x, y, alpha=3) ; np.subtract(x, 3*y) ; two
mul ; torch.mul(x, y) ; np.multiply(x, y) ; two
atan2 arctan2 ; torch.{n}(x, y) ; np.arctan2(x, y) ; two
div divide true_divide ; torch.{n}(x, y) ; np.true_divide(x, y) ; two
mod remainder ; torch.{n}(x, y) ; np.mod(x, y) ; quotients
floor_divide ; torch.floor_divide(x.detach(), y.detach())*x ; np.floor_divide(x, y)*x ; quotients
pow power float_power ; torch.{n}(x, y) ; np.power(x, y) ; two_above
lt less le less_equal gt greater ge greater_equal eq ne not_equal ; torch.{n}(x, y) ; \
np.{o}(x, y) ; two
eq ; torch.eq(x, y) ; np.equal(x, y) ; two
logical_and logical_or logical_xor ; torch.{n}(x, y) ; np.{n}(x, y) ; truths
bitwise_and bitwise_or ; torch.{n}(x > 0, y > 0) ; np.{n}(x > 0, y > 0) ; two
bitwise_not ; torch.bitwise_not(x > 0) ; np.bitwise_not(x > 0) ; plain
invert ; ~(x > 0) ; np.invert(x > 0) ; plain
logical_not ; torch.logical_not(x) ; np.logical_not(x) ; truths
logical_nor ; torch.logical_nor(x, y) ; np.logical_not(np.logical_or(x, y)) ; truths
heaviside ; torch.heaviside(x.detach(), torch.full_like(x, 0.5))*x ; np.heaviside(x, 0.5)*x ; plain
lerp ; torch.lerp(x, y, 0.3) ; x + 0.3*(y - x) ; two
clamp clip ; torch.{n}(x, -0.5, 0.51) ; np.clip(x, -0.5, 0.51) ; plain
where ; torch.where(x > y, x*y, y) ; np.where(x > y, x*y, y) ; two
masked_fill ; torch.masked_fill(x, torch.tensor(b), 2.0)*x ; np.where(b, 2.0, x)*x ; picks
clone ; torch.clone(x) ; np.copy(x) ; plain
contiguous ; x.{n}()*x ; x*x ; plain
copy ; torch.copy(x) ; np.copy(x) ; plain
detach ; torch.detach(x)*x ; x0*x ; plain
sum ; torch.sum(x, dim=d, keepdim=k) ; np.sum(x, axis=d, keepdims=k) ; some_axes
sum ; torch.sum(x) ; np.sum(x) ; some_axes
mean ; torch.mean(x, dim=d, keepdim=k) ; np.mean(x, axis=d, keepdims=k) ; full_axes
mean ; torch.mean(x) ; np.mean(x) ; full_axes
prod ; torch.prod(x, dim=d, keepdim=k) ; np.prod(x, axis=d, keepdims=k) ; axis
prod ; torch.prod(x) ; np.prod(x) ; some_axes
amax amin ; torch.{n}(x, dim=d, keepdim=k) ; np.{n}(x, axis=d, keepdims=k) ; full_axes
max min ; torch.{n}(x) ; np.{n}(x) ; full_axes
max min ; torch.{n}(x, dim=d, keepdim=k).values ; np.{n}(x, axis=d, keepdims=k) ; full_axis
max min ; torch.{n}(x, y) ; np.{n}imum(x, y) ; two
argmax argmin ; torch.{n}(x, dim=d, keepdim=k) ; np.{n}(x, axis=d, keepdims=k) ; full_axis
argmax argmin ; torch.{n}(x) ; np.{n}(x) ; full_axis
any all ; torch.{n}(x > 0, dim=d, keepdim=k) ; np.{n}(x > 0, axis=d, keepdims=k) ; axis
count_nonzero ; torch.count_nonzero(x > 0, dim=d) ; np.count_nonzero(x > 0, axis=d) ; axis
logsumexp ; torch.logsumexp(x, dim=d, keepdim=k) ; S.logsumexp(x, axis=d, keepdims=k) ; full_axes
logsumexp ; torch.special.logsumexp(x, d, k) ; S.logsumexp(x, axis=d, keepdims=k) ; full_axes
softmax log_softmax ; torch.{n}(x, dim=d) ; S.{n}(x, axis=d) ; full_axis
var std ; torch.{n}(x, dim=d, correction=c, keepdim=k) ; \
np.{n}(x, axis=d, ddof=c, keepdims=k) ; long_axis
norm ; torch.norm(x, p=2, dim=d, keepdim=k) ; np.sqrt(np.sum(x**2, axis=d, keepdims=k)) ; full_axes
vector_norm ; torch.linalg.vector_norm(x, p, dim=d, keepdim=k) ; vector_norm(x, p, d, k) ; \
slopes_beside_zero
linalg.norm ; torch.linalg.norm(x, dim=d, keepdim=k) ; np.linalg.norm(x, axis=d, keepdims=k) ; \
full_axis
matrix_norm ; torch.linalg.matrix_norm(x, 1) ; np.linalg.norm(x, 1, axis=(-2, -1)) ; matrices
matrix_norm ; torch.linalg.matrix_norm(x, 2) ; np.linalg.norm(x, 2, axis=(-2, -1)) ; spread
matrix_norm ; torch.linalg.matrix_norm(x, -2) ; np.linalg.norm(x, -2, axis=(-2, -1)) ; spread
matrix_norm ; torch.linalg.matrix_norm(x, 'nuc') ; np.linalg.norm(x, 'nuc', axis=(-2, -1)) ; spread
matrix_norm ; torch.linalg.matrix_norm(x[None], 'nuc', (2, 1), keepdim=True) ; \
np.linalg.norm(x[None], 'nuc', (2, 1), keepdims=True) ; spread_matrix
matrix_norm ; torch.linalg.matrix_norm(x) ; np.linalg.norm(x, axis=(-2, -1)) ; matrices
cumsum cumprod ; torch.{n}(x, dim=d) ; np.{n}(x, axis=d) ; axis
diff ; torch.diff(x, n=n, dim=d)**2 ; np.diff(x, n=n, axis=d)**2 ; long_axis
sort ; torch.sort(x, dim=d).values**3 ; np.sort(x, axis=d)**3 ; axis
sort ; torch.sort(x, dim=d, descending=True)[0]**3 ; (-np.sort(-x, axis=d))**3 ; full_axis
argsort ; torch.argsort(x, dim=d) ; np.argsort(x, axis=d) ; axis
topk ; torch.topk(x, n, dim=d).values**2 ; tops(x, n, d)**2 ; cuts
gather ; torch.gather(x, d, torch.tensor(j))**2 ; gathered(x, j, d)**2 ; picks
take_along_dim take_along_axis ; torch.{n}(x, torch.tensor(j), d)**2 ; \
np.take_along_axis(x, j, d)**2 ; picks
index_select ; torch.index_select(x, d, torch.tensor(i))**2 ; np.take(x, i, axis=d)**2 ; picks
take ; torch.take(x, torch.tensor(f))**2 ; np.take(x, f)**2 ; picks
masked_select ; torch.masked_select(x, torch.tensor(b))**2 ; x[b]**2 ; picks
select ; torch.select(x, d, i)**2 ; np.take(x, i, axis=d)**2 ; cuts
narrow ; torch.narrow(x, d, s, l)**2 ; np.take(x, np.arange(s, s + l), axis=d)**2 ; cuts
split ; torch.split(x, m, dim=d) ; np.split(x, e, axis=d) ; cuts
split ; torch.split(x, n, dim=d) ; np.split(x, range(n, x.shape[d], n), axis=d) ; cuts
chunk ; torch.chunk(x, n, dim=d) ; chunks(x, n, d) ; cuts
unbind ; torch.unbind(x, dim=d) ; list(np.moveaxis(x, d, 0)) ; cuts
reshape ; torch.reshape(x, s)**2 ; np.reshape(x, s)**2 ; reshaped
view ; x.view(*s)**2 ; np.reshape(x, s)**2 ; reshaped
flatten ; torch.flatten(x, start_dim=a, end_dim=b)**2 ; x.reshape(f)**2 ; reshaped
ravel ; torch.ravel(x)**2 ; np.ravel(x)**2 ; reshaped
unsqueeze ; torch.unsqueeze(x, i)*x ; np.expand_dims(x, i)*x ; reshaped
expand_dims ; torch.expand_dims(x, i)**2 ; np.expand_dims(x, i)**2 ; reshaped
squeeze ; torch.squeeze(x)**2 ; np.squeeze(x)**2 ; ones_inside
squeeze ; torch.squeeze(x, i or 0)**2 ; np.squeeze(x, i)**2 ; ones_at_0
broadcast_to ; torch.broadcast_to(x, s)*2 ; np.broadcast_to(x, s)*2 ; ones_inside
expand ; x.expand(*s)**2 ; np.broadcast_to(x, s)**2 ; ones_inside
expand_as ; x.expand_as(o)*o ; np.broadcast_to(x, s)*o ; ones_inside
reshape_as ; x.reshape_as(x.T)**2 ; x.reshape(x.shape[::-1])**2 ; matrix_only
view_as ; x.view_as(x.clone().T)**2 ; x.reshape(x.shape[::-1])**2 ; matrix_only
permute ; torch.permute(x, p)**2 ; np.transpose(x, p)**2 ; orders
transpose swapaxes swapdims ; torch.{n}(x, i, j)**2 ; np.swapaxes(x, i, j)**2 ; orders
moveaxis movedim ; torch.{n}(x, i, j)**2 ; np.moveaxis(x, i, j)**2 ; orders
t ; torch.t(x)**2 ; np.transpose(x)**2 ; matrix_only
flip ; torch.flip(x, f)**3*x ; np.flip(x, f)**3*x ; orders
roll ; torch.roll(x, s, f)*x ; np.roll(x, s, f)*x ; orders
roll ; torch.roll(x, 2)*x ; np.roll(x, 2)*x ; orders
flipud fliplr ; torch.{n}(x)*x ; np.{n}(x)*x ; matrix_only
cat concatenate concat ; torch.{n}([x, y, x], dim=d)**2 ; np.concatenate([x, y, x], axis=d)**2 ; \
joined
stack ; torch.stack([x, y, x], dim=d)**2 ; np.stack([x, y, x], axis=d)**2 ; stacked
hstack ; torch.hstack([x, y])**2 ; np.hstack([x, y])**2 ; rows
hstack ; torch.hstack([z, v])**2 ; np.hstack([z, v])**2 ; rows
vstack row_stack ; torch.{n}([x, v, w])**2 ; np.vstack([x, v, w])**2 ; rows
column_stack ; torch.column_stack([x, z, y])**2 ; np.column_stack([x, z, y])**2 ; rows
tile ; torch.tile(x, r)**2 ; np.tile(x, r)**2 ; repeats
repeat ; x.repeat(*r)**2 ; np.tile(x, r)**2 ; repeats
repeat_interleave ; torch.repeat_interleave(x, n, dim=d)**2 ; np.repeat(x, n, axis=d)**2 ; repeats
repeat_interleave ; torch.repeat_interleave(x, n)**2 ; np.repeat(x, n)**2 ; repeats
meshgrid ; torch.meshgrid(x, z, indexing='xy') ; np.meshgrid(x, z) ; vector
matmul ; torch.matmul(x, y) ; np.matmul(x, y) ; products
mm ; torch.mm(x, y)**2 ; np.matmul(x, y)**2 ; chain
bmm ; torch.bmm(u, v)**2 ; np.matmul(u, v)**2 ; chain
mv ; torch.mv(x, w)**2 ; np.dot(x, w)**2 ; chain
multi_dot ; torch.linalg.multi_dot([x, y, z]) ; np.linalg.multi_dot([x, y, z]) ; chain
linear ; F.linear(x, z, b) ; x @ z.T + b ; losses
dot vdot inner ; torch.{n}(x, y)**2 ; np.{n}(x, y)**2 ; vector
outer ger ; torch.{n}(x, z)**2 ; np.outer(x, z)**2 ; vector
tensordot ; torch.tensordot(x, y, dims=a) ; np.tensordot(x, y, axes=a) ; contractions
einsum ; torch.einsum(s, x, y, z) ; np.einsum(s, x, y, z) ; einsums
kron ; torch.kron(x, y) ; np.kron(x, y) ; two
cross ; torch.cross(x, y, dim=-1) ; np.cross(x, y) ; crosses
tril triu ; torch.{n}(x, k)**2 ; np.{n}(x, k)**2 ; matrices
diag ; torch.diag(x, k)**2 ; np.diag(x, k)**2 ; one_matrix
diag ; torch.diag(x, k)**2 ; np.diag(x, k)**2 ; vector
diagonal ; torch.diagonal(x, k, i, j)**2 ; np.diagonal(x, k, i, j)**2 ; diagonals
diag_embed ; torch.diag_embed(x, k)**2 ; np.stack([np.diag(r, k) for r in x])**2 ; matrix_only
trace ; torch.trace(x)**2 ; np.trace(x)**2 ; one_matrix
det ; torch.det(x) ; np.linalg.det(x) ; regular
inv inverse ; torch.linalg.inv(x) ; np.linalg.inv(x) ; regular
logdet ; torch.logdet(x) ; np.linalg.slogdet(x)[1] ; positive_definite
slogdet ; torch.linalg.slogdet(x)[1] ; np.linalg.slogdet(x)[1] ; regular
cholesky ; torch.linalg.cholesky((x + x.mT)/2) ; np.linalg.cholesky((x + x.mT)/2) ; \
positive_definite
solve ; torch.linalg.solve(x, y) ; np.linalg.solve(x, y[..., None])[..., 0] ; regular
solve ; torch.linalg.solve(x, z) ; np.linalg.solve(x, z) ; regular
solve_triangular ; torch.linalg.solve_triangular(x, z, upper=False) ; \
np.linalg.solve(np.tril(x), z) ; regular
solve_triangular ; torch.linalg.solve_triangular(x, z.mT, upper=True, left=False) ; \
np.swapaxes(np.linalg.solve(np.swapaxes(np.triu(x), -1, -2), z), -1, -2) ; regular
solve_triangular ; torch.linalg.solve_triangular(x/9, z, upper=True, unitriangular=True) ; \
np.linalg.solve(np.triu(x/9, 1) + np.eye(len(z)), z) ; regular
cholesky_solve ; torch.cholesky_solve(z, torch.linalg.cholesky((x + x.mT)/2)) ; \
np.linalg.solve((x + x.mT)/2, z) ; definite_system
cholesky_solve ; torch.cholesky_solve(z, torch.linalg.cholesky((x + x.mT)/2).mT, upper=True) ; \
np.linalg.solve((x + x.mT)/2, z) ; definite_system
eigh ; torch.linalg.eigh((x + x.mT)/2)[0] ; np.linalg.eigh((x + x.mT)/2)[0] ; symmetric
eigh ; torch.linalg.eigh((x + x.mT)/2).eigenvectors**2 ; \
np.linalg.eigh((x + x.mT)/2).eigenvectors**2 ; symmetric
eigh ; torch.linalg.eigh((x + x.mT)/2, UPLO='U')[1]**2 ; \
np.linalg.eigh((x + x.mT)/2, UPLO='U')[1]**2 ; symmetric
eigvalsh ; torch.linalg.eigvalsh((x + x.mT)/2) ; np.linalg.eigvalsh((x + x.mT)/2) ; symmetric
svdvals ; torch.linalg.svdvals(x) ; np.linalg.svd(x, compute_uv=False) ; spread
svd ; torch.linalg.svd(x, full_matrices=False).S ; np.linalg.svd(x, full_matrices=False).S ; spread
svd ; torch.linalg.svd(x, full_matrices=False).U**2 ; \
np.linalg.svd(x, full_matrices=False).U**2 ; spread
svd ; torch.linalg.svd(x, full_matrices=False).Vh**2 ; \
np.linalg.svd(x, full_matrices=False).Vh**2 ; spread
svd ; torch.linalg.svd(x).U[..., :1]*torch.linalg.svd(x).Vh[..., :1, :] ; \
np.linalg.svd(x).U[..., :1]*np.linalg.svd(x).Vh[..., :1, :] ; spread
svd ; torch.svd(x).U[..., :1]*torch.svd(x).V.mT[..., :1, :] ; \
np.linalg.svd(x).U[..., :1]*np.linalg.svd(x).Vh[..., :1, :] ; spread
qr ; torch.linalg.qr(x).Q ; np.linalg.qr(x).Q ; spread
qr ; torch.linalg.qr(x)[1] ; np.linalg.qr(x)[1] ; spread
qr ; torch.qr(x).R ; np.linalg.qr(x, 'r') ; spread
qr ; torch.linalg.qr(x, 'complete').Q[..., :1] ; np.linalg.qr(x)[0][..., :1] ; spread
pinv ; torch.linalg.pinv(x) ; np.linalg.pinv(x) ; spread
pinverse ; torch.pinverse(x) ; np.linalg.pinv(x) ; spread_matrix
lstsq ; torch.linalg.lstsq(x, y).solution ; np.linalg.lstsq(x, y, rcond=None)[0] ; spread_matrix
lstsq ; torch.linalg.lstsq(x, y[..., None]).solution ; \
(np.linalg.pinv(x) @ y[..., None]) ; spread
matrix_power ; torch.linalg.matrix_power(x, k)/99 ; np.linalg.matrix_power(x, k)/99 ; regular
normalize ; F.normalize(x, dim=0) ; x/np.linalg.norm(x, axis=0) ; losses
normalize ; F.normalize(x, p=3.0, dim=1) ; x/np.sum(np.abs(x)**3, 1, keepdims=True)**(1/3) ; losses
cosine_similarity ; F.cosine_similarity(x, y, dim=0) ; \
np.sum(x*y, 0)/np.linalg.norm(x, axis=0)/np.linalg.norm(y, axis=0) ; losses
layer_norm ; F.layer_norm(x, (n,), y[0], eps=0.1) ; (x - x.mean(1, keepdims=True))\
/np.sqrt(x.var(1, keepdims=True) + 0.1)*y[0] ; made
layer_norm ; F.layer_norm(x, (m, n), y, y, eps=0.1) ; \
(x - x.mean())/np.sqrt(x.var() + 0.1)*y + y ; made
huber_loss ; F.huber_loss(x, y, reduction=r, delta=1.234) ; average(\
np.where(np.abs(x - y) < 1.234, (x - y)**2/2, 1.234*(np.abs(x - y) - 0.617)), r) ; apart
smooth_l1_loss ; F.smooth_l1_loss(x, y, reduction=r, beta=1.234) ; average(\
np.where(np.abs(x - y) < 1.234, (x - y)**2/2.468, np.abs(x - y) - 0.617), r) ; apart
kl_div ; F.kl_div(x, torch.exp(y), reduction=r) ; average(np.exp(y)*(y - x), r) ; losses
kl_div ; F.kl_div(x, y, reduction='batchmean', log_target=True) ; \
np.sum(np.exp(y)*(y - x))/len(x) ; losses
pad ; F.pad(x, (n, 1, 0, 2), value=2.0)**2 ; \
np.pad(x, ((0, 2), (n, 1)), constant_values=2.0)**2 ; made
pad ; F.pad(x, (-1, 1))**2 ; np.pad(x[:, 1:], ((0, 0), (0, 1)))**2 ; made
pad ; F.pad(x[None], (n - 1, 0), mode='reflect')**2 ; \
np.pad(x[None], ((0, 0), (0, 0), (n - 1, 0)), 'reflect')**2 ; made
pad ; F.pad(x[None], (m, 2), mode='replicate')**2 ; \
np.pad(x[None], ((0, 0), (0, 0), (m, 2)), 'edge')**2 ; made
pad ; F.pad(x[None], (1, n), mode='circular')**2 ; \
np.pad(x[None], ((0, 0), (0, 0), (1, n)), 'wrap')**2 ; made
pad ; torch.pad(x, n, mode='symmetric')**2 ; np.pad(x, n, mode='symmetric')**2 ; made
append ; torch.append(x, y)**2 ; np.append(x, y)**2 ; made
append ; torch.append(x, y, axis=0)**2 ; np.append(x, y, axis=0)**2 ; made
dstack ; torch.dstack([x, y])**2 ; np.dstack([x, y])**2 ; made
dstack ; torch.dstack([x[0], y[0]])**2 ; np.dstack([x[0], y[0]])**2 ; made
atleast_1d atleast_2d atleast_3d ; torch.{n}(x)*2 ; np.{n}(x)*2 ; plain
atleast_1d atleast_2d atleast_3d ; torch.{n}(x[0, 0], x[0]) ; list(np.{n}(x[0, 0], x[0])) ; made
gradient ; torch.gradient(x, spacing=0.5)[0]**2 ; np.gradient(x, 0.5)**2 ; line
gradient ; torch.gradient(x**2, spacing=(torch.tensor(w),), edge_order=2) ; \
np.gradient(x**2, w, edge_order=2) ; line
gradient ; list(torch.gradient(x, dim=(0, 1))) ; list(np.gradient(x, axis=(0, 1))) ; table
select ; torch.where(x > 1, y, torch.where(x > 0, x**2, 3.0)) ; \
np.select([x > 1, x > 0], [y, x**2], 3.0) ; apart
mse_loss ; F.mse_loss(x, y, reduction=r) ; average((x - y)**2, r) ; losses
l1_loss ; F.l1_loss(x, 2*y, reduction=r) ; average(np.abs(x - 2*y), r) ; losses
binary_cross_entropy_with_logits ; \
F.binary_cross_entropy_with_logits(x, torch.sigmoid(y), reduction=r) ; \
average(np.logaddexp(x, 0.0) - x*S.expit(y), r) ; losses
binary_cross_entropy ; F.binary_cross_entropy(torch.sigmoid(x), torch.sigmoid(y), reduction=r) ; \
average(np.logaddexp(x, 0.0) - x*S.expit(y), r) ; losses
nll_loss ; F.nll_loss(x, torch.tensor(t), reduction=r) ; \
average(-x[np.arange(len(t)), t], r) ; losses
cross_entropy ; F.cross_entropy(x, torch.tensor(t), reduction=r) ; \
average(-log_softmax(x)[np.arange(len(t)), t], r) ; losses
cross_entropy ; F.cross_entropy(x, torch.softmax(y, 1), reduction=r) ; \
average(-np.sum(log_softmax(x)*S.softmax(y, axis=1), axis=1), r) ; losses
T H ; x.{n}**2 ; x.T**2 ; matrix_only
mT mH ; x.{n}**2 ; np.swapaxes(x, -1, -2)**2 ; matrices
adjoint ; x.adjoint()**2 ; np.swapaxes(x, -1, -2)**2 ; matrices
double cpu ; x.{n}()*x ; x*x ; plain
real ; x.real*x ; x*x ; plain
to type ; x.{n}(T)*x ; x*x ; typed
type_as ; x.type_as(x.detach())*x ; x*x ; plain
astype ; x.astype('float64')*x ; x.astype('float64')*x ; plain
long ; x.long() ; x.astype(int) ; fractions
bool ; x.bool() ; x != 0 ; truths
float ; x.float().double() ; x0.astype('f4').astype(float) ; plain
new_zeros new_ones ; x.{n}(2, 3) + x.sum() ; np.{z}((2, 3)) + np.sum(x) ; plain
ndim ; x.ndim*x ; np.ndim(x)*x ; plain
dim ndimension ; x.{n}()*x ; np.ndim(x)*x ; plain
numel nelement ; x.{n}()*x ; np.size(x)*x ; plain
size ; x.size(0)*x ; np.shape(x)[0]*x ; matrix_only
device ; str(x.device) == 'cpu' ; True ; plain
indexing ; x[i]**2 ; x[i]**2 ; indices
indexing ; x[torch.tensor(r), torch.tensor(c)]**2 ; x[r, c]**2 ; indices
indexing ; x[:, torch.tensor(c)]**2 ; x[:, c]**2 ; indices
indexing ; x[torch.tensor(r), :, torch.tensor(l)]**2 ; x[r, :, l]**2 ; indices
indexing ; x[0, torch.tensor(c), 1:]**2 ; x[0, c, 1:]**2 ; indices
indexing ; x[torch.tensor(b)]**2 ; x[b]**2 ; indices
indexing ; x[torch.tensor(m)]**2 ; x[m]**2 ; indices
indexing ; x[torch.tensor(m), 0]**2 ; x[m, 0]**2 ; indices
negative_steps ; x[back, ::-1]**3*x[0, 0, 0] ; x[back, ::-1]**3*x[0, 0, 0] ; indices
negative_steps ; x[..., back]**2 ; x[..., back]**2 ; indices
zeros ones empty ; torch.{z}((m, n)) + x ; np.{z}((m, n)) + x ; made
zeros_like ones_like empty_like ; torch.{z}(x) + x ; np.{z}(x) + x ; made
full ; torch.full((m, n), 2.5)*x ; np.full((m, n), 2.5)*x ; made
full_like ; torch.full_like(x, 2.5)*x ; np.full_like(x, 2.5)*x ; made
eye ; torch.eye(m, n)*x ; np.eye(m, n)*x ; made
arange ; torch.arange(m*n*1.0).reshape(m, n)*x ; np.arange(m*n*1.0).reshape(m, n)*x ; made
linspace logspace ; torch.{n}(-1, 1, n)*x ; np.{n}(-1, 1, n)*x ; made
tensor as_tensor asarray ; torch.{n}(y0)*x ; y*x ; made
array ; torch.array(y0)*x ; y*x ; made
from_numpy ; torch.from_numpy(y0)*x ; y*x ; made
rand rand_like randn randn_like ; torch.{n}(*([x] if 'like' in '{n}' else [m, n])).shape + (1,) ; \
(m, n, 1) ; made
randint ; torch.randint(0, 9, (m, n)).shape + (1,) ; (m, n, 1) ; made
randperm ; torch.sort(torch.randperm(n)).values ; np.arange(n) ; made
isclose ; torch.isclose(x, y, atol=0.5) ; np.isclose(x, y, atol=0.5) ; two
allclose ; torch.allclose(x, y, atol=0.5) ; np.allclose(x, y, atol=0.5) ; two
equal array_equal ; torch.{n}(x, y) ; np.array_equal(x, y) ; two
is_tensor ; torch.is_tensor(x) ; True ; plain
is_floating_point ; torch.is_floating_point(x) ; True ; plain
""".replace("\\\n", "")
    .strip()
    .splitlines()
)

DRAWS: dict[str, Callable[[Any], Values]] = {
    **{f.__name__: f for f in (
        fractions, quotients, truths, some_axes, full_axes, axis, full_axis, long_axis,
        slopes_beside_zero,
        matrices, regular, positive_definite, one_matrix, vector, products, chain, einsums,
        contractions, crosses, joined, stacked, rows, cuts, picks, orders, reshaped, ones_inside,
        repeats, diagonals, indices, losses, made, definite_system, spread, symmetric, line, apart,
    )},
    "plain": plain, "above": above, "unit": unit, "far": far,
    "above_small": one(0.5, 1.4), "inside": one(0.1, 0.9),
    "two": two(), "two_above": two(0.4, 2.5),
    "spread_matrix": lambda rng: spread(rng, ()),
    "table": lambda rng: {"x": between(rng, tuple(int(n) for n in rng.integers(2, 5, 2)))},
    "matrix_only": lambda rng: {**one_matrix(rng)},
    "ones_at_0": lambda rng: {"x": between(rng, (1, *size(rng, 0, 2))), "i": 0},
    "typed": lambda rng: {**plain(rng), "T": "float64"},
}  # fmt: skip

# What numpy calls the unary functions, and 1 over what the others are.
NUMPYS = {"atan": "arctan", "asin": "arcsin", "acos": "arccos", "asinh": "arcsinh",
          "acosh": "arccosh", "atanh": "arctanh", "abs": "abs"}  # fmt: skip
INVERSES = {"sec": "cos", "sech": "cosh", "csc": "sin", "csch": "sinh", "cot": "tan",
            "coth": "tanh"}  # fmt: skip
COMPARISONS = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
               "eq": "equal", "ne": "not_equal"}  # fmt: skip

# Public names that are no function of arrays.
OTHERS = {
    "Tensor", "autograd", "e", "enable_grad", "float32", "float64", "func", "inf", "int32",
    "inference_mode", "int64", "is_grad_enabled", "linalg", "manual_seed", "nan", "newaxis", "nn",
    "no_grad", "pi", "set_default_dtype", "set_grad_enabled", "special", "vmap",
}  # fmt: skip


def vector_norm(x: Any, p: float, axes: Any, keepdims: bool) -> Any:
    if math.isinf(p):
        return (np.max if p > 0 else np.min)(np.abs(x), axis=axes, keepdims=keepdims)
    return np.sum(np.abs(x) ** p, axis=axes, keepdims=keepdims) ** (1 / p)


def chunks(x: Any, n: int, axis: int) -> Any:
    length = -(-x.shape[axis] // n)
    return np.split(x, range(length, x.shape[axis], length), axis=axis)


def expanded() -> list[tuple[str, str, str, str]]:
    found = []
    for line in CASES:
        names, call, plain_, draw = (part.strip() for part in line.split(" ; "))
        for n in names.split():
            renamed = {
                "{n}": n, "{u}": NUMPYS.get(n, n), "{c}": INVERSES.get(n, n),
                "{o}": COMPARISONS.get(n, n), "{z}": re.sub("^(new_|empty)", "", n),
            }  # fmt: skip
            if n.startswith("empty"):
                renamed["{z}"] = n.replace("empty", "zeros")
            c, p = call, plain_
            for k, v in renamed.items():
                c, p = c.replace(k, v), p.replace(k, v)
            found.append((n, c, p, draw))
    return found


EXPANDED = expanded()
IDS = [f"{i} {case[1]}" for i, case in enumerate(EXPANDED)]


def test_every_name_has_a_case() -> None:
    covered = {name for name, *_ in EXPANDED}
    names = {*library.NAMES, *library.TABLE, *library.METHODS}
    assert names - covered - OTHERS == set()
    inside = {
        name
        for space in (library.linalg, library.special, library.nn.functional)
        for name in vars(space)
    }
    assert inside - covered == set()
    text = " ".join(p for _, _, p, _ in EXPANDED)
    assert {n for n in library.NUMPY if not re.search(rf"np\.{re.escape(n)}\(", text)} == set()


# Running a case.


def flat(y: Any) -> list[Any]:
    if isinstance(y, (tuple, list)):
        return [v for part in y for v in flat(part)]
    return [y]


class Sample:
    """Arguments of a case, a direction for each array in it, and weights for its results."""

    def __init__(self, call: str, plain_: str, draw: str, number: int) -> None:
        self.call, self.plain = call, plain_
        self.rng = np.random.default_rng([zlib.crc32((call + draw).encode()), number])
        drawn = DRAWS[draw](self.rng).items()
        self.values = {k: np.asarray(v) if isinstance(v, np.floating) else v for k, v in drawn}
        names = set(re.findall(r"\b[a-z]\w*\b(?!\()", call))
        self.names = [
            k for k, v in self.values.items()
            if isinstance(v, np.ndarray) and v.dtype == float and k in names
        ]  # fmt: skip
        self.x = [self.values[k] for k in self.names]
        self.v = [self.rng.uniform(-1, 1, x.shape) for x in self.x]
        self.weights: dict[int, Any] = {}

    def weight(self, i: int, shape: Sequence[int]) -> Any:
        """Random numbers for result i."""
        if i not in self.weights:
            self.weights[i] = np.random.default_rng(i).uniform(0.5, 1.5, tuple(shape))
        return self.weights[i]

    def ahead(self, step: float) -> list[Any]:
        return [np.asarray(x + step * v) for x, v in zip(self.x, self.v, strict=True)]

    def results(self, expression: str, torch: Any, xs: Sequence[Any]) -> list[Any]:
        scope = {
            **self.values, "x0": self.values["x"], "y0": self.values.get("y"), "torch": torch,
            "np": np, "S": scipy.special, "average": average, "log_softmax": log_softmax,
            "gathered": gathered, "tops": tops, "vector_norm": vector_norm, "chunks": chunks,
            **dict(zip(self.names, xs, strict=True)),
        }  # fmt: skip
        if torch is not None:
            scope["F"] = torch.nn.functional
        return flat(eval(expression, scope))

    def numpys(self, xs: Sequence[Any]) -> list[Any]:
        return self.results(self.plain.replace("x.mT", "np.swapaxes(x, -1, -2)"), None, xs)

    def loss(self, results: list[Any], torch: Any) -> Any:
        """The weighted sum of those results that numbers are differentiated in."""
        total: Any = 0.0
        for i, y in enumerate(results):
            if torch is None and np.asarray(y).dtype.kind == "f":
                total = total + np.sum(self.weight(i, np.shape(y)) * y)
            elif getattr(y, "requires_grad", False):
                total = total + (torch.tensor(self.weight(i, y.shape)) * y).sum()
        return total

    def difference(self, f: Callable[[list[Any]], Any]) -> Any:
        """The slope of f along the direction, to fourth order in H."""
        a, b, c, d = (f(self.ahead(k * H)) for k in (-2, -1, 1, 2))
        return (8 * (c - b) - (d - a)) / (12 * H)

    def gradient(self, torch: Any, xs: list[Any]) -> list[Any]:
        """The gradient, zeros where nothing depends on xs."""
        leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in xs]
        y = self.loss(self.results(self.call, torch, leaves), torch)
        if not getattr(y, "requires_grad", False):
            return [np.zeros(np.shape(x)) for x in xs]
        found = torch.autograd.grad(y, leaves, allow_unused=True, materialize_grads=True)
        return [(g.detach() + 0).numpy() for g in found]

    def products(self, torch: Any) -> list[Any]:
        """The Hessian times the direction, by grad of grad."""
        leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in self.x]
        y = self.loss(self.results(self.call, torch, leaves), torch)
        zeros = [np.zeros(x.shape) for x in self.x]
        if not getattr(y, "requires_grad", False):
            return zeros
        first = torch.autograd.grad(
            y, leaves, create_graph=True, allow_unused=True, materialize_grads=True
        )
        slope = sum((g * torch.tensor(v)).sum() for g, v in zip(first, self.v, strict=True))
        if not slope.requires_grad:
            return zeros
        found = torch.autograd.grad(slope, leaves, allow_unused=True, materialize_grads=True)
        return [(g.detach() + 0).numpy() for g in found]


def value(y: Any) -> Any:
    return np.asarray(y.detach().numpy() if hasattr(y, "detach") else y)


def close(found: Any, expected: Any, tolerance: float, scale: float = 1.0) -> None:
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * scale)


def same(found: list[Any], expected: list[Any], tolerance: float = 1e-12) -> None:
    assert len(found) == len(expected)
    for y, z in zip(map(value, found), map(value, expected), strict=True):
        assert y.dtype.kind == z.dtype.kind
        close(y, z, tolerance, max(np.abs(z).max(initial=0), 1) if z.dtype.kind == "f" else 0)


def samples(case: tuple[str, str, str, str]) -> list[Sample]:
    return [Sample(*case[1:], number) for number in range(SAMPLES)]


@pytest.mark.parametrize("case", EXPANDED, ids=IDS)
def test_values_are_numpys(case: tuple[str, str, str, str]) -> None:
    name, call, plain_, _ = case
    for s in samples(case):
        leaves = [hodiff.tensor(x, requires_grad=True) for x in s.x]
        expected = s.numpys(s.x)
        same(s.results(call, hodiff, leaves), expected)
        # The method does what the function does, and numpy's function on tensors too.
        if call.startswith(f"torch.{name}(x, ") and name in library.METHODS:
            method = call.replace(f"torch.{name}(x, ", f"x.{name}(", 1)
            same(s.results(method, hodiff, leaves), expected)
        if re.match(r"\(*-?np\.", plain_) and "S." not in plain_ and "range(" not in plain_:
            try:
                found = s.numpys(leaves)
            except TypeError as error:
                assert "hodiff has no np." in str(error)
            else:
                same(found, expected)


@pytest.mark.parametrize("case", EXPANDED, ids=IDS)
def test_derivatives_are_those_of_differences(case: tuple[str, str, str, str]) -> None:
    """The gradient against differences of numpy's values, the Hessian's product of gradients.

    Rounding leaves 1e-16/H of the terms' sizes, the rule H^4/30 of the fifth derivative, here
    below 1e5: together below 1e-8 of the largest term.
    """
    if case[0] in ("detach", "float"):
        pytest.skip("differences see what is detached, and the steps of float32")
    for s in samples(case):
        gradient = s.gradient(hodiff, s.x)
        slope = sum(float(np.sum(g * v)) for g, v in zip(gradient, s.v, strict=True))
        expected = s.difference(lambda xs, s=s: s.loss(s.numpys(xs), None))
        close(slope, expected, 1e-8, 1 + sum(float(np.abs(g).sum()) for g in gradient))
        product = s.products(hodiff)
        most = 1 + max((float(np.abs(g).max(initial=0)) for g in product), default=0)
        for i, h in enumerate(product):
            close(h, s.difference(lambda xs, i=i, s=s: s.gradient(hodiff, xs)[i]), 1e-8, most)
        same(hvp(s), product, 1e-11)


def hvp(s: Sample) -> list[Any]:
    """The Hessian times the direction by the library's own transformation."""

    def f(*xs: Any) -> Any:
        return s.loss(s.results(s.call, hodiff, xs), hodiff)

    if not getattr(f(*[hodiff.tensor(x, requires_grad=True) for x in s.x]), "requires_grad", False):
        return [np.zeros(x.shape) for x in s.x]
    return flat(functional.hvp(f, s.x, s.v))


@pytest.mark.parametrize("case", EXPANDED, ids=IDS)
def test_values_and_derivatives_are_pytorchs(case: tuple[str, str, str, str]) -> None:
    torch = pytest.importorskip("torch")
    name, call = case[0], case[1]
    if call.startswith(f"torch.{name}(") and "." not in name and not hasattr(torch, name):
        if not hasattr(torch.special, name):
            pytest.skip(f"PyTorch has no {name}")
        call = call.replace(f"torch.{name}", f"torch.special.{name}", 1)
    if name in ("negative_steps", "astype", "asarray", "zeta"):  # without a slope in s
        pytest.skip("PyTorch has none")
    # Its trigamma has nine digits.
    tolerance = 1e-8 if name in ("lgamma", "gammaln", "digamma", "psi", "polygamma") else 1e-10
    if name == "float":  # through x.float() it rounds gradients to single precision too
        tolerance = 1e-6
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        for s in samples((name, call, *case[2:])):
            ours = [hodiff.tensor(x, requires_grad=True) for x in s.x]
            theirs = [torch.tensor(x, requires_grad=True) for x in s.x]
            s.values["T"] = torch.float64
            expected = s.results(call, torch, theirs)
            first, second = s.gradient(torch, s.x), s.products(torch)
            s.values["T"] = hodiff.float64
            found = s.results(call, hodiff, ours)
            same(found, expected, tolerance / 100)
            flags = [getattr(y, "requires_grad", None) for y in expected]
            assert [getattr(y, "requires_grad", None) for y in found] == flags
            same(s.gradient(hodiff, s.x), first, tolerance)
            same(s.products(hodiff), second, tolerance)
    finally:
        torch.set_default_dtype(default)


@pytest.mark.parametrize("case", EXPANDED, ids=IDS)
def test_gradients_have_the_dtype_of_their_leaf(case: tuple[str, str, str, str]) -> None:
    """Whatever dtypes meet on the way, in single precision or double; with create_graph, too."""
    s = Sample(*case[1:], number=0)
    exact = s.gradient(hodiff, s.x)
    dtypes = [str(s.rng.choice(["float32", "float64"])) for _ in s.x]
    leaves = [
        hodiff.tensor(x, dtype=d, requires_grad=True) for x, d in zip(s.x, dtypes, strict=True)
    ]
    y = s.loss(s.results(case[1], hodiff, leaves), hodiff)
    if not getattr(y, "requires_grad", False):
        return
    flags = {"allow_unused": True, "materialize_grads": True, "retain_graph": True}
    for create_graph in (False, True):
        found = hodiff.grad(y, leaves, create_graph=create_graph, **flags)
        assert [str(g.dtype) for g in found] == dtypes
        for g, e in zip(found, exact, strict=True):
            most = max(float(np.abs(e).max(initial=0)), 1)
            np.testing.assert_allclose(g.detach().numpy(), e, rtol=3e-4, atol=3e-4 * most)
    y.backward()
    assert [x.grad is None or str(x.grad.dtype) == d for x, d in zip(leaves, dtypes, strict=True)]
