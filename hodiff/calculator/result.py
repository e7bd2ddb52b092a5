"""calculate and parse: the calculator for everyone who isn't a shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from hodiff.answers.question import How
from hodiff.calculator.answer import Answer, text
from hodiff.calculator.commands import (
    COMMANDS,
    MOST_DIGITS,
    MOST_FIRST,
    MOST_ORDER,
    MOST_SAMPLES,
    MOST_SEED,
)
from hodiff.calculator.formats import FORMATS
from hodiff.calculator.given import bindings, names, orders, ranges, vectors
from hodiff.calculator.request import Request, usage
from hodiff.engine.graph import STATE, Tensor, tracking
from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError, nearest, unknown
from hodiff.language.problem import Problem, read

Bound: TypeAlias = str | Sequence[str] | Mapping[str, Any] | None
"""Names with values: {"x": 2, "y": "pi/2"}, or as a shell has it, "x=2,y=pi/2"."""

TOLD = ("graph", "explain")  # their rows are nodes and steps
MOST_NODES = 300_000  # that walks may add: about 100 MB


class Result:
    """What a command found: its numbers, or formulas, by the names that json gives them.

    r.value, r.gradient, r.hessian ...  numbers as the command line prints them: ints, floats, text
                   where digits were asked for or where a double has not the range
    r.exact        the same result with what is known to be rational as int and Fraction, and
                   floats for the rest
    r.formulas     without at=: the formulas, by the names of csv's columns
    r.arithmetic   "ball", every digit proven, or "float"
    r.notes        what has to be said of them
    r.reading      the expression as it was read
    r.to_dict()    json's object    r.text("csv")  as text    print(r)  a table

    >>> import hodiff
    >>> r = hodiff.calculate("hessian", "w1**2*sin(w2)", at={"w1": 1, "w2": "pi/2"})
    >>> r.gradient["w1"], r.hessian[1][1], r.arithmetic
    (2, -1, 'ball')
    """

    def __init__(
        self, answer: Answer, again: Callable[..., Answer], request: Request | None = None
    ) -> None:
        self.answer, self._again, self._request = answer, again, request

    def __getattr__(self, name: str) -> Any:
        fields = {} if name.startswith("__") else vars(self).get("answer", ("", {}))[1]
        if name == "formulas":
            pointed = self._request is None or self._request.has_point
            mend = "where no point is given: leave out at=" if pointed else "in to_dict() here"
            raise AttributeError(f"there are formulas {mend}")
        if name not in fields:
            known = ", ".join(fields)
            raise AttributeError(f"this result has no {name!r}{nearest(name, [*fields])}: {known}")
        return _plain(fields[name])

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.answer.fields})

    @property
    def reading(self) -> str | None:
        """The expression as it was read, as text of the language; None where there was none."""
        from hodiff.views.formula import formula  # start-up: numbers need none

        if self._request is None:
            return None
        read = self._request.problem.reading
        return formula(self._request.f) if read is None else read

    @property
    def formulas(self) -> dict[str, str]:
        """The formulas by name: f, df_dx, d2f_dx_dy. AttributeError where there are numbers.

        >>> import hodiff
        >>> hodiff.calculate("grad", "x**2*y").formulas
        {'f': 'x**2*y', 'df_dx': '2*x*y', 'df_dy': 'x**2'}
        """
        if self._request is None or self._request.has_point or self._request.problem.ranges:
            raise AttributeError  # which __getattr__ says in words
        records = list(self.answer.records)
        if len(records) != 2 or self.answer.fields["command"] in TOLD:  # rows of something else
            raise AttributeError
        names, values = records
        return {str(name): text(value) for name, value in zip(names, values, strict=True)}

    @property
    def exact(self) -> Result:
        """The same result, with every number that is known to be rational as int and Fraction.

        >>> import hodiff
        >>> hodiff.calculate("grad", "x**3/7", at="x=1/2").exact.gradient
        {'x': Fraction(3, 28)}
        """
        if self._request is None:
            return self
        request = self._request._replace(how=self._request.how._replace(exact=True))
        with calculating():
            return Result(self._again(request), self._again, request)

    def to_dict(self) -> dict[str, Any]:
        """json's object: numbers, text, lists and dicts.

        >>> import hodiff
        >>> hodiff.calculate("grad", "x**2", at="x=3").to_dict()["gradient"]
        {'x': 6}
        """
        return {name: _plain(value) for name, value in self.answer.fields.items()}

    def text(self, style: str = "table") -> str:
        """The result as the command line prints it: table, json, csv, plain, latex, mathml,
        markdown or typst; a plot as svg, too.

        >>> import hodiff
        >>> hodiff.calculate("nth", "x**3", at="x=2", order=2).text("plain")
        '12'
        """
        own = self.answer.own
        if not isinstance(style, str) or (style not in FORMATS and style not in own):
            raise _unknown("format", style, [*dict.fromkeys([*FORMATS, *own])], "--format")
        return own[style]() if style in own else FORMATS[style](self.answer)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        command, expression = self.answer.fields["command"], self.answer.title
        return f"<{command} {expression}>" if expression else f"<{command}>"

    # What notebooks ask for; where they get None they show the table.

    def _repr_html_(self) -> str | None:
        return self._typeset("mathml")

    def _repr_markdown_(self) -> str | None:
        return self._typeset("markdown")

    def _repr_latex_(self) -> str | None:
        return self._typeset("latex")

    def _repr_svg_(self) -> str | None:
        return self._typeset("svg") if "svg" in self.answer.own else None

    def _typeset(self, style: str) -> str | None:
        try:
            return self.text(style)
        except HodiffError:  # too many numbers, no picture, or no library for one
            return None

    def __reduce__(self) -> Any:
        raise TypeError("a result can't be copied or pickled: to_dict() can")


def calculate(
    command: str,
    expression: str | None = None,
    *,
    at: Bound = None,
    let: Bound = None,
    wrt: str | Sequence[str] | None = None,
    arithmetic: str | None = None,
    digits: int | None = None,
    rtol: float | None = None,
    subgradient: bool = False,
    extend: bool = False,
    exact: bool = False,
    strict: bool = False,
    constants: str | None = None,
    **own: Any,
) -> Result:
    """What `hodiff COMMAND EXPR` answers, as numbers and formulas.

    command      grad, nth, hessian, hvp, jacobian, jvp, vjp, value, taylor, tensor, laplacian,
                 divergence, curl, implicit, uncertainty, roots, extrema, plot, check, steps,
                 graph, explain, code, functions
    at           the point: numbers, text of the language ("pi/2", "2+/-0.1"), lists, arrays; a
                 float means the decimal that Python prints, 0.1 one tenth. Without it formulas
    let          constants of the expression
    wrt          the variables to differentiate in; all of at
    arithmetic   "ball" for proven digits or nothing, "float" for doubles
    digits       so many proven digits, as text
    rtol         over an interval: how far outside the range an end may be, relative to it
    subgradient  at a kink the convention of machine learning frameworks
    extend       where f has no value at the point but a limit, take the limit
    exact        rational numbers as int and Fraction, floats for the rest
    strict       refuse notation that Python hasn't: 2x, x²
    constants    "si": names that nothing else binds may be constants of physics, c, h, N_A, ...
    own          what the command alone has: order=, v=, along=, method=, diag=, within=, of=,
                 solve=, to=, what=, name=, claim=, cov=, samples=, seed=, over=, first=,
                  seconds=, proven=, taylor=, points=, out=, create_graph=, torch=; vectors by name,
                  in the variables'
                 order, or an array of all numbers

    Cost: that of one process of the command line less its start. Raises HodiffError, with the
    place in the text and the mend, where there is no answer, and for over 300 000 nodes.

    >>> import hodiff
    >>> r = hodiff.calculate("grad", "x**2*sin(y)", at={"x": 3, "y": "pi/2"})
    >>> r.value, r.gradient
    (9, {'x': 6, 'y': 0})
    """
    if command == "functions":
        from hodiff.calculator.commands.functions import catalogue  # start-up: few ask

        if own or not isinstance(expression, (str, type(None))):
            extra = next(iter(own), "expression")
            raise usage(f"functions takes a word to search and no option: leave out {extra!r}")
        return Result(catalogue(expression), lambda request: catalogue(expression))
    known = COMMANDS.get(command) if isinstance(command, str) else None
    if known is None:
        raise _unknown("command", command, [*COMMANDS, "functions"])
    for name in own:
        if name not in known.options:
            if name in ("points", "grid"):
                raise usage(
                    f"calculate answers one point: for many, hodiff.compile({expression!r})"
                )
            raise _unknown(
                f"option of {command}", name, [*known.options, *(calculate.__kwdefaults__ or ())]
            )
    if expression is None:
        raise usage(f"{command} needs an expression: {known.example}", "EXPR")
    for name in known.needed:
        if own.get(name) is None:
            raise usage(f"{command} needs --{name}: {known.example}", f"--{name}")
    if at and "at" in known.without:
        raise usage(f"{command} takes no --at: leave it out", "--at")
    common = {"rtol": rtol, "arithmetic": arithmetic, "extend": extend, "subgradient": subgradient,
              "wrt": wrt, "digits": digits, "exact": exact}  # fmt: skip
    for name, x in common.items():
        if x and name in known.without:
            raise usage(f"{command} takes no --{name}: leave it out", f"--{name}")
    given = vectors(own)
    of = given.pop("of", None)
    over = ranges(given.pop("over", None))
    if "claim" in given:
        given["claim"] = _text(given["claim"], "--claim")
    if known.orders:
        given["order"] = orders(given.get("order"))
    if given.get("within") is not None:
        given["within"] = _ratio(given["within"], "--within")
    how = How(arithmetic, digits, rtol, subgradient, extend, exact)
    check_options(how, given)
    expression = _text(expression, "EXPR")
    of = of if of is None else _text(of, "--of")
    with calculating():
        problem = read(
            expression, bindings(at, "--at"), bindings(let, "--let"), names(wrt),
            known.repeats, of, strict=strict, over=over, equation=known.equation,
            physical=constants, beside=[given["claim"]] if "claim" in given else (),
        )  # fmt: skip
        if known.intervals:
            _check_intervals(problem, how)
        request = Request(command, problem, problem.wrt, how)

        def again(request: Request) -> Answer:
            try:
                return known.function(command)(request, **given)
            except HodiffError as fault:
                told = known.offered(fault.message)
                if told == fault.message:
                    raise
                raise fault.retold(told) from None

        return Result(again(request), again, request)


def parse(
    expression: str,
    let: Bound = None,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    strict: bool = False,
) -> tuple[Tensor, dict[str, Tensor]]:
    """A text of the language as a tensor, and its variables by name.

    let gives constants; shapes the variables that are arrays; strict refuses notation that Python
    hasn't. Raises HodiffError that points into the text.

    >>> import hodiff
    >>> f, variables = hodiff.parse("x**2 + y")
    >>> f, list(variables)
    (tensor(x**2 + y), ['x', 'y'])
    >>> hodiff.grad(f, variables["x"], create_graph=True)
    (tensor(2*x),)
    """
    known: dict[str, tuple[int, ...]] = {}
    if not isinstance(shapes or {}, Mapping):
        raise usage(f"shapes is a dict from names to shapes, not {type(shapes).__name__}")
    for name, shape in (shapes or {}).items():
        if not isinstance(shape, (tuple, list)) or not all(type(n) is int and n > 0 for n in shape):
            raise usage(f"the shape of {name!r} is a tuple of lengths, as (3,), not {shape!r}")
        known[name] = tuple(shape)
    with calculating():
        problem = read(
            _text(expression, "EXPR"), (), bindings(let, "--let"), shapes=known, strict=strict
        )
        return problem.f, problem.variables


@contextmanager
def calculating() -> Iterator[None]:
    """Whatever is around: derivatives are tracked, no more nodes are made than memory holds, and
    what is too large is said as all else is."""
    outer, STATE.limits = STATE.limits, Limits(min(MOST_NODES, STATE.limits.walks))
    try:
        with tracking(True):
            yield
    except MemoryError as fault:
        message = str(fault) or "the problem is too large for the memory"
        raise HodiffError("limit", message) from None
    except RecursionError:
        raise HodiffError("limit", "the problem is nested too deep") from None
    finally:
        STATE.limits = outer


def _plain(x: Any) -> Any:
    """Lists and dicts for what is made anew at each walk."""
    if isinstance(x, dict):
        return {key: _plain(value) for key, value in x.items()}
    if isinstance(x, str):
        return str(x)
    if isinstance(x, (int, float)) or not hasattr(x, "__iter__"):
        return x
    return [_plain(value) for value in x]


def _text(x: Any, source: str) -> str:
    if not isinstance(x, str):
        raise usage(f"{source} is text, not {type(x).__name__}", source)
    return x


def _unknown(what: str, name: Any, names: list[str], source: str | None = None) -> HodiffError:
    name = name[:60] if isinstance(name, str) else type(name).__name__
    return usage(unknown(what, name, names), source)


def _ratio(x: Any, option: str) -> Any:
    """A number above 0 as the exact number that Python prints."""
    from fractions import Fraction  # start-up: few options are exact

    try:
        found = Fraction(x if isinstance(x, (int, Fraction)) else str(x))
    except (ValueError, ZeroDivisionError):
        found = Fraction(0)
    if found <= 0 or isinstance(x, bool):
        raise usage(f"{option} is a number above 0, as 0.1 or 1/10, not {str(x)[:60]!r}", option)
    return found


def _each(x: Any) -> Sequence[Any]:
    return x if isinstance(x, tuple) else (x,)


def check_options(how: How, own: Mapping[str, Any]) -> None:
    """Raise for what no option of the command line can be."""
    if how.arithmetic not in (None, "ball", "float"):
        raise _unknown("arithmetic", how.arithmetic, ["ball", "float"], "--arithmetic")
    if own.get("method", "auto") not in ("auto", "nested", "taylor"):
        raise _unknown("method", own["method"], ["auto", "nested", "taylor"], "--method")
    if own.get("of") is not None:
        _text(own["of"], "--of")
    for name, x, least, most in (
        ("--digits", how.digits, 1, MOST_DIGITS),
        *(("--order", order, 0, MOST_ORDER) for order in _each(own.get("order"))),
        ("--taylor", own.get("taylor"), 0, MOST_ORDER),
        ("--first", own.get("first"), 1, MOST_FIRST),
        ("--samples", own.get("samples"), 2, MOST_SAMPLES),
        ("--seed", own.get("seed"), 0, MOST_SEED),
    ):
        if x is not None and (type(x) is not int or x < least):
            raise usage(f"{name} is a whole number from {least} on, not {str(x)[:60]!r}", name)
        if x is not None and x > most:
            raise usage(f"{name} can be {most} at most", name, "limit")
    for name, x in (("--rtol", how.rtol), ("--seconds", own.get("seconds"))):
        if x is not None and not (isinstance(x, (int, float)) and 0 < x < 1e308):
            raise usage(f"{name} is a number above 0, not {str(x)[:60]!r}", name)
    if how.digits is not None and how.arithmetic == "float":
        raise usage("--digits are proven ones, which floats have not: leave one out", "--digits")
    if how.exact and how.arithmetic == "float":
        raise usage("--exact numbers are more than floats are: leave one out", "--exact")


def _check_intervals(problem: Problem, how: How) -> None:
    """Raise for what there is not over intervals, and for what is for these alone."""
    if not problem.radii:
        if how.rtol is not None:
            raise usage("--rtol is for an interval in --at, as in x=2+/-0.1", "--rtol")
        return
    asked = {"--digits": how.digits, "--arithmetic float": how.arithmetic == "float"}
    asked |= {"--subgradient": how.subgradient, "--exact": how.exact}
    for option, given in asked.items():
        if given:
            raise usage(f"over an interval there is no {option}", option.split()[0])
