"""Parts as a program: what is used more than once has a name, and is computed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hodiff.errors import HodiffError
from hodiff.views.code.lowering import CONDITIONS, Lowering
from hodiff.views.code.syntax import Code, Definition
from hodiff.views.parts import Part, in_order
from hodiff.views.printer import ATOM, LONGEST, Written

DEEP = 20  # parts in each other; a deeper one gets a name, for parsers that recurse
MOST_ROUNDS = 20  # of guards of guards
WIDE = 160  # characters, about, of a part; a longer one gets a name, for readers


def ordered(roots: Iterable[Part]) -> list[Part]:
    """The parts of several formulas, each once and after its own parts."""
    return in_order(Part("vector", roots))[:-1]


def named(order: Sequence[Part], roots: Sequence[Part]) -> list[Part]:
    """The parts that get a name: shared ones, and those that would make a line too long."""
    uses: dict[Part, int] = {}
    for part in order:
        for child in part.children:
            uses[child] = uses.get(child, 0) + 1
    kept = {root for root in roots if root.children}
    depth: dict[Part, int] = {}
    length: dict[Part, int] = {}
    found = []
    for part in order:
        if not part.children:
            depth[part], length[part] = 0, 3
            continue
        depth[part] = 1 + max(depth[child] for child in part.children)
        length[part] = sum(length[child] + 3 for child in part.children)
        shared = uses.get(part, 0) > 1 and not _atomic(part)
        long = depth[part] > DEEP or length[part] > WIDE
        if part in kept or shared or (long and uses.get(part)):
            found.append(part)
            depth[part], length[part] = 0, 3
    return found


def choice(
    roots: Sequence[Part], wanted: dict[Part, Part]
) -> tuple[set[Part], dict[Part, Part], list[Part]]:
    """The parts that get a name, the guards of those that have one, and the order of all.

    A part whose guard needs the part itself is written where it is used, each time.
    """
    chosen: set[Part] = set()
    behind: dict[Part, Part] = {}
    more = set(named(ordered(roots), roots))
    while more:  # guards share parts, too
        chosen |= more
        behind = {part: wanted[part] for part in chosen if part in wanted}
        more = set(named(ordered([*roots, *behind.values()]), roots)) - chosen
    while True:
        order, circular = arranged(roots, behind)
        if not circular:
            return chosen, behind, order
        chosen -= circular
        for part in circular:
            del behind[part]


def _atomic(part: Part) -> bool:
    """Whether it is as short as its name would be: -x."""
    return part.kind == "negation" and not part.children[0].children


# What a branch alone needs is only computed where the branch is taken, in targets where an
# undefined number is an error: such a part has a guard, the condition under which it is wanted.


Condition = tuple["Part | None", "Part | None", bool]
"""Under a guard, None for always, and then a condition, or its contrary, or None for no more."""

ALWAYS: Condition = (None, None, True)


def guards(order: Sequence[Part], roots: Iterable[Part], table: Lowering) -> dict[Part, Part]:
    """The condition under which each part is wanted; none for what always is.

    It is made of those of a part's users; what holds in both branches of a choice holds without it.
    """
    wanted: dict[Part, set[Condition]] = {part: set() for part in order}
    for root in roots:
        wanted[root].add(ALWAYS)
    found: dict[Part, Part] = {}
    above: dict[Part, Condition] = {}
    for part in reversed(order):
        guard = _joined(wanted[part], above, table)
        if guard is not None:
            found[part] = guard
        for i, child in enumerate(part.children):
            first = part.children[0]
            if part.kind == "call" and part.data == "where" and i:
                wanted[child].add(_under(guard, first, i == 1, above, table))
            elif part.kind == "logic" and i:
                wanted[child].add(_under(guard, first, part.data == "and", above, table))
            else:
                wanted[child].add((guard, None, True))
    return found


def guarded(
    roots: Sequence[Part], table: Lowering
) -> tuple[set[Part], dict[Part, Part], list[Part]]:
    """What choice() gives, where guards want their parts, too: those that are made for the parts
    of others are asked for in turn, until no new one is."""
    asked = dict.fromkeys(roots)
    for _ in range(MOST_ROUNDS):
        found = choice(roots, guards(ordered(asked), asked, table))
        before = len(asked)
        asked.update(dict.fromkeys(found[1].values()))
        if len(asked) == before:
            return found
    raise HodiffError("limit", "the conditions are nested too deep for code")


def _under(
    guard: Part | None, test: Part, holds: bool, above: dict[Part, Condition], table: Lowering
) -> Condition:
    """What holds under a guard where a test does, or its contrary: one condition after the other,
    for 'a and b' needs b where a holds."""
    joint = "and" if holds else "or"
    tests, stack = [], [test]
    while stack:
        x = stack.pop()
        if x.kind == "logic" and x.data == joint:
            stack += reversed(x.children)
        else:
            tests.append(x)
    *before, last = tests
    for x in before:
        guard = _both((guard, x, holds), above, table)
    return guard, last, holds


def _both(x: Condition, above: dict[Part, Condition], table: Lowering) -> Part:
    """A guard and a condition as one."""
    guard, condition, holds = x
    assert condition is not None
    test = condition if holds else table.make("not", (condition,))
    found = test if guard is None else table.make("logic", (guard, test), "and")
    above.setdefault(found, x)
    return found


def _joined(wanted: set[Condition], above: dict[Part, Condition], table: Lowering) -> Part | None:
    """One guard for all uses, None for always. above keeps what each guard was made of."""

    def unfolded(guard: Part | None) -> Condition:
        return ALWAYS if guard is None else above.get(guard, (guard, None, True))

    def implied(x: Condition) -> bool:
        while x[1] is not None:
            x = unfolded(x[0])
            if x in rest:
                return True
        return False

    rest = {unfolded(x[0]) if x[1] is None else x for x in wanted}
    while True:
        both = {x for x in rest if x[1] is not None and (x[0], x[1], not x[2]) in rest}
        if not both:
            break
        rest = (rest - both) | {unfolded(guard) for guard, _, _ in both}
    if ALWAYS in rest:
        return None

    def key(x: Condition) -> tuple[int, int, bool]:
        return *(-1 if part is None else table.serial[part] for part in x[:2]), x[2]  # type: ignore

    made = []
    for x in sorted((x for x in rest if not implied(x)), key=key):
        guard = x[0] if x[1] is None else _both(x, above, table)
        assert guard is not None
        made.append(guard)
    return made[0] if len(made) == 1 else table.make("logic", tuple(made), "or")


def arranged(roots: Sequence[Part], behind: dict[Part, Part]) -> tuple[list[Part], set[Part]]:
    """The parts, each after its own parts and its guard; and those whose guard needs them."""
    order: list[Part] = []
    circular: set[Part] = set()
    done: dict[Part, bool] = {}
    path: list[Part] = []
    stack = list(reversed(roots))
    while stack:
        part = stack[-1]
        if part in done:
            stack.pop()
            if not done[part]:
                done[part] = True
                order.append(path.pop())
            continue
        done[part] = False
        path.append(part)
        for x in reversed([*part.children, *([behind[part]] if part in behind else [])]):
            if x not in done:
                stack.append(x)
            elif not done[x]:
                circular.add(next(y for y in reversed(path[path.index(x) :]) if y in behind))
    return order, circular


class Program:
    """Formulas as definitions, and a text for each of them."""

    def __init__(
        self,
        target: Code,
        table: Lowering,
        outputs: Sequence[tuple[str, Part]],
        taken: set[str],
    ) -> None:
        """outputs are lowered parts with their names here; taken: names that are not free.

        Raises HodiffError (limit) for over a million characters.
        """
        self.target = target
        roots = [part for _, part in outputs]
        chosen, behind, order = guarded(roots, table) if target.strict else choice(roots, {})
        self.names: dict[Part, str] = {}
        for name, part in outputs:
            if part.children:
                self.names.setdefault(part, name)
        self.definitions: list[Definition] = []
        count, size = 0, 0
        target.fixed = fixed_of(order, target.names_here)
        texts: dict[Part, Written] = {}
        levels: dict[Part, int] = {}
        for part in order:
            texts[part] = target.write(part, [texts[child] for child in part.children])
            if len(texts[part][0]) > LONGEST:
                raise HodiffError("limit", f"the code has over {LONGEST} characters")
            guard = behind.get(part)
            levels[part] = max(
                (levels[x] for x in (*part.children, *([guard] if guard else []))), default=0
            )
            if part not in chosen:
                continue
            if part not in self.names:
                count += 1
                self.names[part] = target.free(f"t{count}", taken)
            levels[part] += 1
            name = self.names[part]
            size += len(texts[part][0])
            if size > LONGEST:
                raise HodiffError("limit", f"the code has over {LONGEST} characters")
            self.definitions.append(
                Definition(
                    name,
                    texts[part],
                    part.kind in CONDITIONS,
                    part in target.fixed,
                    texts[guard] if guard is not None else None,
                    levels[part],
                )
            )
            texts[part] = name, ATOM
        self.outputs = {name: texts[part][0] for name, part in outputs}
        self.fixed = {name for name, part in outputs if part in target.fixed}


def fixed_of(order: Sequence[Part], variables: dict[str, str]) -> set[Part]:
    """The parts without variables."""
    found: set[Part] = set()
    for part in order:
        leaf = part.kind != "name" or part.data not in variables
        if leaf and all(child in found for child in part.children):
            found.add(part)
    return found
