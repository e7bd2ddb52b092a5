"""What a command line asks: the expression, its variables, the point, what to differentiate in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

from hodiff.engine.graph import VARIABLE, Tensor, topological, variable
from hodiff.engine.operations.structure import reshape_to, stack
from hodiff.engine.shapes import Shape, described
from hodiff.errors import HodiffError, Span, nearest
from hodiff.language.build import ALWAYS, NAMED, Builder
from hodiff.language.checks import LETTERS, gathered, names_in
from hodiff.language.doubts import doubts
from hodiff.language.grammar import Node, normal
from hodiff.language.parser import parse
from hodiff.language.slips import product, slip

Bindings: TypeAlias = Sequence[str | tuple[str, Any]]
"""What gives names their values: texts, or pairs of a name and a text or an array."""

Vector: TypeAlias = str | Sequence[tuple[str | None, Any]]
"""What gives the variables their shares: text, or such pairs, where a name may be None."""


RANGE = re.compile(  # x=[0,10], x=0..10, 0:10
    r"\s*(?:([^\W\d]\w*)\s*=)?\s*[\[(]?\s*([^\s,;:=\[\]()]+?)\s*(?:[,;:]|\.\.+|\bto\b)\s*"
    r"([^\s,;:=\[\]()]+)\s*[\])]?\s*"
)
INFINITE = ("inf", "oo", "infinity")
PRODUCT = re.compile(r"[×·⋅∙∗]|(?<!\*)\*(?!\*)")
INTEGRATION = ("C", "c", "K", "const")


class Problem:
    """An expression read with its options.

    f          the expression's graph
    variables  the variables of --at in their order, or the free names as they first appear
    point      what --at binds each to, as a graph without variables; None without --at
    radii      of what --at binds to an interval: the radius around its point
    ranges     what --over binds each to: its ends, as graphs without variables
    typed      of what --at binds to a number: the number as it was typed
    wrt        the names to differentiate in
    taken      what --wrt says, where one may come several times: x, x, y
    of         the name that an equation is solved for
    reading    EXPR as plain text of the language, where it has notation of its own; else None
    notes      what has to be said of how EXPR was read
    physical   the constants of a set that it uses
    strict     whether notation that Python hasn't is refused
    """

    def __init__(self, text: str, strict: bool = False) -> None:
        self.text, self.strict = text, strict
        self.reading: str | None = None
        self.notes: list[str] = []
        self.physical: tuple[str, ...] = ()
        self.constants: dict[str, Tensor] = {}
        self.places: dict[Tensor, Span] = {}  # where exact numbers were written
        self.f: Tensor
        self.variables: dict[str, Tensor] = {}
        self.point: dict[str, Tensor] | None = None
        self.radii: dict[str, Tensor] = {}
        self.ranges: dict[str, tuple[Tensor, Tensor]] = {}
        self.typed: dict[str, str] = {}
        self.wrt: list[str] = []
        self.taken: list[str] = []
        self.of: str | None = None

    @property
    def inputs(self) -> list[Tensor]:
        """The variables to differentiate in."""
        return [self.variables[name] for name in self.wrt]

    def vector(self, given: Vector, option: str = "--v") -> list[Tensor]:
        """What an option says as a tensor for each variable of wrt, in its shape."""
        shapes = [self.variables[name].shape for name in self.wrt]
        return self._vector(given, self.wrt, shapes, "the variables", option)

    def cotangent(self, given: Vector) -> Tensor:
        """What --v says as a tensor in the shape of EXPR."""
        return self._vector(given, [], [self.f.shape], "EXPR", "--v")[0]

    def matrix(self, given: Vector, option: str) -> Tensor:
        """What an option says as an array: [[1, 0], [0, 4]], or its rows."""
        rows: list[Tensor] = []
        for part in [given] if isinstance(given, str) else given:
            text, tree = _items(part, option, self.strict)
            free = _unbound(option)
            builder = Builder(text, option, self.constants, free, self.variables, self.places)
            if tree.kind == "bindings":
                raise builder.fault("usage", f"{option} takes a matrix: [[1, 0], [0, 4]]", tree)
            rows += map(builder.expression, tree.children)
            if any(row.shape != rows[0].shape for row in rows):
                raise builder.fault("usage", f"the rows of {option} differ in length", tree)
        return rows[0] if len(rows) == 1 else stack(*rows)

    def claim(self, text: str) -> tuple[Tensor, str | None]:
        """What --claim says, in the names of EXPR; as plain text where it has notation of its
        own, else None."""
        known = {**self.constants, **self.variables}

        def free(name: str) -> Tensor:
            if name in INTEGRATION:
                message = f"'{name}' has no place here: a derivative has no constant of integration"
                raise HodiffError("name", f"{message}, or bind it with --let {name}=...")
            mend = _product(name, list(known)) or slip(name, known)
            message = f"unknown variable '{name}': {mend}" if mend else _unknown(name, list(known))
            raise HodiffError("name", message)

        tree = parse(text, "program", "--claim", self.strict)
        said = None
        if tree.value:
            from hodiff.language.plain import reading  # start-up: plain texts need none

            said = reading([tree], text)
        return Builder(text, "--claim", known, free, (), self.places).program(tree), said

    def _vector(
        self, given: Vector, names: Sequence[str], shapes: list[Shape], space: str, option: str
    ) -> list[Tensor]:
        values: list[Tensor] = []
        named: dict[str, Tensor] = {}
        for part in [given] if isinstance(given, str) else given:
            text, tree = _items(part, option, self.strict)
            free = _unbound(option)
            builder = Builder(text, option, self.constants, free, self.variables, self.places)
            if tree.kind == "bindings":
                if not names:
                    message = (
                        f"{option} takes numbers alone here, one a component of EXPR:"
                        f" write {option} 1,0"
                    )
                    raise builder.fault("usage", message, tree)
                _names_once(tree.children, text, option)
                for c in tree.children:
                    if c.value not in names:
                        raise builder.fault("name", _unknown(c.value, list(names)), c)
                    named[c.value] = builder.expression(c.children[0])
            else:
                values += map(builder.expression, tree.children)
        by_name = bool(named)
        if by_name:
            missing = [name for name in names if name not in named]
            if missing:
                raise builder.fault("usage", f"{option} has no value for '{missing[0]}'", tree)
            values = [named[name] for name in names]
        if [v.shape for v in values] == shapes:
            return values
        try:
            return _distributed(names, values, shapes, by_name, space, option)
        except ValueError as fault:
            raise builder.fault("usage", str(fault), tree) from None


def read(
    expression: str,
    at: Bindings = (),
    let: Bindings = (),
    wrt: str | None = None,
    repeats: bool = False,
    of: str | None = None,
    shapes: Mapping[str, Shape] | None = None,
    strict: bool = False,
    over: Sequence[str] = (),
    equation: bool = False,
    physical: str | None = None,
    beside: Sequence[str] = (),
    rows: bool = False,
) -> Problem:
    """The problem that EXPR, --at, --let and --wrt state. Raises HodiffError.

    repeats: --wrt may name a variable again. of: EXPR is an equation, and f its left side less its
    right one, or an expression that is to be 0; equation: the same, for all variables.
    over: their ranges; rows: other free names, of the ends too, are variables that a row gives.
    shapes: of variables that are arrays, without at.
    physical: a set of constants, for names that nothing else binds, in texts beside, too.
    strict: notation that Python hasn't is refused.

    >>> problem = read("a*x**2", at=["x=3"], let=["a=2"])
    >>> problem.f, problem.wrt
    (tensor(2*x**2), ['x'])
    """
    points = [_bindings(given, "--at", strict) for given in at]
    lets = [_bindings(given, "--let", strict) for given in let]
    sides = equation_sides(expression) if equation or of is not None else [expression]
    trees = _parsed_sides(sides, expression, strict)
    chosen = _Names(wrt, "--wrt", repeats) if wrt is not None else None
    solved = _Names(of, "--of") if of is not None else None
    wanted = [*(chosen.names if chosen else ()), *(solved.names if solved else ())]
    variables = [binding.value for _, bindings in points for binding in bindings.children]
    later = [binding.value for _, bindings in lets for binding in bindings.children]

    problem = Problem(expression, strict)
    physics: list[tuple[str, str]] = []  # constants that a text names
    others: set[str] = set()  # what texts beside EXPR name
    if physical is not None:
        from hodiff.language.constants import told, used  # start-up: few ask

        ranged = [name for text in over for name in re.findall(r"(\w+)\s*=", text)]
        taken = [*variables, *later, *wanted, *ranged, *(shapes or ())]
        given = [x if isinstance(x, str) else x[1] for x in (*let, *at)]
        texts = [x for x in (*given, *over, *beside) if isinstance(x, str)]
        physics = used(physical, [expression, *texts], taken)
        lets = [_bindings(pair, "--constants", strict) for pair in physics] + lets
        others = {name for text in texts for name in names_in(text)}
    if any(tree.value for tree in trees):
        from hodiff.language.plain import reading  # start-up: plain texts need none

        problem.reading = reading(trees, expression)
    constants, places = problem.constants, problem.places
    for text, bindings in lets:
        _names_once(bindings.children, text, "--let", [*constants, *variables])
        for binding in bindings.children:
            unbound = _unbound("--let", later, bool(at))
            builder = Builder(text, "--let", constants, unbound, variables, places)
            constants[binding.value] = builder.expression(binding.children[0])
    if at:
        problem.point = {}
        for text, bindings in points:
            _names_once(bindings.children, text, "--at", [*constants, *problem.point])
            builder = Builder(text, "--at", constants, _unbound("--at"), variables, places)
            for binding in bindings.children:
                value = binding.children[0]
                if value.kind == "interval":
                    centre, radius = map(builder.expression, value.children)
                    if centre.shape or radius.shape:
                        message = "an interval has a number as its centre and one as its radius"
                        raise builder.fault("usage", message, value)
                    problem.radii[binding.value] = radius
                else:
                    centre = builder.expression(value)
                    if is_number(value):
                        problem.typed[binding.value] = text[value.start : value.end]
                problem.point[binding.value] = centre
        problem.variables = {
            name: variable(
                name,
                value.shape,
                chosen is None or name in wanted or name in problem.radii,
            )
            for name, value in problem.point.items()
        }

    def free(name: str) -> Tensor:
        if over and (not rows or name in INFINITE):
            raise HodiffError("name", _without_range(name, [*problem.variables, *constants]))
        if problem.point is not None:
            known = [*problem.variables, *constants]
            raise HodiffError("name", _missing(name, known, slip(name, known)))
        found = problem.variables.get(name)
        if found is None:
            shape = (shapes or {}).get(name, ())
            found = variable(name, shape, chosen is None or name in wanted)
            problem.variables[name] = found
            note = slip(name, problem.variables)
            if note is not None and name not in wanted:
                problem.notes.append(f"'{name}' is read as a variable: {note}")
        return found

    _read_ranges(problem, over, free if rows else None)
    if not at and not over:  # named so, catalan is a variable
        for name in (*wanted, *(shapes or ())):
            if name in NAMED and name not in ALWAYS and name in names_in(expression):
                free(name)
    known = {**constants, **problem.variables}
    builders = [Builder(expression, "EXPR", known, free, (), places) for _ in trees]
    built = [builder.program(tree) for builder, tree in zip(builders, trees, strict=True)]
    problem.f = built[0] if len(built) == 1 else built[0] - built[1]
    _note_doubts(problem, trees, [*problem.variables] if problem.point is None else [], wanted)
    if physical is not None:
        met = others.union(*(builder.met for builder in builders))
        problem.physical = tuple(name for name, _ in physics if name in met)
        problem.notes[:0] = told(physical, problem.physical)
    if chosen is not None:
        _note_unused(chosen.names, problem, free)
    for names in filter(None, (chosen, solved)):
        names.check(problem.variables, constants)
    if solved is not None:
        if len(solved.names) > 1:
            raise solved.fault("usage", "an equation is solved for one variable: --of y", 1)
        problem.of = solved.names[0]
    problem.taken = chosen.names if chosen is not None else []
    chosen_or_all = problem.taken or (problem.ranges if rows else problem.variables)
    problem.wrt = list(dict.fromkeys(chosen_or_all))
    return problem


def _read_ranges(problem: Problem, over: Sequence[str], free: Callable[..., Tensor] | None) -> None:
    """Bind what --over names: variables, and the ends of their ranges, in which a name that isn't
    bound goes to free where that is given."""
    constants, places, read = problem.constants, problem.places, list[str]()
    parsed = [
        (text, [parse(side, "bindings", "--over", problem.strict) for side in range_sides(text)])
        for text in over
    ]
    for text, (lower, _) in parsed:
        _names_once(lower.children, text, "--over", [*constants, *read])
        read += [x.value for x in lower.children]
    unbound = _unbound("--over")

    def end(name: str, is_variable: bool = False) -> Tensor:
        if free is None or is_variable:
            return unbound(name, is_variable)
        found: Tensor = free(name)
        return found

    for text, trees in parsed:
        builder = Builder(text, "--over", constants, end, read if free else (), places)
        for low, high in zip(*(tree.children for tree in trees), strict=True):
            ends = builder.expression(low.children[0]), builder.expression(high.children[0])
            if ends[0].shape or ends[1].shape:
                message = f"the ends of the range of {low.value} are numbers"
                raise builder.fault("usage", message, low)
            problem.ranges[low.value] = ends
            problem.variables[low.value] = variable(low.value)


def range_sides(text: str) -> list[str]:
    """Ranges x=0:10,y=-1:1 as two texts that bind the names, to the lower and to the upper ends,
    each at its place.

    >>> range_sides("x=0:10")
    ['x=0   ', 'x=  10']
    """
    depth, start, colons = 0, 0, list[int]()
    low, high = list(text), list(text)
    for i, c in enumerate(text + ","):
        depth += (c in "([{") - (c in ")]}")
        if c == ":" and depth == 0:
            colons.append(i)
        if c != "," or depth > 0:
            continue
        bound = text.find("=", start, i)
        ends = (text[bound + 1 : colons[0]], text[colons[0] + 1 : i]) if len(colons) == 1 else ()
        if bound < 0 or not ends or not all(end.strip() for end in ends):
            meant = RANGE.fullmatch(text)
            name, lower, upper = meant.groups() if meant else (None, "0", "10")
            raise HodiffError(
                "usage",
                "--over takes a range for each variable, its ends:"
                f" {name or 'x'}={lower}:{upper}",
                text=text, source="--over", start=start, end=len(text) if meant else i,
            )  # fmt: skip
        low[colons[0] : i] = " " * (i - colons[0])
        high[bound + 1 : colons[0] + 1] = " " * (colons[0] - bound)
        start, colons = i + 1, []
    return ["".join(low), "".join(high)]


def _without_range(name: str, known: list[str]) -> str:
    if name in INFINITE:
        return f"'{name}' is no number: a range is finite, as in x=-1e6:1e6"
    return (
        f"'{name}' has no range{nearest(name, known)}: give it one, --over {name}=0:1, or a value,"
        f" --let {name}=..."
    )


def _note_doubts(
    problem: Problem, trees: Sequence[Node], free: Sequence[str], wanted: Sequence[str]
) -> None:
    """Say what was hardly meant as it is read: of free names, which nothing says to be some, and of
    the whole text."""
    written = len(PRODUCT.findall(problem.text))
    read = -1 if problem.reading is None else len(PRODUCT.findall(problem.reading))
    paper = read > written or read >= written == 0
    for name in free:
        meant = None if name in wanted else product(name, free, paper)
        if meant is not None and slip(name) is None:
            problem.notes.append(f"'{name}' is read as a variable: {meant}")
    for tree in trees:
        told = doubts(tree, problem.text, [x for x in free if x not in wanted])
        problem.notes += [note for note in told if note not in problem.notes]


def _note_unused(names: list[str], problem: Problem, free: Callable[[str], Tensor]) -> None:
    """Say of each of names that it doesn't come in the text: there its derivative is 0."""
    used = {x.attributes[0] for x in topological([problem.f]) if x.operation is VARIABLE}
    taken = set(map(normal, names_in(problem.text)))
    taken.update(problem.constants, NAMED, ("and", "or", "not"))
    for name in dict.fromkeys(names):
        if name in used:
            continue
        if problem.point is None and name not in taken and is_name(name):
            free(name)
        if name in problem.variables:
            mend = _products(name, problem.text, used) or nearest(name, sorted(used - set(names)))
            problem.notes.append(f"EXPR doesn't use '{name}'{mend}: its derivative is 0")


def _products(name: str, text: str, used: set[str]) -> str:
    """The mend for ax² + bx, whose variables are ax and bx and not x."""
    found = [x for x in dict.fromkeys(names_in(text)) if x in used and len(x) == len(name) + 1]
    found = sorted(x for x in found if x.isalpha() and (x.startswith(name) or x.endswith(name)))
    if not found:
        return ""
    shown = ", ".join(f"'{x}'" for x in found[:3])
    written = [f"{x[0]}*{name}" if x.endswith(name) else f"{name}*{x[-1]}" for x in found[:3]]
    one = len(found) == 1
    return (
        f" ({shown} {'is a name' if one else 'are names'}: for"
        f" {'the product' if one else 'products'} write {', '.join(written)})"
    )


def is_name(text: str) -> bool:
    return text.isidentifier() and set(text) <= LETTERS | set("0123456789")


def is_number(tree: Node) -> bool:
    """Whether a tree is a literal, with a minus or without."""
    if tree.kind == "operation" and tree.value == "neg":
        (tree,) = tree.children
    return tree.kind == "number"


def _bindings(given: str | tuple[str, Any], source: str, strict: bool) -> tuple[str, Node]:
    """A text that gives names values, and its tree; of a name and a value, as if written so."""
    if isinstance(given, str):
        return given, parse(given, "bindings", source, strict)
    name, found = given
    if isinstance(found, str):
        text = f"{name}={found}"
        tree = parse(text, "bindings", source, strict)
        if len(tree.children) > 1:
            more = tree.children[1]
            raise HodiffError(
                "usage", f"the value of {name} is one expression: give {more.value} its own",
                text=text, source=source, start=more.start, end=more.end,
            )  # fmt: skip
        return text, tree
    value = Node("array", found, [], 0, len(name))
    binding = Node("binding", normal(name), [value], 0, len(name))
    return name, Node("bindings", None, [binding], 0, len(name))


def _items(given: str | tuple[str | None, Any], source: str, strict: bool) -> tuple[str, Node]:
    """As _bindings, of what may have no names."""
    if isinstance(given, str):
        return given, parse(given, "items", source, strict)
    name, found = given
    if name is not None:
        return _bindings((name, found), source, strict)
    if isinstance(found, str):
        return found, parse(found, "items", source, strict)
    return "", Node("items", None, [Node("array", found, [], 0, 0)], 0, 0)


def equation_sides(text: str) -> list[str]:
    """The sides of the equation that the last statement of a text is, each at its place in the
    text, with blanks for the other; the text itself where it is no equation.

    >>> equation_sides("r = 2; x = r")
    ['r = 2; x    ', 'r = 2;     r']
    >>> equation_sides("[x = y, x*y]")
    ['[x    , x*y]', '[    y,0   ]']
    """
    depth, start, signs = 0, 0, list[int]()
    for i, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if c == ";" and text[i + 1 :].strip():
            start, signs = i + 1, []
        if depth == 0 and _equates(text, i):
            signs.append(i)
    if not signs:
        return _system_sides(text, start) or [text]
    if len(signs) > 1:
        raise _one_sign(text, signs[1])
    (i,) = signs
    left = text[:i] + " " * (len(text) - i)
    right = text[:start] + " " * (i + 1 - start) + text[i + 1 :]
    for side, blank in ((left, left[start:]), (right, right[start:])):
        if not blank.strip(" ;\n\t"):
            raise HodiffError(
                "syntax", f"there is nothing on the {'left' if side is left else 'right'} of '='",
                text=text, source="EXPR", start=i, end=i + 1,
            )  # fmt: skip
    return [left, right]


def _equates(text: str, i: int) -> bool:
    """Whether text[i] is a '=' of its own."""
    around = text[i - 1 : i] + text[i + 1 : i + 2]
    return text[i] == "=" and not set(around) & set("=<>!")


def _one_sign(text: str, i: int) -> HodiffError:
    message = "an equation has one '=': several are [EXPR = EXPR, EXPR = EXPR]"
    return HodiffError("syntax", message, text=text, source="EXPR", start=i, end=i + 1)


def _system_sides(text: str, start: int) -> list[str] | None:
    """The sides of the equations in the vector that begins at start, as two vectors; None where
    none is an equation. What has no '=' is to be 0."""
    first = start + len(text[start:]) - len(text[start:].lstrip())
    if text[first : first + 1] != "[":
        return None
    left, right = list(text), list(text)
    depth, begin, signs, found = 0, first + 1, list[int](), False
    for i in range(first, len(text)):
        depth += text[i] in "([{"
        if depth == 1 and _equates(text, i):
            signs.append(i)
        if depth == 1 and text[i] in ",]":
            if len(signs) > 1:
                raise _one_sign(text, signs[1])
            sign = signs[0] if signs else i
            left[sign:i] = " " * (i - sign)
            right[begin : sign + 1] = " " * (sign + 1 - begin)
            if not signs:
                right[begin : i + 1] = f"{'0':{i - begin}}{text[i]}"
            found, begin, signs = found or bool(signs), i + 1, []
        depth -= text[i] in ")]}"
        if depth == 0 and text[i + 1 :].strip(" ;\n\t"):
            return None
    return ["".join(left), "".join(right)] if found else None


def _parsed_sides(sides: list[str], text: str, strict: bool) -> list[Node]:
    """The sides of an equation, or all of a text; faults show all of it, and those of both."""
    trees: list[Node] = []
    faults: list[HodiffError] = []
    for side in sides:
        try:
            trees.append(parse(side, "program", "EXPR", strict))
        except HodiffError as fault:
            faults += [fault, *fault.more]
    if faults:
        raise gathered(faults).placed(text, "EXPR")
    return trees


class _Names:
    """The names that an option lists, each with its place."""

    def __init__(self, text: str, option: str, repeats: bool = False) -> None:
        self.text, self.option = text, option
        self.names: list[str] = []
        self.starts: list[int] = []
        start = 0
        for part in text.split(","):
            bare = part.strip()
            self.starts.append(start + len(part) - len(part.lstrip()))
            start += len(part) + 1
            self.names.append(normal(bare))
            if not bare:
                names = "y" if option == "--of" else "x,y"
                message = f"{option} has an empty name: write {option} {names}"
                raise HodiffError("usage", message, text=text, source=option)
            if self.names.count(self.names[-1]) > 1 and not repeats:
                raise self.fault("usage", f"{option} names '{bare}' twice: write {option} x,y", -1)

    def check(self, variables: Mapping[str, Tensor], constants: Mapping[str, Tensor]) -> None:
        for i, name in enumerate(self.names):
            if name in constants:
                message = f"{self.option} names '{name}', which --let binds: bind it in --at"
                raise self.fault("name", message, i)
            whole = name.partition("[")[0].strip()
            if name not in variables and "[" in name and whole in variables:
                message = f"{self.option} takes whole variables: write {self.option} {whole}"
                raise self.fault("name", message, i)
            apart = name.split()
            if len(apart) > 1 and set(apart) <= set(variables):
                message = f"names are apart by commas: write {self.option} {','.join(apart)}"
                raise self.fault("usage", message, i)
            if name not in variables:
                message = f"{self.option} names an {_unknown(name, list(variables))}"
                raise self.fault("name", message, i)

    def fault(self, kind: str, message: str, i: int) -> HodiffError:
        start = self.starts[i]
        end = start + len(self.text[start:].split(",")[0].rstrip())
        text, source = self.text, self.option
        return HodiffError(kind, message, text=text, source=source, start=start, end=end)


def _names_once(bindings: list[Node], text: str, source: str, before: Sequence[str] = ()) -> None:
    seen = set(before)
    for binding in bindings:
        if binding.value in seen:
            raise HodiffError(
                "usage", f"'{binding.value}' is bound twice: remove one",
                text=text, source=source, start=binding.start, end=binding.end,
            )  # fmt: skip
        seen.add(binding.value)


def _unbound(source: str, later: Sequence[str] = (), point: bool = True) -> Callable[..., Tensor]:
    """What a name means in an option's value where no --let has bound it: an error."""

    def free(name: str, is_variable: bool = False) -> Tensor:
        if source == "--over" and name in INFINITE:
            raise HodiffError("name", _without_range(name, []))
        if name in (*INFINITE, "nan"):
            raise HodiffError("name", f"'{name}' is no number: give a finite one")
        if name in later:
            raise HodiffError("name", f"'{name}' is bound later: bind it before it is used")
        if source == "--let" and (is_variable or not point):
            of = " of --at" if point else ""
            raise HodiffError(
                "usage",
                f"'{name}' is a variable{of}, and a --let is constant:"
                f" define it in EXPR, as in 'a = 2*{name}; ...'",
            )
        if is_variable:
            raise HodiffError(
                "name", f"'{name}' is a variable: a value of {source} may only use --let names"
            )
        value = "pi/180" if name in ("deg", "degree", "degrees") else "..."
        raise HodiffError("name", f"unknown name '{name}': bind it with --let {name}={value}")

    return free


def _missing(name: str, known: list[str], slip: str | None) -> str:
    if slip is not None:
        return f"'{name}' has no value: {slip}, or bind it with --at or --let {name}=..."
    product = _product(name, known)
    if product:
        return f"'{name}' is a name, and has no value: {product}"
    value = "golden_ratio" if name in ("phi", "φ") else "..."
    return (
        f"'{name}' has no value{nearest(name, known)}: bind it with --at or --let {name}={value},"
        " or leave out --at for the formula"
    )


def _product(name: str, known: list[str]) -> str | None:
    """The mend for xy, where x and y are known."""
    several = len(name) > 1 and set(name) <= {*known, "e"}
    return f"for the product write {'*'.join(name)}" if several else None


def _unknown(name: str, known: list[str]) -> str:
    mend = nearest(name, known) or (f" (the variables are {', '.join(known)})" if known else "")
    return f"unknown variable '{name}'{mend}"


def _distributed(
    names: Sequence[str],
    values: list[Tensor],
    shapes: list[Shape],
    by_name: bool,
    space: str,
    option: str,
) -> list[Tensor]:
    """A flat list of numbers shared out to tensors of these shapes. Raises ValueError."""
    wanted = sum(map(prod, shapes))
    if len(values) == 1 and values[0].shape == (wanted,) and not by_name:
        values = [values[0][i] for i in range(wanted)]
    if any(v.shape for v in values) or by_name:
        if not names:
            raise ValueError(
                f"EXPR is {described(shapes[0])}, and its {option} {described(values[0].shape)}"
                if len(values) == 1
                else f"{option} takes one array or numbers alone, not several arrays"
            )
        if len(values) != len(shapes):
            raise ValueError(
                f"{option} needs a value for each of the {len(names)} variables, or numbers alone"
            )
        pairs = zip(names, values, shapes, strict=True)
        name, value, shape = next(pair for pair in pairs if pair[1].shape != pair[2])
        raise ValueError(
            f"'{name}' is {described(shape)}, and its {option} {described(value.shape)}"
        )
    if len(values) != wanted:
        raise ValueError(
            f"{option} needs {wanted} number{'s' if wanted != 1 else ''}, one a component of"
            f" {space}, not {len(values)}"
        )
    result, rest = [], values
    for shape in shapes:
        n = prod(shape)
        result.append(reshape_to(stack(*rest[:n]), shape) if shape else rest[0])
        rest = rest[n:]
    return result
