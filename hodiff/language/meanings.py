"""What functions are called elsewhere, and what they are about: for suggestions and searches."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from hodiff.engine.operations import FUNCTIONS
from hodiff.errors import nearest

# Of each function here the names that are no aliases, in other languages and in words. Those of
# functions that the table doesn't have are passed over.
MEANT = {
    "abs": "fabs absolute absolutevalue modulus magnitude mag",
    "sqrt": "root squareroot",
    "cbrt": "cuberoot thirdroot",
    "exp": "exponential",
    "log": "logarithm naturallog",
    "log2": "lb ld log_2",
    "log10": "lg log_10 common",
    "sin": "sen",
    "tan": "tg",
    "cot": "ctg cotg cotan cotangent",
    "csc": "cosec cosecant",
    "sec": "secant",
    "asin": "arsin sininv invsin arcsen asen",
    "acos": "arcos cosinv invcos",
    "atan": "arctg taninv invtan",
    "acot": "arcctg arccotan",
    "asec": "arcsecant",
    "acsc": "arccosec arccosecant",
    "atan2": "arg phase angle",
    "sinh": "sh senh",
    "cosh": "ch",
    "tanh": "th tgh",
    "coth": "cth ctgh",
    "asinh": "arsinh argsinh arsh arcsenh asenh",
    "acosh": "arcosh argcosh arch",
    "atanh": "artanh argtanh arth",
    "asech": "arsech",
    "acsch": "arcsch",
    "acoth": "arcoth",
    "sind": "sindg",
    "cosd": "cosdg",
    "tand": "tandg",
    "sign": "signof",
    "heaviside": "H θ step unitstep theta heavisidetheta unit_step stepfunction",
    "floor": "int entier",
    "ceil": "ceiling",
    "round": "rint nint",
    "mod": "fmod rem remainder modulo",
    "clip": "clamp limit saturate",
    "where": "if ifelse iff iif cond select choice",
    "piecewise": "cases switch which",
    "max": "pmax maximum fmax amax largest",
    "min": "pmin minimum fmin amin smallest least",
    "relu": "ramp rectifier positivepart",
    "sum": "summation total add",
    "prod": "multiply",
    "mean": "avg average",
    "norm": "length distance",
    "dot": "inner innerproduct vdot scalarproduct",
    "cross": "vectorproduct crossproduct",
    "trace": "tr",
    "softmax": "normalizedexponential",
    "logsumexp": "lse",
    "sigmoid": "logisticsigmoid plogis σ",
    "logit": "logodds qlogis",
    "silu": "swish",
    "normcdf": "normal gauss gaussian phi cdf ndtr normalcdf pnorm Φ",
    "normpdf": "normal gauss gaussian pdf bell normaldensity dnorm φ",
    "erf": "normal gauss gaussian errorfunction probabilityintegral",
    "gamma": "tgamma gammafunction Γ",
    "lgamma": "loggamma gammaln lngamma logfactorial lnfactorial",
    "digamma": "psi psifunction ψ",
    "polygamma": "psi_n psin",
    "beta": "betafunction eulerbeta B β",
    "factorial": "fact fac",
    "binomial": "choose combinations combination ncr nck ncomb bincoef coefficient",
    "rising": "risingfactorial upper",
    "falling": "fallingfactorial permutations npr lower",
    "norminv": "normal gauss gaussian quantile ppf icdf qnorm",
    "besselj": "bessel jv jn",
    "bessely": "bessel yv yn neumann",
    "besseli": "iv",
    "besselk": "kv kn macdonald",
    "airyai": "airy",
    "airybi": "bairy",
    "lambertw": "lambert omega W",
    "gammainc": "incompletegamma igamma gammp",
    "gammaincc": "igammac gammq",
    "betainc": "incompletebeta ibeta",
    "ei": "exponentialintegral",
    "si": "sineintegral sinint",
    "ci": "cosineintegral cosint",
    "li": "logarithmicintegral logint",
    "fresnels": "fresnel",
    "fresnelc": "fresnel",
    "zeta": "riemann riemannzeta ζ",
    "polylog": "polylogarithm",
    "dilog": "dilogarithm spence",
    "ellipk": "elliptic elliptick",
    "ellipe": "elliptic elliptice",
    "hyp2f1": "hypergeometric",
    "hyp1f1": "kummer",
    "legendrep": "legendre",
    "chebyshevt": "chebyshev",
    "hermite": "hermiteh",
    "laguerre": "laguerrel",
    "radians": "toradians radian",
    "degrees": "todegrees degree",
}


def meant(name: str, most: int = 2) -> list[str]:
    """The functions that another name may stand for, by their meaning.

    >>> meant("choose"), meant("psi"), meant("sin")
    (['binomial'], ['digamma'], [])
    """
    word = name.lower()
    words = (word, word.replace("_", "")) if len(name) > 1 else (name,)
    found = dict.fromkeys(f for word in words for f in by_word().get(word, ()))
    return [f for f in found if f in FUNCTIONS][:most]


@functools.cache
def by_word() -> dict[str, list[str]]:
    """Of each name elsewhere the functions that it stands for."""
    found: dict[str, list[str]] = {}
    for function, others in MEANT.items():
        for word in others.split():
            found.setdefault(word, []).append(function)
    return found


def suggestion(name: str, names: Iterable[str]) -> str:
    """' (did you mean 'sin'?)' for the function that a name stands for, or is nearest to."""
    found = meant(name)
    if found:
        shown = " or ".join(f"'{f}'" for f in found)
        return f" (did you mean {shown}?)"
    return nearest(name, [*names])
