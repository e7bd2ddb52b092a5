"""calculate and parse: the calculator for everyone who isn't a shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from hodiff.answers.question import How
from hodiff.calculator.answer import Answer, text
from hodiff.calculator.commands import COMMANDS, MOST_DIGITS, MOST_ORDER
from hodiff.calculator.formats import FORMATS
from hodiff.calculator.request import Request, usage
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError, nearest
from hodiff.language.problem import Problem, read

Bound: TypeAlias = str | Sequence[str] | Mapping[str, Any] | None
"""Names with values: {"x": 2, "y": "pi/2"}, or as a shell has it, "x=2,y=pi/2"."""


class Result:
    """What a command found: its numbers, or formulas, by the names that json gives them.

    r.value, r.gradient, r.hessian ...  numbers as the command line prints them: ints, floats, text
                   where digits were asked for or where a double has not the range
    r.exact        the same result with what is known to be rational as int and Fraction
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

    def __init__(self, answer: Answer, request: Request | None, own: Mapping[str, Any]) -> None:
        self.answer, self._request, self._own = answer, request, own

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__.get("answer", ("", {}))[1]
        if name not in fields:
            names = ", ".join(fields)
            raise AttributeError(f"this result has no {name!r}{nearest(name, [*fields])}: {names}")
        return _plain(fields[name])

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.answer.fields})

    @property
    def reading(self) -> str | None:
        """The expression as it was read, as text of the language; None where there was none."""
        from hodiff.views.formula import formula  # start-up: numbers need none

        return None if self._request is None else formula(self._request.f)

    @property
    def formulas(self) -> dict[str, str]:
        """The formulas by name: f, df_dx, d2f_dx_dy.

        >>> import hodiff
        >>> hodiff.calculate("grad", "x**2*y").formulas
        {'f': 'x**2*y', 'df_dx': '2*x*y', 'df_dy': 'x**2'}
        """
        if self._request is None or self._request.has_point:
            raise AttributeError("there are formulas where no point is given: leave out at=")
        names, values = self.answer.records
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
        return _asked(self._request._replace(exact=True), self._own)

    def to_dict(self) -> dict[str, Any]:
        """json's object: numbers, text, lists and dicts.

        >>> import hodiff
        >>> hodiff.calculate("grad", "x**2", at="x=3").to_dict()["gradient"]
        {'x': 6}
        """
        return {name: _plain(value) for name, value in self.answer.fields.items()}

    def text(self, style: str = "table") -> str:
        """The result as the command line prints it: table, json, csv or plain.

        >>> import hodiff
        >>> hodiff.calculate("nth", "x**3", at="x=2", order=2).text("plain")
        '12'
        """
        if style not in FORMATS:
            raise _unknown("format", style, list(FORMATS), "--format")
        return FORMATS[style](self.answer)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        command, expression = self.answer.fields["command"], self.answer.title
        return f"<{command} {expression}>" if expression else f"<{command}>"


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
    **own: Any,
) -> Result:
    """What `hodiff COMMAND EXPR` answers, as numbers and formulas.

    command      grad, nth, hessian, hvp, jacobian, jvp, vjp, value, taylor, tensor, laplacian,
                 implicit, functions
    at           the point: numbers, text of the language ("pi/2", "2+/-0.1"), lists, arrays; a
                 float means the decimal that Python prints, 0.1 one tenth. Without it formulas
    let          constants of the expression
    wrt          the variables to differentiate in; all of at
    arithmetic   "ball" for proven digits or nothing, "float" for doubles
    digits       so many proven digits, as text
    rtol         over an interval: how far outside the range an end may be, relative to it
    subgradient  at a kink the convention of machine learning frameworks
    extend       where f has no value at the point but a limit, take the limit
    exact        rational numbers as int and Fraction
    own          what the command alone has: order=, v=, along=, method=, diag=, within=, of=,
                 solve=

    Cost: that of one process of the command line less its start. Raises HodiffError, with the
    place in the text and the mend, where there is no answer.

    >>> import hodiff
    >>> r = hodiff.calculate("grad", "x**2*sin(y)", at={"x": 3, "y": "pi/2"})
    >>> r.value, r.gradient
    (9, {'x': 6, 'y': 0})
    """
    if command == "functions":
        from hodiff.calculator.commands.functions import catalogue  # start-up: few ask

        return Result(catalogue(), None, {})
    known = COMMANDS.get(command)
    if known is None:
        raise _unknown("command", command, [*COMMANDS, "functions"])
    for name in own:
        if name not in known.options:
            raise _unknown(f"option of {command}", name, list(known.options))
    if expression is None:
        raise usage(f"{command} needs an expression: {known.example}", "EXPR")
    for name in known.needed:
        if own.get(name) is None:
            raise usage(f"{command} needs --{name}: {known.example}", f"--{name}")
    how = How(arithmetic, digits, rtol, subgradient, extend)
    given = dict(own)
    of = given.pop("of", None)
    for name in ("v", "along"):
        if given.get(name) is not None:
            given[name] = _vector(given[name])
    names = wrt if wrt is None or isinstance(wrt, str) else ",".join(wrt) or None
    _check(how, given)
    problem = read(expression, _bindings(at), _bindings(let), names, known.repeats, of)
    _check_intervals(problem, how)
    return _asked(Request(command, problem, problem.wrt, how, exact), given)


def _asked(request: Request, own: Mapping[str, Any]) -> Result:
    answer = COMMANDS[request.command].function(request.command)(request, **own)
    return Result(answer, request, own)


def parse(
    expression: str, let: Bound = None, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> tuple[Tensor, dict[str, Tensor]]:
    """A text of the language as a tensor, and its variables by name.

    let gives constants; shapes the variables that are arrays. Raises HodiffError that points into
    the text.

    >>> import hodiff
    >>> f, variables = hodiff.parse("x**2 + y")
    >>> f, list(variables)
    (tensor(x**2 + y), ['x', 'y'])
    >>> hodiff.grad(f, variables["x"], create_graph=True)
    (tensor(2*x),)
    """
    problem = read(expression, (), _bindings(let), shapes=shapes or {})
    return problem.f, problem.variables


def _plain(x: Any) -> Any:
    """Lists and dicts for what is made anew at each walk."""
    if isinstance(x, dict):
        return {key: _plain(value) for key, value in x.items()}
    if isinstance(x, (str, int, float)) or not hasattr(x, "__iter__"):
        return x
    return [_plain(value) for value in x]


def _bindings(values: Bound) -> list[str | tuple[str, Any]]:
    """Names with values as problems are read from: texts, or pairs of a name and an array."""
    if values is None:
        return []
    if isinstance(values, str):
        return [values]
    if not isinstance(values, Mapping):
        return list(values)
    found: list[str | tuple[str, Any]] = []
    for name, value in values.items():
        if not name.isidentifier():
            raise usage(f"{name!r} is no name: ASCII letters, digits, '_' and Greek letters")
        array = hasattr(value, "dtype") or isinstance(value, Tensor)
        found.append((name, value) if array else f"{name}={_written(value)}")
    return found


def _written(value: Any) -> str:
    """A number, text or nested lists of them as text of the language."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value - value != 0:
        raise usage(f"{value} is no number: leave it out, or give a finite one")
    return str(value)


def _vector(value: Any) -> str:
    """A vector as text: by name, in the order of the variables, or as it is."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={_written(x)}" for name, x in value.items())
    if hasattr(value, "tolist"):
        value = value.tolist()
    return ",".join(map(_written, value)) if isinstance(value, (list, tuple)) else _written(value)


def _unknown(what: str, name: str, names: list[str], source: str | None = None) -> HodiffError:
    mend = nearest(name, names) or f": it can be {', '.join(names) or 'none'}"
    return usage(f"unknown {what} '{name[:60]}'{mend}", source)


def _check(how: How, own: Mapping[str, Any]) -> None:
    """Raise for what no option of the command line can be."""
    if how.arithmetic not in (None, "ball", "float"):
        raise _unknown("arithmetic", str(how.arithmetic), ["ball", "float"], "--arithmetic")
    if own.get("method", "auto") not in ("auto", "nested", "taylor"):
        raise _unknown("method", str(own["method"]), ["auto", "nested", "taylor"], "--method")
    for name, x, least, most in (
        ("--digits", how.digits, 1, MOST_DIGITS),
        ("--order", own.get("order"), 0, MOST_ORDER),
    ):
        if x is not None and (type(x) is not int or x < least):
            raise usage(f"{name} is a whole number from {least} on, not {x!r}", name)
        if x is not None and x > most:
            raise usage(f"{name} can be {most} at most", name, "limit")
    for name, x in (("--rtol", how.rtol), ("--within", own.get("within"))):
        if x is not None and not 0 < x < float("inf"):
            raise usage(f"{name} is a number above 0, not {x!r}", name)
    if how.digits is not None and how.arithmetic == "float":
        raise usage("--digits are proven ones, which floats have not: leave one out", "--digits")


def _check_intervals(problem: Problem, how: How) -> None:
    """Raise for what there is not over intervals, and for what is for these alone."""
    if not problem.radii:
        if how.rtol is not None:
            raise usage("--rtol is for an interval in --at, as in x=2+/-0.1", "--rtol")
        return
    asked = {"--digits": how.digits, "--arithmetic float": how.arithmetic == "float"}
    for option, given in {**asked, "--subgradient": how.subgradient}.items():
        if given:
            raise usage(f"over an interval there is no {option}", option.split()[0])
