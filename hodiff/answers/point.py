"""Answers at a point: the numbers, or why there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from math import prod
from operator import getitem
from typing import Any

from hodiff.answers.precision import NEARLY_ZERO, Unproven, until_determined
from hodiff.answers.question import Numbers, Question
from hodiff.arithmetic import ball_numbers
from hodiff.arithmetic.balls import BALLS, ROUNDED
from hodiff.arithmetic.base import Arithmetic, Values, taken
from hodiff.arithmetic.domains import DOMAINS, domain
from hodiff.arithmetic.floats import FLOATS
from hodiff.arithmetic.program import Program, suited
from hodiff.derivatives.plan import Computation, NoSeries, Open
from hodiff.engine.exact import rational
from hodiff.engine.graph import CONSTANT, Tensor, apply, topological
from hodiff.engine.operations.elementary import atan2, pow, sqrt
from hodiff.engine.operations.structure import expand_to
from hodiff.engine.passes import rebuilt
from hodiff.engine.sharing import sharing
from hodiff.errors import HodiffError

QUICK_TRIES = 3  # of series in balls alone, at growing precision
BITS_AN_ORDER = 16  # that a series may lose: a quotient loses the digits of a factorial
MOST_STEPS = 200_000  # of balls, on all arrays of a run: below a second


def in_doubles(question: Question, outputs: Sequence[Tensor]) -> Numbers:
    """The values of outputs in doubles, all finite; Raises HodiffError: domain or pole where an
    operation has no value, limit where one passes a double's range, kink where one-sided
    derivatives differ (with subgradient it is what machine learning frameworks give)."""
    point = point_in(question, FLOATS)
    values = _solved(question, Program(outputs), point)
    return Numbers(point, values, [None] * len(values), "float", [])


def in_balls(question: Question, outputs: Sequence[Tensor]) -> Numbers:
    """The values of outputs, computed in balls until every digit is determined.

    Raises HodiffError as in_doubles does, and undecided where a comparison, a domain or a number
    can't be told at 4096 bits (more with digits).
    """
    program = Program(outputs, BALLS)
    looked = False

    def compute(point: Mapping[Tensor, Any], notes: list[str]) -> list[Any]:
        try:
            return _solved(question, program, point, notes)
        except HodiffError as fault:
            return looked_beside(fault)(point, notes)

    def looked_beside(fault: HodiffError) -> Callable[..., list[Any]]:
        from hodiff.answers import beside  # start-up: most points are ordinary

        nonlocal looked
        looked = True
        return lambda point, notes: beside.answered(question, outputs, point, fault, notes)

    try:
        return zero_by_identity(question, outputs, _proven(question, compute))
    except HodiffError as fault:
        if looked:
            raise
        try:
            return _proven(question, looked_beside(fault))  # more bits didn't tell
        except HodiffError as still:
            if still.kind != "undecided":
                raise
        met = _proven(question, lambda point, notes: _solved(question, program, point, notes, True))
        return zero_by_identity(question, outputs, met)


def nearly_zero(found: Numbers) -> list[int]:
    """Which of the values balls can't tell from 0."""
    if NEARLY_ZERO not in found.notes:
        return []
    return [
        i
        for i, (value, exact) in enumerate(zip(found.values, found.exact, strict=True))
        if exact is None and (isinstance(value, list) or float(value) == 0)
    ]


def zero_by_identity(question: Question, outputs: Sequence[Tensor], found: Numbers) -> Numbers:
    """What balls can't tell from 0 is 0 where an identity says so: everywhere, as of
    sqrt(x**2 + 1)**2 - x**2 - 1, or at the point, as of exp(-x) - x*exp(-x) at 1."""
    nearly = nearly_zero(found)
    if not nearly:
        return found
    from hodiff.views.identity import vanishing  # start-up: most numbers are none

    zero = vanishing(question.f, [outputs[i] for i in nearly])
    known = {i for i, vanishes in zip(nearly, zero, strict=True) if vanishes}
    left = [i for i in nearly if i not in known]
    if left:
        there = at_the_point(question, [question.f, *(outputs[i] for i in left)])
        zero = vanishing(there[0], there[1:])
        known |= {i for i, vanishes in zip(left, zero, strict=True) if vanishes}
    return found._replace(
        exact=[0 if i in known else exact for i, exact in enumerate(found.exact)],
        notes=[x for x in found.notes if x != NEARLY_ZERO or len(known) < len(nearly)],
    )


def at_the_point(question: Question, graphs: Sequence[Tensor]) -> list[Tensor]:
    """Graphs with the point in place of the variables."""

    def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
        return apply(node.operation, tuple(inputs), node.attributes) if inputs else node

    with sharing():
        made = rebuilt(topological(graphs), rule, question.at)
    return [made[y] for y in graphs]


def beside_in_balls(question: Question) -> Numbers | None:
    """f and its derivatives, as question.orders has them, from just beside the point; None where
    that has no answer, or doesn't know whether it is one."""
    from hodiff.answers import beside  # start-up: most points are ordinary

    outputs, no_answer = [question.f] * len(question.orders), HodiffError("domain", "")
    try:
        return _proven(
            question,
            lambda point, notes: beside.answered(question, outputs, point, no_answer, notes),
        )
    except HodiffError:
        return None


def _proven(
    question: Question,
    compute: Callable[[Mapping[Tensor, Any], list[str]], Sequence[Any]],
    reading: Callable[[Any], Any] = lambda x: x,
    more: int = 0,
) -> Numbers:
    """What compute gives at the point, when its balls determine it; it leaves in a list what has
    to be said. reading is done to each number before it is told; more: see until_determined."""
    notes: list[str] = []

    def run() -> list[Any]:
        notes.clear()
        point = point_in(question, BALLS)
        return [*point.values(), *compute(point, notes)]

    n = len(question.at)
    found = until_determined(run, question.how.digits, reading, point=n, more=more)
    point = dict(zip(question.at, found.values, strict=False))
    notes += found.notes
    return Numbers(point, found.values[n:], found.exact[n:], "ball", notes, found.exact[:n])


def against_balls(question: Question, outputs: Sequence[Tensor]) -> str | None:
    """What stands against computing outputs in balls; None where nothing does."""
    program = Program([*outputs, *question.at.values()], BALLS)
    if sum(map(_steps, program.order)) > MOST_STEPS:
        return f"the arrays take over {MOST_STEPS} steps"
    for node in program.order:
        if node.inputs and node.value is None:
            try:
                BALLS.function(node.operation)
            except NotImplementedError as fault:
                return str(fault)
    return None


def _steps(node: Tensor) -> int:
    """The entries of an array, or the multiplications of a product of matrices."""
    inner = node.inputs[0].shape[-1] if node.operation.name == "matmul" else 1
    return prod(node.shape) * inner if node.shape else 0


def series_in_balls(question: Question, compute: Computation, rounded: bool) -> Numbers | None:
    """What a computation by Taylor series gives, as in_balls gives it.

    None where there is no series (a kink, a power at 0), or none can be told. rounded: exact
    numbers are taken as such only if balls don't determine all digits at some precisions.
    """
    # With digits asked for, 1120 from exact numbers and 1120.000 from a ball print differently.
    quickly = iter([ROUNDED if rounded and question.how.digits is None else BALLS] * QUICK_TRIES)

    def numbers(point: Mapping[Tensor, Any], notes: list[str]) -> list[Any]:
        try:
            return compute.compute(point, next(quickly, BALLS))
        except Open:
            raise Unproven(HodiffError("undecided", "")) from None

    try:
        return _proven(question, numbers, ball_numbers.exact, BITS_AN_ORDER)
    except NoSeries:
        return None
    except HodiffError as fault:
        if fault.message:
            raise
        return None


def series_in_doubles(question: Question, computation: Computation) -> Numbers | None:
    """What a computation by Taylor series gives in doubles; None where there is no series, where
    numbers pass a double's range, or where rounding left no digits of one.

    The last shows beside the numbers at a point some roundings away: they differ by more than a
    millionth of the largest of a number and its neighbours.
    """
    point = point_in(question, FLOATS)
    arithmetic = suited(computation.nodes)
    away = {x: value + 2.0**-48 * (abs(value) + (value == 0)) for x, value in point.items()}
    try:
        found, other = (computation.compute(at, arithmetic) for at in (point, away))
    except (NoSeries, Open):
        return None
    if not all(map(FLOATS.finite, (*found, *other))):
        return None
    for k, (a, b) in enumerate(zip(found, other, strict=True)):
        if abs(a - b) > 1e-6 * max(map(abs, found[max(k - 1, 0) : k + 2])):
            return None
    return Numbers(point, found, [None] * len(found), "float", [])


def point_in(question: Question, arithmetic: Arithmetic) -> dict[Tensor, Any]:
    """What the variables are at, in an arithmetic: of an interval, the centre."""
    return constants(question, question.at, arithmetic)


def constants(
    question: Question, graphs: Mapping[Tensor, Tensor], arithmetic: Arithmetic
) -> dict[Tensor, Any]:
    """The values of graphs without variables."""
    nodes = list(graphs.values())
    program = Program(nodes, None if arithmetic is FLOATS else arithmetic)
    values = program.values()
    if not all(map(arithmetic.finite, values.values())):
        _refuse(question, program, values, set(program.order))
    return {x: values[id(y)] for x, y in graphs.items()}


def _solved(
    question: Question,
    program: Program,
    point: Mapping[Tensor, Any],
    notes: list[str] | None = None,
    by_identity: bool = False,
) -> list[Any]:
    """The values of a program's outputs at a point; notes get what has to be said of them.
    by_identity: pieces that meet may be proven to agree by one."""
    decide = program.arithmetic.pointwise
    values = program.values(point, _unsigned(program) if decide is FLOATS else None)
    there = all(decide.finite(values[id(y)]) for y in program.outputs[:1])
    if notes is not None and question.smooth and there and _at_an_edge(program, values):
        from hodiff.answers import beside  # start-up: most points are ordinary

        notes += filter(None, [beside.one_sided(question)])
    jumps = question.smooth and any(node.operation.jumps for node in program.order)
    if not jumps and all(map(decide.finite, values.values())):
        return _results(program.outputs, values)

    from hodiff.answers import faults, kinks  # start-up: most points are ordinary

    def refused(node: Tensor) -> bool:
        by_convention = question.how.subgradient and kinks.by_convention(node)
        return question.smooth and not by_convention

    found = taken(program.outputs, values)
    _refuse(question, program, values, {node for node in found if not node.derived})
    search = kinks.Search(program, point, question.variables, refused, values)
    base = kinks.Run({}, values, _results(program.outputs, values))
    try:
        if search.tie(base) is None:
            _refuse(question, program, values, found)
            return base.results
        runs = search.around()
    except kinks.Undecided as undecided:
        error = faults.undecided(undecided.node, undecided.wide)
        raise (Unproven(error) if undecided.wide else error) from None
    results = runs[0].results
    agree = [decide.same(results[0], base.results[0])]
    agree += [decide.same(a, b) for run in runs for a, b in zip(results, run.results, strict=True)]
    if by_identity and None in agree and False not in agree:
        agree = _identical(question, [search.written(run) for run in (base, *runs)])
    if all(agree):
        for bent in map(search.bent, runs):
            if bent is not None:
                raise faults.undecided(bent, wide=False)
        return results
    if False in agree or not all(decide.finite(x) for run in runs for x in run.results):
        raise faults.kink(search, base, runs, question.slopes)
    node = search.tie(base)
    assert node is not None
    raise Unproven(faults.unequal(node[0]))


def _identical(question: Question, runs: Sequence[list[Tensor] | None]) -> list[bool | None]:
    """Whether f is the same in all runs, and the other outputs in all but the first, which is the
    tie's own: by identities between their graphs, with the point in place of the variables."""
    from hodiff.views.identity import vanishing  # start-up: most points are ordinary

    known = [graphs for graphs in runs if graphs is not None]
    if len(known) < len(runs) or any(y.shape for y in known[0]):
        return [None]
    with sharing():
        there = iter(at_the_point(question, [y for graphs in known for y in graphs]))
        own, first, *others = [[next(there) for _ in graphs] for graphs in known]
        left = [own[0] - first[0]]
        left += [a - b for other in others for a, b in zip(first, other, strict=True)]
    return [True if zero else None for zero in vanishing(own[0], left)]


def _at_an_edge(program: Program, values: Values) -> bool:
    """Whether a root or a power with a broken exponent is taken of 0: on one side of the point it
    may be undefined."""
    return any(
        node.operation in (pow, sqrt)
        and not node.derived
        and not node.shape
        and ball_numbers.is_zero(values[id(node.inputs[0])])
        and not (node.operation is pow and _whole(node.inputs[1]))
        for node in program.order
    )


def _whole(exponent: Tensor) -> bool:
    """Whether an exponent is a whole number all around the point."""
    return exponent.operation is CONSTANT and isinstance(exponent.attributes[0], int)


def past_an_end(question: Question) -> str | None:
    """What has to be said where f has a function at the end of its domain, beyond which it is
    undefined: see hodiff.arithmetic.domains."""
    nodes = topological([question.f])
    if not question.smooth or not any(node.operation.name in DOMAINS for node in nodes):
        return None
    program = Program([question.f], BALLS)
    values = program.values(point_in(question, BALLS))
    ends = []
    for node in taken([question.f], values):
        if node.operation.name not in DOMAINS:
            continue
        for inputs, x in _by_entry(node, values):
            whole, above = [BALLS.integer(v) for v in x], [BALLS.less(0, v) for v in x]
            for i, first, last in domain(node.operation.name, whole, above):
                if rational(x[i]) and x[i] in (first, last):
                    u = inputs[i]
                    ends.append(sqrt(u - first if x[i] == first else last - u))
    if not ends:
        return None
    from hodiff.answers import beside  # start-up: most points are ordinary

    return beside.one_sided(question, ends)


def _by_entry(node: Tensor, values: Values) -> Iterator[tuple[Sequence[Tensor], Sequence[Any]]]:
    """What each entry of an entrywise node is computed from: its inputs, and their values."""
    x = [values[id(y)] for y in node.inputs]
    if not node.shape:
        yield node.inputs, x
        return
    import numpy  # start-up: most points are of numbers alone

    from hodiff.engine.object_arrays import entries  # start-up

    spread = [numpy.broadcast_to(entries(v), node.shape) for v in x]
    whole = [expand_to(y, node.shape) if y.shape else y for y in node.inputs]
    for at in numpy.ndindex(*node.shape):
        yield [reduce(getitem, at, y) if y.shape else y for y in whole], [v[at] for v in spread]


def _unsigned(program: Program) -> dict[int, Callable[..., Any]]:
    """How to compute the operations that tell -0.0 from 0, so that they don't."""
    plain = program.arithmetic.function(atan2)
    nodes = [node for node in program.order if node.operation is atan2]
    return {id(node): lambda y, x: plain(y + 0.0, x) for node in nodes}


def _refuse(question: Question, program: Program, values: Values, among: set[Tensor]) -> None:
    """Raise for the first of some nodes that isn't finite: see hodiff.answers.faults."""
    if not all(map(program.arithmetic.finite, values.values())):
        from hodiff.answers import faults  # start-up: most points are ordinary

        faults.refuse(program, values, among, question.places)


def _results(outputs: Iterable[Tensor], values: Values) -> list[Any]:
    found = [values[id(y)] for y in outputs]
    return [y * 1 if _is_condition(y) else y for y in found]  # 1 or 0


def _is_condition(x: Any) -> bool:
    return isinstance(x, bool) or getattr(getattr(x, "dtype", None), "kind", "") == "b"
