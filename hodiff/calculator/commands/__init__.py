"""The commands: each builds the graphs of its answer and says what the numbers are.

A function (request, ...own options) -> Answer, found by its name in COMMANDS.
"""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from hodiff.calculator.answer import Answer

MOST_ORDER = 1000
MOST_DIGITS = 10_000
MOST_FIRST = 10_000
MOST_SAMPLES = 10**7
MOST_SEED = 2**64 - 1

ON_COLUMNS = ("value", "grad", "hessian", "nth", "hvp", "jacobian", "jvp", "vjp", "taylor",
              "tensor", "laplacian", "divergence", "curl", "implicit", "uncertainty")  # fmt: skip
"""The commands that doubles have as many numbers of for every row of a table."""

ON_ROWS = {
    "roots": "a row may have several",
    "extrema": "a row may have several",
    "check": "it compares more digits than doubles have",
}
"""Those that have an answer for every row of a file alone, and why."""


class Command(NamedTuple):
    """Where a command is, an example, and the options that it alone has."""

    module: str
    example: str
    options: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()  # those without which there is no question
    repeats: bool = False  # whether wrt may name a variable again
    kinks: bool = True  # whether there is a convention for kinks
    without: tuple[str, ...] = ()  # options of all that it has not
    intervals: bool = True  # whether x=2±0.1 is an interval
    equation: bool = False  # whether EXPR may be an equation
    orders: bool = False  # whether --order may name several
    rows: str = ""  # what answers rows, where it isn't what answers a point: see columns.py, or
    # searches.py

    def function(self, name: str) -> Callable[..., Answer]:
        """What answers it: imported when it is asked, for start-up."""
        found: Callable[..., Answer] = self.named(name)
        return found

    def offered(self, message: str) -> str:
        """A message without the mends that it has no option for: (--extend takes the limit)."""
        return re.sub(
            r" \(--(\w+) [^()]*\)", lambda x: "" if x[1] in self.without else x[0], message
        )

    def named(self, name: str) -> Any:
        return getattr(import_module(f"hodiff.calculator.commands.{self.module}"), name)


# fmt: off
COMMANDS = {
    "grad": Command("gradient", 'hodiff grad "w1**2*sin(w2)" --at w1=1,w2=pi/2'),
    "nth": Command("nth", 'hodiff nth "x**3" --at x=2 --order 2',
                   ("order", "along", "method"), repeats=True),
    "hessian": Command("hessian", 'hodiff hessian "w1**2*sin(w2)" --at w1=1,w2=pi/2', ("diag",)),
    "hvp": Command("hessian", 'hodiff hvp "w1**2*sin(w2)" --at w1=1,w2=pi/2 --v 0.5,1',
                   ("v",), ("v",)),
    "jacobian": Command("jacobian", 'hodiff jacobian "[x*y, sin(x)]" --at x=0,y=2'),
    "jvp": Command("jacobian", 'hodiff jvp "[x*y, sin(x)]" --at x=0,y=2 --v 1,0', ("v",), ("v",)),
    "vjp": Command("jacobian", 'hodiff vjp "[x*y, sin(x)]" --at x=0,y=2 --v 1,0', ("v",), ("v",)),
    "value": Command("gradient", 'hodiff value "w1**2*sin(w2)" --at w1=1,w2=pi/2', kinks=False),
    "taylor": Command("taylor", 'hodiff taylor "exp(x)" --at x=0 --order 4',
                      ("order", "along", "within"), ("order",)),
    "tensor": Command("nth", 'hodiff tensor "x**2*y" --at x=1,y=2 --order 3',
                      ("order",), ("order",)),
    "laplacian": Command("hessian", 'hodiff laplacian "x**2*y + y**3" --at x=1,y=2'),
    "divergence": Command("field", 'hodiff divergence "[x*y, y*z, z*x]" --at x=1,y=2,z=3'),
    "curl": Command("field", 'hodiff curl "[-y, x, z**2]" --at x=1,y=2,z=3'),
    "implicit": Command("implicit", 'hodiff implicit "x*y = 3" --at x=3,y=1 --of y --order 2',
                        ("order", "of", "solve"), ("of",), rows="on_rows"),
    "uncertainty": Command("uncertainty",
                           "hodiff uncertainty w*h --at w=2.0±0.1,h=1.50±0.02",
                           ("cov", "order", "samples", "seed"), intervals=False, rows="on_rows",
                           without=("wrt", "digits", "exact", "rtol")),
    "roots": Command("roots", "hodiff roots 'x*tan(x) = 1' --over x=0:10",
                     ("over", "first", "seconds"), ("over",), kinks=False, equation=True,
                     rows="in_rows",
                     without=("at", "wrt", "rtol", "arithmetic", "extend", "subgradient")),
    "extrema": Command("extrema", 'hodiff extrema "x**3 - 3*x" --over x=-3:2',
                       ("over", "order", "first", "seconds"), ("over",), kinks=False,
                       rows="in_rows",
                       without=("at", "wrt", "rtol", "arithmetic", "extend", "subgradient")),
    "plot": Command("plot", 'hodiff plot "x**3 - 3*x" --over x=-3:3',
                    ("over", "order", "taylor", "points", "out", "proven", "seconds"),
                    ("over",), kinks=False,
                    without=("wrt", "digits", "exact", "rtol", "arithmetic", "extend",
                             "subgradient"), intervals=False, orders=True),
    "check": Command("check", 'hodiff check "x**3*exp(x)" --claim "x**2*(x + 3)*exp(x)"',
                     ("claim", "order"), ("claim",), kinks=False,
                     without=("rtol", "arithmetic", "extend", "subgradient"), rows="on_rows"),
    "steps": Command("steps", 'hodiff steps "x**3*exp(x)"', ("order",)),
    "graph": Command("graph", 'hodiff graph "x**2" --both', ("order", "v", "create_graph", "out")),
    "explain": Command("explain", 'hodiff explain "x*sin(x)" --at x=2', ("order", "v", "torch")),
    "report": Command("report", 'hodiff report "x*exp(-x)" --at x=1 --out page.html',
                      ("out", "over", "order", "seconds"), ("out",),
                      without=("rtol", "digits", "arithmetic", "exact"), intervals=False),
    "code": Command("code", 'hodiff code "w1**2*sin(w2)" --to c --what value,grad',
                    ("to", "what", "name"), ("to",), kinks=False),
}
# fmt: on
