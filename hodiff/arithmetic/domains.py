"""Where the domains of functions end that are computed in balls."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

INVERSE_E = 0.36787944117144233  # above 1/e
DOMAINS: dict[str, tuple[tuple[int, float, float], ...]] = {
    "lambertw": ((0, -INVERSE_E, inf),),
    "lambertw_lower": ((0, -INVERSE_E, 0.0),),
    "erfinv": ((0, -1.0, 1.0),),
    "erfcinv": ((0, 0.0, 2.0),),
    "norminv": ((0, 0.0, 1.0),),
    **dict.fromkeys(("e1", "li", "ci", "chi"), ((0, 0.0, inf),)),
    **dict.fromkeys(("expint", "expints", "gammainc", "gammaincc"), ((1, 0.0, inf),)),
    **dict.fromkeys(("gamma_density", "lowergamma", "uppergamma"), ((1, 0.0, inf),)),
    **dict.fromkeys(("betainc", "beta_density"), ((2, 0.0, 1.0),)),
    **dict.fromkeys(("dilog", "dilogs"), ((0, -inf, 1.0),)),
    **dict.fromkeys(("polylog", "polylogs"), ((1, -inf, 1.0),)),
    **dict.fromkeys(("hurwitz", "hurwitz_of_order", "hurwitzes"), ((1, 0.0, inf),)),
    **dict.fromkeys(("ellipk", "ellipks", "ellipe", "ellipes"), ((0, -inf, 1.0),)),
    **dict.fromkeys(("hyp2f1", "hyp2f1s"), ((3, -inf, 1.0),)),
    **dict.fromkeys(("hypu", "hypus"), ((2, 0.0, inf),)),
    **dict.fromkeys(("bessely", "besselys", "besselk", "besselks"), ((1, 0.0, inf),)),
    **dict.fromkeys(("besselie", "besselies", "besselke", "besselkes"), ((1, 0.0, inf),)),
    **dict.fromkeys(("besselj", "besseljs", "besseli", "besselis"), ((1, 0.0, inf),)),
    **dict.fromkeys(("struveh", "struvel"), ((1, 0.0, inf),)),
    **dict.fromkeys(("elliprf", "elliprd", "carlsons"), ((0, 0.0, inf), (1, 0.0, inf),
                                                        (2, 0.0, inf))),
    **dict.fromkeys(("elliprj", "carlsonps"), ((0, 0.0, inf), (1, 0.0, inf),
                                               (2, 0.0, inf), (3, 0.0, inf))),
}  # fmt: skip
"""Of which inputs, between what; at an end there may be a value, but no slope."""
EVERYWHERE: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("besselj", "besseljs", "besseli", "besselis", "struveh", "struvel"), (0,)),
    **dict.fromkeys(("hyp2f1", "hyp2f1s"), (0, 1)),
}
"""What has no such ends where one of these inputs is a whole number: its order, its degree."""
SUMS = ("hyp2f1", "hyp2f1s")
"""Of these, those where it has to be one that isn't above 0."""


def domain(
    name: str, whole: Sequence[object], above: Sequence[object]
) -> tuple[tuple[int, float, float], ...]:
    """The ends of an operation's domain. Of each input, whole is False where it is no whole number
    for certain, and above is True where it is above 0 for certain."""
    for i in EVERYWHERE.get(name, ()):
        if whole[i] is not False and not (name in SUMS and above[i] is True):
            return ()
    return DOMAINS.get(name, ())
