"""hodiff.compile: an expression and its derivatives as a function of columns of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hodiff.answers.question import How, Question
from hodiff.calculator.columns import columns, on_columns, with_options
from hodiff.calculator.given import ranges
from hodiff.calculator.request import usage
from hodiff.calculator.result import calculating, check_options
from hodiff.derivatives import components
from hodiff.derivatives.plan import NoSeries
from hodiff.derivatives.plan import Plan as QuestionPlan
from hodiff.derivatives.vmap import vmapped
from hodiff.engine.graph import ONE, ZERO, Kind, Tensor, constant, topological
from hodiff.engine.operations.piecewise import either, where
from hodiff.engine.sharing import sharing
from hodiff.errors import HodiffError, unknown
from hodiff.language.problem import is_name, read

if TYPE_CHECKING:
    import polars

    from hodiff.arithmetic.rows import Plan
    from hodiff.derivatives.on_rows import SeriesPlan

NO_SERIES = "the derivative has too many nodes, and no Taylor series: ask for a lower order"


class Compiled:
    """A function of columns of numbers, one for each name of inputs, that gives one for each name
    of outputs, as `--format csv` names them: f, df_dx, d2f_dx_dy. See hodiff.compile."""

    def __init__(
        self,
        expression: str,
        what: str,
        wrt: tuple[str, ...] | None,
        let: tuple[str, ...],
        own: Mapping[str, Any],
        constants: str | None = None,
        strict: bool = False,
    ) -> None:
        self.constants, self.strict = constants, strict
        self.expression, self.what, self.wrt, self.let, self.own = expression, what, wrt, let, own
        command = with_options(what, own)
        check_options(How(), own)
        if wrt is not None and "wrt" in command.without:
            raise usage(f"{what} takes no --wrt: leave it out", "--wrt")
        over = ranges(own.get("over"))
        problem = read(
            expression, let=let, wrt=None if wrt is None else ",".join(wrt),
            repeats=command.repeats, of=own.get("of"), physical=constants, strict=strict,
            over=over, equation=command.equation, rows=bool(over),
            beside=[own["claim"]] if "claim" in own else (),
        )  # fmt: skip
        with calculating():
            self.columns = columns(what, problem, own)
        self.notes, self.physical = problem.notes, frozenset(problem.physical)
        self.let_names = frozenset(problem.constants) - self.physical
        self.inputs, self.outputs = tuple(self.columns.inputs), tuple(self.columns.kinds)

    def __reduce__(self) -> Any:
        """Pickled as what was asked: a plan is quickly made, and need not be of one version."""
        asked = self.expression, self.what, self.wrt, self.let, self.own
        return Compiled, (*asked, self.constants, self.strict)

    def __repr__(self) -> str:
        return f"<hodiff.compile {', '.join(self.outputs)} of {', '.join(self.inputs)}>"

    @cached_property
    def _on_rows(self) -> tuple[list[Tensor], list[Tensor], list[int], list[Tensor]]:
        """The variables and the graphs of a block of rows, each once, for each output which of
        these it is, and what the user wrote: of 0*log(x) the graphs have nothing left."""
        from hodiff.arithmetic.rows import on_rows  # start-up: brings numpy

        batch = {x: on_rows(x) for x in self.columns.inputs.values()}
        numbers = self.columns.numbers.values()
        graphs = [number.graph for number in numbers if number.graph is not None]
        once = {id(f): f for f in self.columns.graphs}
        with sharing():  # an entry of [x, y] is x
            written = [part for f in once.values() for part in components(f)]
        if batch:
            written = vmapped(written, batch)
            with sharing() as table:
                table.know(topological(written))
                graphs = vmapped(graphs, batch)
        each = list({id(y): y for y in graphs}.values())
        places = {id(y): k for k, y in enumerate(each)}
        return list(batch.values()), each, [places[id(y)] for y in graphs], written

    @cached_property
    def _plan(self) -> Plan | SeriesPlan:
        from hodiff.arithmetic.rows import Plan  # start-up: brings numpy

        if self.columns.series is not None:
            return self._series_plan(self.columns.series, None)
        variables, graphs, places, _ = self._on_rows
        graphs = _as_numbers(graphs)
        return Plan([graphs[k] for k in places], variables)  # a column for each, though equal

    @cached_property
    def _plan_of_views(self) -> Plan | SeriesPlan:
        from hodiff.arithmetic.rows import Plan  # start-up: brings numpy

        if self.columns.series is not None:
            return self._plan
        variables, graphs, _, _ = self._on_rows
        return Plan(_as_numbers(graphs), variables, views=True)

    def checking(self, how: How) -> Plan | SeriesPlan | None:
        """The plan, with one output more: the rows that doubles can't answer. In some a number
        isn't finite, others look as if they had an answer. What those hold is for columns.at to
        say; None where all do."""
        if not self.columns.in_doubles:
            return None
        from hodiff.answers.doubt import doubtful, unbounded  # start-up: files of points need it
        from hodiff.answers.kinks import by_convention
        from hodiff.arithmetic.rows import Plan

        smooth = any(number.question.smooth for number in self.columns.numbers.values())

        def refused(node: Tensor) -> bool:
            return smooth and not (how.subgradient and by_convention(node))

        if self.columns.series is not None:
            return self._series_plan(self.columns.series, refused)
        variables, graphs, _, written = self._on_rows
        doubt = doubtful(graphs, variables, refused, written)
        graphs = _as_numbers(graphs)
        infinite = unbounded([*graphs, *variables])
        doubt = infinite if doubt is None else either(doubt, infinite)
        return Plan([*graphs, doubt], variables, views=True)

    def _series_plan(
        self, question: Question, refused: Callable[[Tensor], bool] | None
    ) -> SeriesPlan:
        """The same by Taylor series, without doubt where refused is None."""
        from hodiff.answers.doubt import doubtful  # start-up: high orders alone need these
        from hodiff.derivatives.on_rows import SeriesPlan, row_of

        assert isinstance(question.wanted, QuestionPlan) and question.wanted.taylor is not None
        batch = {x: row_of(x) for x in self.columns.inputs.values()}
        with calculating():
            try:
                computation = question.wanted.taylor(batch)
            except NoSeries:
                raise HodiffError("limit", NO_SERIES) from None
            doubt = None
            if refused is not None:
                doubt = doubtful(computation.nodes, list(batch.values()), refused)
                doubt = constant(False) if doubt is None else doubt
        return SeriesPlan(computation, list(batch.values()), doubt)

    def named(self, found: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
        """What a plan has found, each once, by the outputs' names, of which several may be one; or
        what is computed from it and from the inputs' columns."""
        places = self._on_rows[2] if self.columns.series is None else self._series_places
        return self._named([found[k] for k in places], inputs)

    @property
    def _series_places(self) -> list[int]:
        return [number.place for number in self.columns.numbers.values()]

    def _named(self, numbers: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
        if self.columns.after is not None:
            return self.columns.after.columns(numbers, inputs)
        return dict(zip(self.outputs, numbers, strict=True))

    def __call__(
        self, /, *columns: Any, threads: int | None = None, copy: bool = True, **named: Any
    ) -> dict[str, Any]:
        """The outputs' columns by their names.

        columns  numbers or arrays that broadcast against each other, in the order of inputs
        named    the same by name
        threads  how many at most; None for as many as the process has processors
        copy     whether a result that is an input, a constant, or equals another, is an array of
                 its own, too. Where it is False such results take neither time nor memory; no
                 result can be written to, and what is written to an input may be in one.

        Each result has the shape that the columns broadcast to, and doubles: nan where the number
        is undefined, inf at a pole, and at a kink the convention of the frameworks (0 for the
        slope of abs), as hodiff.evaluate has them. A condition is 1 where it holds, else 0; what a
        masked array hides is nan.
        Of high orders, which Taylor series give, nan is also a derivative that rounding has taken
        more than a millionth of.

        Raises TypeError for an input that is missing, unknown, given twice or not of real numbers.
        """
        if threads is not None and (type(threads) is not int or threads < 1):
            raise ValueError(f"threads is a whole number from 1 on, not {threads!r}")
        if type(copy) is not bool:
            raise ValueError(f"copy is True or False, not {copy!r}")
        return self._found(self._given(columns, named), threads, copy)

    def _found(
        self, given: Mapping[str, Any], threads: int | None = None, copy: bool = False
    ) -> dict[str, Any]:
        """The outputs by their names; without copy several may be of one array."""
        import numpy as np  # start-up: reading the text needs none

        arrays = [_doubles(given[name], name) for name in self.inputs]
        whole = np.broadcast_arrays(*arrays) if arrays else [np.zeros(())]
        shape = whole[0].shape
        flat = [x.reshape(-1) for x in whole] if arrays else []
        if not copy:
            results = self.named(self._plan_of_views(flat, threads), flat)
        elif self.columns.series is None:
            results = self._named(self._plan(flat, threads), flat)
        else:  # of series two results may be one column: the value and c0
            columns = self._plan(flat, threads)
            results = self._named([columns[k].copy() for k in self._series_places], flat)
        once = {id(y): y.reshape(shape) for y in results.values()}
        for y in () if copy else once.values():
            y.flags.writeable = False
        return {name: once[id(y)] for name, y in results.items()}

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

        self._fits(data.columns)
        columns, known = {}, pl.lit(True)
        there = [name for name in self.inputs if name in data.columns]
        for name in there:
            kind = data.schema[name]
            if not (kind.is_numeric() or kind in (pl.Boolean, pl.Null)):
                raise TypeError(f"the column {name} has to be numbers, not {kind}")
            columns[name] = data[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
            known = known & pl.col(name).is_not_null()
        found = self._found(self._given((), columns))
        once = {id(y): pl.Series(np.broadcast_to(y, data.height)) for y in found.values()}
        results = [once[id(y)].alias(name) for name, y in found.items()]
        whole = data.with_columns(results)
        if any(data[name].null_count() for name in there):
            outputs = pl.when(known).then(pl.col(self.outputs))
            whole = whole.with_columns(outputs.name.keep())
        return whole

    def arrow(self, data: Any) -> Any:
        """An Arrow table, or a record batch, with the outputs' columns behind its own, by the rules
        of frame. It is for engines that have Arrow's batches, as Spark and Ray Data: docs/scale.md.

        It needs pyarrow alone. Raises what frame raises.
        """
        import numpy as np  # start-up: reading the text needs none
        import pyarrow as pa  # start-up, and there where data is

        self._fits(data.schema.names)
        columns, known, is_a = {}, np.ones(data.num_rows, bool), pa.types
        for name in self.inputs:
            if name not in data.schema.names:
                continue
            column = data.column(name)
            kind = column.type
            number = is_a.is_integer(kind) or is_a.is_floating(kind) or is_a.is_decimal(kind)
            if not (number or is_a.is_boolean(kind) or is_a.is_null(kind)):
                raise TypeError(f"the column {name} has to be numbers, not {kind}")
            if column.null_count:
                known &= column.is_valid().to_numpy(zero_copy_only=False)
            if is_a.is_boolean(kind):
                column = column.cast(pa.int8())
            doubles = column.cast(pa.float64(), safe=False)
            columns[name] = doubles.to_numpy(zero_copy_only=False)
        mask = None if known.all() else ~known
        for name, y in self._found(self._given((), columns)).items():
            values = np.broadcast_to(y, data.num_rows)
            data = data.append_column(name, pa.array(values, pa.float64(), mask=mask))
        return data

    def _fits(self, names: Sequence[str]) -> None:
        if taken := [name for name in self.outputs if name in names]:
            raise ValueError(f"the frame has columns {', '.join(taken)} already: rename them")

    def _given(self, columns: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """A column for each input, by their names. Raises TypeError."""
        if len(columns) > len(self.inputs):
            raise TypeError(f"{len(columns)} columns for {len(self.inputs)} inputs: {self.inputs}")
        given = dict(zip(self.inputs, columns, strict=False))
        for name, x in named.items():
            if name in given:
                raise TypeError(f"the input {name} is given twice")
            if name not in self.inputs:
                raise TypeError(unknown("input", name, self.inputs))
            given[name] = x
        after = self.columns.after
        if after is not None:
            absent = {name: name for name in after.beside if name not in given}
            try:
                after.absent(absent)
            except HodiffError as fault:
                raise TypeError(fault.message) from None
            given |= {name: after.defaults[name] for name in absent}
        missing = [name for name in self.inputs if name not in given]
        if missing:
            there = f": there are {', '.join(given)}" if given else ""
            raise TypeError(f"no column for {', '.join(missing)}{there}")
        return given


def compile(
    expression: str | Tensor,
    what: str = "grad",
    wrt: Sequence[str] | None = None,
    let: Sequence[str] = (),
    constants: str | None = None,
    **own: Any,
) -> Compiled:
    """An expression and its derivatives as a function of columns: numpy arrays, or numbers.

    expression  text of the language, or a tensor of variables; its free names are the inputs
    what        a command: value, grad, hessian, nth, hvp, jacobian, jvp, vjp, taylor, tensor,
                laplacian, divergence, curl, implicit, uncertainty; its numbers are the outputs
    wrt         the names to differentiate in; None for all
    let         constants, as ["g=9.81"]
    constants   "si": names that nothing else binds may be constants of physics, c, h, N_A, ...
    own         the command's own options: order=, v=, along=, diag=, of=, solve=, cov=

    The graph is made and planned once: nodes that the results share are computed once, in blocks
    that stay in cache, by as many threads as there are processors. A call costs one pass over the
    columns, and memory for the results and a few blocks. The function can be pickled.

    Of uncertainty the inputs are the variables and their standard uncertainties, u_x of x; those
    that are left out are 0.

    Raises HodiffError for a text that can't be read, a variable that is no number, an unknown name.

    >>> import numpy as np
    >>> slopes = compile("a*x**2*y", wrt=["x", "y"], let=["a=3"])
    >>> slopes.inputs, slopes.outputs
    (('x', 'y'), ('f', 'df_dx', 'df_dy'))
    >>> found = slopes(np.array([1.0, 2.0]), y=10)
    >>> found["df_dx"], found["df_dy"]
    (array([ 60., 120.]), array([ 3., 12.]))
    >>> compile("exp(2*x)", "nth", order=5)(0.0)["d5f_dx5"]
    array(32.)
    """
    if isinstance(expression, Tensor):
        from hodiff.views.formula import formula  # start-up: text needs none

        expression = formula(expression)
    if not isinstance(expression, str):
        message = f"an expression is text or a tensor, not {type(expression).__name__}"
        raise HodiffError("usage", message)
    for name in (wrt := None if wrt is None else _texts(wrt, "wrt")) or ():
        if not is_name(name):
            raise HodiffError("usage", f"wrt has names, and {name!r} is none")
    return Compiled(expression, on_columns(what), wrt, _texts(let, "let"), own, constants)


def _texts(given: Sequence[str], option: str) -> tuple[str, ...]:
    found = (given,) if isinstance(given, str) else tuple(given)
    for text in found:
        if not isinstance(text, str):
            raise HodiffError("usage", f"{option} has text, not {type(text).__name__}")
    return found


def _as_numbers(graphs: Sequence[Tensor]) -> list[Tensor]:
    """The same, with 1 where a condition holds and 0 where it doesn't."""
    return [where(y, ONE, ZERO) if y.operation.kind is Kind.CONDITION else y for y in graphs]


def _doubles(x: Any, name: str) -> Any:
    import numpy as np  # start-up: reading the text needs none

    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"the input {name} has to be real numbers, not {array.dtype}")
    doubles = array.astype(np.float64, copy=False)
    return np.where(np.ma.getmaskarray(x), np.nan, doubles) if np.ma.isMaskedArray(x) else doubles
