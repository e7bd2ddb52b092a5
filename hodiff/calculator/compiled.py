"""hodiff.compile: an expression and its derivatives as a function of columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hodiff import derivatives
from hodiff.derivatives.vmap import vmapped
from hodiff.engine.graph import Tensor
from hodiff.engine.shapes import described
from hodiff.engine.sharing import sharing
from hodiff.errors import HodiffError, nearest
from hodiff.language.problem import Problem, is_name, read

if TYPE_CHECKING:
    import polars

    from hodiff.arithmetic.rows import Plan

WHAT = ("value", "grad", "hessian")


class Compiled:
    """A function of columns of numbers, one for each name of inputs, that gives one for each name
    of outputs, as `--format csv` names them: f, df_dx, d2f_dx_dy. See hodiff.compile."""

    def __init__(
        self, expression: str, what: str, wrt: tuple[str, ...] | None, let: tuple[str, ...]
    ) -> None:
        if what not in WHAT:
            mend = nearest(what, list(WHAT)) or f": it can be {', '.join(WHAT)}"
            raise HodiffError("usage", f"unknown what '{what}'{mend}")
        self.expression, self.what, self.wrt, self.let = expression, what, wrt, let
        problem = read(expression, let=let, wrt=None if wrt is None else ",".join(wrt))
        if problem.f.shape:
            message = f"EXPR has to be one number a row, not {described(problem.f.shape)}"
            raise HodiffError("usage", f"{message}: take one entry of it, as in (EXPR)[0]")
        self.inputs = tuple(problem.variables)
        self.outputs, self._graphs = _derivatives(problem, what)
        self._variables = list(problem.variables.values())

    def __reduce__(self) -> Any:
        """Pickled as what was asked: a plan is quickly made, and need not be of one version."""
        return Compiled, (self.expression, self.what, self.wrt, self.let)

    def __repr__(self) -> str:
        return f"<hodiff.compile {', '.join(self.outputs)} of {', '.join(self.inputs)}>"

    @cached_property
    def _plan(self) -> Plan:
        from hodiff.arithmetic.rows import Plan, on_rows  # start-up: brings numpy

        batch = {x: on_rows(x) for x in self._variables}
        with sharing():
            outputs = vmapped(self._graphs, batch) if batch else self._graphs
        return Plan(outputs, list(batch.values()))

    def __call__(
        self, /, *columns: Any, threads: int | None = None, **named: Any
    ) -> dict[str, Any]:
        """The outputs' columns by their names.

        columns  numbers or arrays that broadcast against each other, in the order of inputs
        named    the same by name
        threads  how many at most; None for as many as the process has processors

        Each result has the shape that the columns broadcast to, and doubles: nan where the number
        is undefined, inf at a pole, and at a kink the convention of the frameworks (0 for the
        slope of abs), as hodiff.evaluate has them.

        Raises TypeError for an input that is missing, unknown, given twice or not of real numbers.
        """
        import numpy as np  # start-up: reading the text needs none

        if threads is not None and (type(threads) is not int or threads < 1):
            raise ValueError(f"threads is a whole number from 1 on, not {threads!r}")
        arrays = [_doubles(x, name) for name, x in self._given(columns, named)]
        whole = np.broadcast_arrays(*arrays) if arrays else [np.zeros(())]
        shape = whole[0].shape
        flat = [x.reshape(-1) for x in whole] if arrays else []
        found = self._plan(flat, threads)
        return {name: y.reshape(shape) for name, y in zip(self.outputs, found, strict=True)}

    def frame(self, data: polars.DataFrame) -> polars.DataFrame:
        """A Polars frame with the outputs' columns behind its own: its columns are the inputs by
        their names, those that are none are left as they are. In a row where an input is missing
        (null) so are the outputs.

        It is a function of frames for `LazyFrame.map_batches`, too. Extra: `hodiff[data]`.

        Raises TypeError for an input that has no column, or not one of numbers; ValueError for
        an output whose name is taken.

        >>> import polars
        >>> data = polars.DataFrame({"id": ["a", "b"], "x": [1.0, None]})
        >>> compile("x**2").frame(data).rows()
        [('a', 1.0, 1.0, 2.0), ('b', None, None, None)]
        """
        import numpy as np  # start-up: reading the text needs none
        import polars as pl  # start-up, and an extra

        if missing := [name for name in self.inputs if name not in data.columns]:
            raise TypeError(f"no column for {', '.join(missing)}: there are {data.columns[:20]}")
        if taken := [name for name in self.outputs if name in data.columns]:
            raise ValueError(f"the frame has columns {', '.join(taken)} already: rename them")
        columns, known = {}, pl.lit(True)
        for name in self.inputs:
            kind = data.schema[name]
            if not (kind.is_numeric() or kind in (pl.Boolean, pl.Null)):
                raise TypeError(f"the column {name} has to be numbers, not {kind}")
            columns[name] = data[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
            known = known & pl.col(name).is_not_null()
        found = self(*columns.values())
        results = [pl.Series(x, np.broadcast_to(y, data.height)) for x, y in found.items()]
        whole = data.with_columns(results)
        if any(data[name].null_count() for name in self.inputs):
            outputs = pl.when(known).then(pl.col(self.outputs))
            whole = whole.with_columns(outputs.name.keep())
        return whole

    def _given(self, columns: Sequence[Any], named: dict[str, Any]) -> list[tuple[str, Any]]:
        if len(columns) > len(self.inputs):
            raise TypeError(f"{len(columns)} columns for {len(self.inputs)} inputs: {self.inputs}")
        given = dict(zip(self.inputs, columns, strict=False))
        for name, x in named.items():
            if name in given:
                raise TypeError(f"the input {name} is given twice")
            if name not in self.inputs:
                mend = nearest(name, list(self.inputs)) or f": there are {', '.join(self.inputs)}"
                raise TypeError(f"unknown input '{name}'{mend}")
            given[name] = x
        missing = [name for name in self.inputs if name not in given]
        if missing:
            raise TypeError(f"no column for {', '.join(missing)}")
        return [(name, given[name]) for name in self.inputs]


def compile(
    expression: str,
    what: str = "grad",
    wrt: Sequence[str] | None = None,
    let: Sequence[str] = (),
) -> Compiled:
    """An expression and its derivatives as a function of columns: numpy arrays, or numbers.

    expression  text of the language, one number a row; its free names are the inputs
    what        "value": f alone; "grad": f and its slopes; "hessian": these and the second
                derivatives, the upper triangle, a mixed one once
    wrt         the names to differentiate in; None for all
    let         constants, as ["g=9.81"]

    The graph is made and planned once: nodes that the results share are computed once, in blocks
    that stay in cache, by as many threads as there are processors. A call costs one pass over the
    columns, and memory for the results and a few blocks. The function can be pickled.

    Raises HodiffError for a text that can't be read, a vector, an unknown name.

    >>> import numpy as np
    >>> slopes = compile("a*x**2*y", wrt=["x", "y"], let=["a=3"])
    >>> slopes.inputs, slopes.outputs
    (('x', 'y'), ('f', 'df_dx', 'df_dy'))
    >>> found = slopes(np.array([1.0, 2.0]), y=10)
    >>> found["df_dx"], found["df_dy"]
    (array([ 60., 120.]), array([ 3., 12.]))
    """
    if not isinstance(expression, str):
        message = f"an expression is text, not {type(expression).__name__}"
        raise HodiffError("usage", f"{message}: hodiff.formula writes a tensor as text")
    for name in (wrt := None if wrt is None else _texts(wrt, "wrt")) or ():
        if not is_name(name):
            raise HodiffError("usage", f"wrt has names, and {name!r} is none")
    return Compiled(expression, what, wrt, _texts(let, "let"))


def _texts(given: Sequence[str], option: str) -> tuple[str, ...]:
    found = (given,) if isinstance(given, str) else tuple(given)
    for text in found:
        if not isinstance(text, str):
            raise HodiffError("usage", f"{option} has text, not {type(text).__name__}")
    return found


def _derivatives(problem: Problem, what: str) -> tuple[tuple[str, ...], list[Tensor]]:
    """The names of what is asked, and its graphs."""
    f, names, xs = problem.f, problem.wrt, problem.inputs
    slopes: list[Tensor] = []
    rows: list[list[Tensor]] = []
    if what == "grad":
        slopes = derivatives.gradient(f, xs)
    elif what == "hessian":
        slopes, rows = derivatives.hessian(f, xs)
    columns = {"f": f} | {f"df_d{x}": slope for x, slope in zip(names, slopes, strict=False)}
    for i, row in enumerate(rows):
        for y, second in list(zip(names, row, strict=True))[i:]:
            columns[f"d2f_d{names[i]}_d{y}"] = second
    return tuple(columns), list(columns.values())


def _doubles(x: Any, name: str) -> Any:
    import numpy as np  # start-up: reading the text needs none

    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"the input {name} has to be real numbers, not {array.dtype}")
    return array.astype(np.float64, copy=False)
