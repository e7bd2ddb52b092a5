"""How special functions with an order are written: as DLMF does, the order below, parameters
above, then what stands in the parentheses."""

from __future__ import annotations

from typing import NamedTuple


class Notation(NamedTuple):
    """The letter; how many arguments go below it, and how many of those after it above; primes."""

    letter: str
    below: int = 0
    above: int = 0
    primes: int = 0


NOTATIONS = {
    "besselj": Notation("J", 1),
    "bessely": Notation("Y", 1),
    "besseli": Notation("I", 1),
    "besselk": Notation("K", 1),
    "sphericaljn": Notation("j", 1),
    "sphericalyn": Notation("y", 1),
    "struveh": Notation("𝐇", 1),
    "struvel": Notation("𝐋", 1),
    "legendrep": Notation("P", 1),
    "chebyshevt": Notation("T", 1),
    "chebyshevu": Notation("U", 1),
    "hermite": Notation("H", 1),
    "laguerre": Notation("L", 1),
    "genlaguerre": Notation("L", 1, 1),
    "gegenbauer": Notation("C", 1, 1),
    "jacobi": Notation("P", 1, 2),
    "hyp1f1": Notation("M"),
    "hypu": Notation("U"),
    "ellipf": Notation("F"),
    "ellipeinc": Notation("E"),
    "ellipk": Notation("K"),
    "ellipe": Notation("E"),
    "airyai": Notation("Ai"),
    "airyaiprime": Notation("Ai", primes=1),
    "airybi": Notation("Bi"),
    "airybiprime": Notation("Bi", primes=1),
}
"""By the names that the table of operations has."""
