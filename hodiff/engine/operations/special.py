"""Error functions, the gamma family, sinc and the activation functions of machine learning."""

from __future__ import annotations

from functools import reduce

from hodiff.engine.graph import CONSTANT, ZERO, Tensor, constant
from hodiff.engine.leibniz import leibniz_beta
from hodiff.engine.operations.elementary import (
    add,
    atanh,
    cos,
    exp,
    log,
    log1p,
    pi,
    sech,
    sin,
    sqrt,
)
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.piecewise import abs, both, eq, le, lt, max, relu, where
from hodiff.engine.operations.row import elementwise

MOST_ORDER = 1000  # of polygamma(n, x) and sinc(x, n)
NOT_A_POLE = "{x} other than 0, -1, -2, ..."


def _at_pole(x: float) -> bool:
    return x <= 0


# fmt: off
family(__name__, "Error functions")
erf  = elementwise("erf",  lambda x, y: 2/sqrt(pi()) * exp(-x**2), numpy="scipy.special.erf")
erfc = elementwise("erfc", lambda x, y: -2/sqrt(pi()) * exp(-x**2), numpy="scipy.special.erfc",
                   never_zero=True)

family(__name__, "Factorials, gamma and beta")
gamma  = elementwise("gamma",  lambda x, y: y*digamma(x), numpy="scipy.special.gamma",
                     never_zero=True, domain=NOT_A_POLE, pole=_at_pole)
lgamma = elementwise("lgamma", lambda x, y: digamma(x), special=True,
                     domain=NOT_A_POLE, pole=_at_pole)
digamma = elementwise("digamma", lambda x, y: psi(x, 1), special=True,
                      domain=NOT_A_POLE, pole=_at_pole)
# The n-th derivative of digamma.
psi = elementwise("polygamma", lambda x, y, n: psi(x, n + 1), names=(), special=True,
                  domain=NOT_A_POLE, pole=lambda x, n: x <= 0)
beta   = elementwise("beta", lambda a, b, y: betas(a, b, 1, 0), lambda a, b, y: betas(a, b, 0, 1),
                     special=True, domain="a and b other than 0, -1, -2, ...",
                     pole=lambda a, b: a <= 0 or b <= 0)
# The derivative of beta, j times in a and k times in b: differences of near equals near 0,
# which balls compute.
betas = elementwise("betas", lambda a, b, y, j, k: betas(a, b, j + 1, k),
                    lambda a, b, y, j, k: betas(a, b, j, k + 1), names=(), special=True,
                    formula=lambda a, b, j, k: leibniz_beta(a, b, j, k, beta(a, b), written_psi),
                    domain="a and b other than 0, -1, -2, ...",
                    pole=lambda a, b, j, k: a <= 0 or b <= 0)

family(__name__, "Trigonometric functions and their inverses")
# The n-th derivative of sin(x)/x: smooth at 0, where the quotient isn't.
sincn = elementwise("sinc", lambda x, y, n: sincn(x, n + 1), names=(),
                    formula=lambda x, n: written_sinc(x, n))

family(__name__, "Logistic functions and activations")
# Not y*(1 - y), which loses every digit at 37, nor y*sigmoid(-x), whose own derivative does at 0.
sigmoid  = elementwise("sigmoid",  lambda x, y: sech(x/2)**2/4, numpy="scipy.special.expit",
                       definition=lambda x: 1/(1 + exp(-x)), never_zero=True,
                       names=("sigmoid", "expit", "logistic"))
# atanh where log(x) and log(1 - x) nearly cancel.
logit    = elementwise("logit",    lambda x, y: 1/(x*(1 - x)), domain="0 < {x} < 1",
                       definition=lambda x: where(lt(x, constant(1)/4), log(x) - log1p(-x),
                                                  2*atanh(2*x - 1)),
                       pole=lambda x: x in (0, 1), meaning="log(x/(1 - x)), the inverse of sigmoid")
softplus = elementwise("softplus", lambda x, y: sigmoid(x),
                       definition=lambda x: relu(x) + log1p(exp(-abs(x))), never_zero=True)
logaddexp = elementwise("logaddexp", lambda a, b, y: sigmoid(a - b), lambda a, b, y: sigmoid(b - a),
                        names=(), commutes=True,
                        definition=lambda a, b: max(a, b) + log1p(exp(-abs(a - b))))
# x*log(y), and 0 at x = 0 whatever y is; the slope in x there, where y <= 0, is PyTorch's.
xlogy    = elementwise("xlogy", lambda x, y, z: where(both(eq(x, ZERO), le(y, ZERO)), ZERO, log(y)),
                       lambda x, y, z: x/y, names=(), numpy="scipy.special.xlogy",
                       definition=lambda x, y: where(eq(x, ZERO), ZERO, x*log(y)))
silu     = elementwise("silu",     lambda x, y: sigmoid(x) + x*sech(x/2)**2/4,
                       definition=lambda x: x*sigmoid(x))
gelu     = elementwise("gelu",     lambda x, y: erfc(-x/sqrt(2))/2 + x*exp(-x**2/2)/sqrt(2*pi()),
                       definition=lambda x: x*erfc(-x/sqrt(2))/2)
# fmt: on


def written_sinc(x: Tensor, n: int) -> Tensor:
    """The n-th derivative of sin(x)/x as textbooks have it, and its limit at 0."""
    sines, cosines = [1], [0]  # over x**(k + 1), coefficients of the powers of x
    for k in range(1, n + 1):
        size = range(len(sines) + 1)
        s, c = [*sines, 0], [*cosines, 0]
        sines = [(i - k) * s[i] - (c[i - 1] if i else 0) for i in size]
        cosines = [(i - k) * c[i] + (s[i - 1] if i else 0) for i in size]
    terms = [
        value * x**i * row(x)
        for row, polynomial in ((sin, sines), (cos, cosines))
        for i, value in enumerate(polynomial)
        if value
    ]
    limit = ZERO if n % 2 else constant((-1) ** (n // 2)) / (n + 1)
    return where(eq(x, ZERO), limit, reduce(add, terms) / x ** (n + 1))


def whole_order(n: Tensor, what: str) -> int:
    order = n.attributes[0] if n.operation is CONSTANT else None
    if type(order) is not int or order < 0:
        raise ValueError(f"{what} needs a whole number n >= 0")
    if order > MOST_ORDER:
        raise ValueError(f"{what} takes n up to {MOST_ORDER}")
    return order


family(__name__, "Trigonometric functions and their inverses")


@function("x, n", "sinc", most=2)
def sinc(x: Tensor, n: Tensor = ZERO) -> Tensor:
    """sin(x)/x, or its n-th derivative."""
    return sincn(x, whole_order(n, "sinc(x, n)"))


def written_psi(x: Tensor, n: int) -> Tensor:
    return psi(x, n) if n else digamma(x)


family(__name__, "Factorials, gamma and beta")


@function("n, x", "polygamma", least=2, most=2)
def polygamma(n: Tensor, x: Tensor) -> Tensor:
    """The n-th derivative of digamma, n a whole number."""
    order = whole_order(n, "polygamma(n, x)")
    return written_psi(x, order)
