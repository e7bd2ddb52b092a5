"""Where the domains of functions end that are computed in balls."""

from __future__ import annotations

from math import inf

INVERSE_E = 0.36787944117144233  # above 1/e
DOMAINS: dict[str, tuple[int, float, float]] = {
    "lambertw": (0, -INVERSE_E, inf),
    "lambertw_lower": (0, -INVERSE_E, 0.0),
    "erfinv": (0, -1.0, 1.0),
    "erfcinv": (0, 0.0, 2.0),
    "norminv": (0, 0.0, 1.0),
    **dict.fromkeys(("e1", "li", "ci", "chi"), (0, 0.0, inf)),
    **dict.fromkeys(("expint", "expints", "gammainc", "gammaincc"), (1, 0.0, inf)),
    **dict.fromkeys(("gamma_density", "lowergamma", "uppergamma"), (1, 0.0, inf)),
    **dict.fromkeys(("betainc", "beta_density"), (2, 0.0, 1.0)),
    **dict.fromkeys(("dilog", "dilogs"), (0, -inf, 1.0)),
    **dict.fromkeys(("polylog", "polylogs"), (1, -inf, 1.0)),
}
"""Of which input, between what; at an end there may be a value, but no slope."""
