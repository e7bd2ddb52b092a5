"""A graph of scalars on rows of numbers: planned once, run a block of rows at a time by threads.

blocks.py plans for arrays that are there; this is for a graph that meets new columns again and
again. What a block holds stays in cache; numpy lets go of Python's lock in each call, so that
threads share the blocks among them.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from hodiff.arithmetic.arrays import ARRAYS, QUICK_POWERS
from hodiff.arithmetic.base import Values, is_leaf, run
from hodiff.arithmetic.blocks import computing, entrywise
from hodiff.arithmetic.fused import Known, Loop, Stage, available, fused
from hodiff.arithmetic.sines import FAR
from hodiff.arithmetic.tidied import tidied, with_sines
from hodiff.engine.graph import VARIABLE, Tensor, topological, variable
from hodiff.engine.passes import depending

ROWS = 1 << 13  # of a variable's block
BLOCK = 8 * ROWS
"""Rows of a block where it may have any number: a buffer takes 512 KiB. In shorter ones a thread
that comes out of numpy finds Python's lock taken too often: of two, a fifth of their time."""
LONG = 4 * BLOCK  # where nothing has to stay in cache
THREADED = 4 * ROWS  # fewer rows are done before a thread has started
FUSED, FUSED_NODES = 1_000_000, 200_000_000
"""Rows, and rows times nodes, after which numpy has taken as long as compiling a loop takes."""


def on_rows(x: Tensor) -> Tensor:
    """A variable that stands for a block of rows of x."""
    return variable(x.attributes[0], (ROWS,), x.requires_grad)


class Plan:
    """What computes columns, the outputs, from others, the variables.

    Each is a node whose first axis is that of a block, of ROWS rows. Where every node is computed
    entry by entry a block may have any length; else the last one is filled up with copies of a
    row.

    cost: a block of doubles for each node that is alive at the same time, for each thread
    """

    def __init__(
        self,
        outputs: Sequence[Tensor],
        variables: Sequence[Tensor],
        views: bool = False,
        far: Plan | None = None,
    ) -> None:
        """views: what is a variable, or the same in all rows, isn't copied, and can't be written
        to. far: the same plan. This one then has sine and cosine of the same number as one, which
        machine code is quick at and numpy isn't, and leaves numbers far out to that."""
        self.given, self.variables, self.views = list(outputs), list(variables), views
        plain = all(len(x.shape) < 2 for x in topological(outputs))
        self.outputs, bounded = tidied(outputs) if plain else list(outputs), list[Tensor]()
        if plain and far is not None:
            self.outputs, bounded = with_sines(self.outputs)
        order = topological(self.outputs)
        nodes = [node for node in order if not is_leaf(node)]
        varying = depending(order, variables, smoothly=False)
        self.any_length = plain and all(entrywise(x) for x in nodes if x in varying)
        leaves = [x for x in order if is_leaf(x) and x.operation is not VARIABLE]
        self.fixed: Values = run(leaves, ARRAYS)
        self.empty: Values = {}
        with np.errstate(all="ignore"):
            stages = self._tried(nodes)
        for key in map(id, bounded):
            made = [i for i, stage in enumerate(stages) if key in stage.outputs]
            stages.insert(made[0] + 1 if made else 0, Stage(_bound, [key], [], True))
        self.program = Program(stages, BLOCK if self.any_length else ROWS, [])
        self.known = Known({id(x): x for x in nodes}, self.fixed, self.empty)
        self.done = 0
        self.fusing = threading.Lock()  # taken once, by who makes the loops
        self.quick: Plan | None = None  # the same in machine code
        self.far = far
        self.wanted = self.outputs  # of which outputs are those that are written
        if views:
            self.outputs = [y for y in self.wanted if not self._is_given(y)]

    def _tried(self, nodes: Sequence[Tensor]) -> list[Stage]:
        """A stage for each node. Fills fixed, what is the same in all rows, and empty, what the
        others are on no rows or on a block of ones. What definitions build at their first call is
        there then, for threads may not build it together."""
        stages: list[Stage] = []
        count = 0 if self.any_length else ROWS
        self.empty |= {id(x): np.ones(count) for x in self.variables}
        for node in nodes:
            keys = [id(x) for x in node.inputs]
            inputs = [self.empty.get(key, self.fixed.get(key)) for key in keys]
            compute = computing(node, inputs) if entrywise(node) else _whole(node)
            quick = compute in QUICK_POWERS.values()
            if quick:
                keys, inputs = keys[:1], inputs[:1]
            value = compute(*inputs)
            if all(key in self.fixed for key in keys):
                self.fixed[id(node)] = value
                continue
            self.empty[id(node)] = np.asarray(value)
            if compute in (np.maximum, np.minimum):
                compute = _named(compute)
            elif not quick and type(compute) is not np.ufunc:
                compute = _into(compute)
            stages.append(Stage(compute, keys, [id(node)], entrywise(node)))
        return stages

    def __call__(self, columns: Sequence[Any], threads: int | None = None) -> list[Any]:
        """The outputs' columns, from doubles of one length for each variable: doubles, and bools of
        a condition. Threads may call it at the same time."""
        columns = [np.asarray(column, float) for column in columns]
        n = len(columns[0]) if columns else 1
        return self._chosen(n)._answered(columns, n, threads)

    def _chosen(self, n: int) -> Plan:
        """Machine code from the call on that makes it worth its compiling, where there is LLVM.
        Other threads go on with numpy meanwhile."""
        self.done += n
        enough = self.done >= FUSED and self.done * len(self.program.stages) >= FUSED_NODES
        once = enough and self.any_length and self.fusing.acquire(blocking=False)
        if once and available():
            self.quick = self._fused()
        return self.quick or self

    def _fused(self) -> Plan | None:
        plan = Plan(self.given, self.variables, self.views, far=self)
        loops = fused(plan.program.stages, plan.known, {id(y) for y in plan.outputs})
        if loops is None:
            return None
        # One alone has nothing to keep in cache.
        plan.program = Program(loops, BLOCK if len(loops) > 1 else LONG, [])
        return plan

    def _is_given(self, y: Tensor) -> bool:
        """Whether an output is a variable, or one number in all rows."""
        return y.operation is VARIABLE or (id(y) in self.fixed and not np.shape(self.fixed[id(y)]))

    def _answered(self, columns: Sequence[Any], n: int, threads: int | None) -> list[Any]:
        written = self._run(columns, n, threads)
        if not self.views:
            return written
        known = dict(zip(map(id, self.variables), columns, strict=True))
        known |= zip(map(id, self.outputs), written, strict=True)
        return [self._view(known.get(id(y)), y, n) for y in self.wanted]

    def _view(self, column: Any, y: Tensor, n: int) -> Any:
        if column is None:
            value = np.asarray(self.fixed[id(y)])
            number = value if value.dtype == bool else value.astype(float)
            return np.broadcast_to(number, (n, *y.shape[1:]))
        view = column.view()
        view.flags.writeable = False
        return view

    def _run(self, columns: Sequence[Any], n: int, threads: int | None) -> list[Any]:
        results = [self._result(y, n) for y in self.outputs]
        workers = min(threads or processors(), -(-n // THREADED)) if n > THREADED else 1
        length = self.program.block
        if self.any_length:  # the same number of blocks for each, of the same length
            rounds = -(-n // (workers * length))
            length = -(-n // max(1, rounds * workers))
        blocks = deque(slice(i, min(i + length, n)) for i in range(0, n, max(1, length)))
        if workers == 1:
            self._work(columns, results, blocks)
            return results
        with ThreadPoolExecutor(workers - 1) as pool:
            work = columns, results, blocks
            others = [pool.submit(self._work, *work) for _ in range(workers - 1)]
            self._work(*work)
            for done in others:
                done.result()
        return results

    def _result(self, y: Tensor, n: int) -> Any:
        known = self.fixed.get(id(y))
        value = self.empty[id(y)] if known is None else np.asarray(known)
        make = np.zeros if zero(known) else np.empty
        return make((n, *y.shape[1:]), bool if value.dtype == bool else float)

    def _work(self, columns: Sequence[Any], results: Sequence[Any], blocks: deque[slice]) -> None:
        """Computes one block after the other, until none is left."""
        spaces = self.program.spaces
        try:
            space = spaces.pop()  # one step of Python's: no two threads get the same
        except IndexError:
            space = Space(self)
        with np.errstate(all="ignore"):
            while True:
                try:
                    rows = blocks.popleft()
                except IndexError:
                    break
                try:
                    space.run(columns, results, rows)
                except FarError:
                    assert self.far is not None
                    self.far._work(columns, results, deque([rows]))
        space.release()
        spaces.append(space)


class Program(NamedTuple):
    """Stages in order, how many rows of a block they are for, and the spaces that no call uses."""

    stages: list[Stage]
    block: int
    spaces: list[Space]


class FarError(Exception):
    """There are numbers in a block that its plan isn't for."""


class Space:
    """What one thread at a time computes blocks in: buffers, and the calls that fill them."""

    def __init__(self, plan: Plan) -> None:
        program = plan.program
        self.plan, self.stages, self.length = plan, program.stages, -1
        self.buffers: dict[int, Any] = {}
        self.direct: dict[int, int] = {}  # the result that a node is written to
        if plan.any_length:
            made = {key for stage in self.stages for key in stage.outputs}
            for i, y in enumerate(plan.outputs):
                if id(y) in made and plan.empty[id(y)].dtype in (float, bool):
                    self.direct.setdefault(id(y), i)
        self._share_buffers(program.block)
        self._plan_calls()

    def _share_buffers(self, block: int) -> None:
        """Gives nodes buffers: that of a node that none will read any more."""
        stages, empty = self.stages, self.plan.empty
        last = {key: i for i, stage in enumerate(stages) for key in stage.inputs}
        kept = {id(y) for y in self.plan.outputs}
        free: dict[Any, list[Any]] = {}
        for i, stage in enumerate(stages):
            dying = [k for k in set(stage.inputs) - kept if last[k] == i and k in self.buffers]
            ended = [(_kind(empty[key]), self.buffers[key]) for key in dying]
            if stage.entrywise:
                _release(ended, free)
            for key in stage.outputs:
                if key not in self.direct:
                    there = free.get(_kind(empty[key]))
                    shape, dtype = _kind(empty[key])
                    shape = (block,) if self.plan.any_length else shape
                    self.buffers[key] = there.pop() if there else np.empty(shape, dtype)
            if not stage.entrywise:
                _release(ended, free)

    def _plan_calls(self) -> None:
        """The calls of a block. Of their arguments, each a list and a place in it, moving are what
        is another part of a column in each block, and which part; sized the buffers, of which a
        short block takes a part. The arguments of a loop are pointers, and its length."""
        plan = self.plan
        self.calls: list[tuple[Callable[..., Any], list[Any]]] = []
        self.moving: list[tuple[list[Any], int, int]] = []
        self.pointing: list[tuple[Any, int, int]] = []
        self.sized: list[tuple[list[Any], int, Any]] = []
        parts = {id(x): i for i, x in enumerate(plan.variables)}
        parts |= {key: len(plan.variables) + i for key, i in self.direct.items()}
        known = plan.fixed | self.buffers
        for stage in self.stages:
            keys = [*stage.inputs, *stage.outputs]
            places = [(i, parts[key]) for i, key in enumerate(keys) if key in parts]
            arguments: list[Any] = [known.get(key) for key in keys]
            if isinstance(stage.compute, Loop):
                pointers = stage.compute.pointers(*[_address(x) for x in arguments])
                self.pointing += [(pointers, *place) for place in places]
                arguments = [pointers, None]
            else:
                self.moving += [(arguments, *place) for place in places]
                if plan.any_length:
                    buffers = [
                        (i, self.buffers[x]) for i, x in enumerate(keys) if x in self.buffers
                    ]
                    self.sized += [(arguments, *place) for place in buffers]
            self.calls.append((stage.compute, arguments))

    def _cut(self, length: int) -> None:
        """Prepares the calls for blocks of so many rows."""
        self.length = length
        for arguments, place, buffer in self.sized:
            arguments[place] = buffer[:length]
        for compute, arguments in self.calls:
            if isinstance(compute, Loop):
                arguments[1] = length

    def run(self, columns: Sequence[Any], results: Sequence[Any], rows: slice) -> None:
        plan, n = self.plan, rows.stop - rows.start
        length = n if plan.any_length else ROWS
        if length != self.length:
            self._cut(length)
        parts = [column[rows] for column in columns]
        if n < length:
            parts = [np.pad(part, (0, length - n), mode="edge") for part in parts]
        if self.pointing:
            parts = [part if dense(part) else part.copy() for part in parts]
        parts += [result[rows] for result in results]
        for arguments, place, part in self.moving:
            arguments[place] = parts[part]
        addresses = [_address(part) for part in parts] if self.pointing else []
        for pointers, place, part in self.pointing:
            pointers[place] = addresses[part]
        for compute, given in self.calls:
            compute(*given)
        self._copy(parts, n)

    def _copy(self, parts: Sequence[Any], n: int) -> None:
        """What no stage wrote to where it goes."""
        count = len(self.plan.variables)
        given = {id(x): part for x, part in zip(self.plan.variables, parts, strict=False)}
        for i, (y, result) in enumerate(zip(self.plan.outputs, parts[count:], strict=True)):
            key = id(y)
            if key in self.direct:
                if self.direct[key] != i:
                    result[...] = parts[count + self.direct[key]]
            elif key in self.plan.fixed:
                value = self.plan.fixed[key]
                if not zero(value):
                    result[...] = value[:n] if np.shape(value) else value
            else:
                value = given[key] if key in given else self.buffers[key]
                result[...] = value[:n]

    def release(self) -> None:
        """Lets go of the columns."""
        for arguments, place, _ in self.moving:
            arguments[place] = None


def zero(value: Any) -> bool:
    """Whether it is 0 in all rows: a column of zeros costs nothing before it is looked at."""
    return type(value) in (int, float) and value == 0 and not np.signbit(value)


def dense(x: Any) -> bool:
    """Whether entries are next to each other, and where doubles may be."""
    return bool(x.flags.c_contiguous and x.flags.aligned)


def _address(x: Any) -> int | None:
    return None if x is None else x.__array_interface__["data"][0]


def _kind(x: Any) -> tuple[tuple[int, ...], Any]:
    return x.shape, x.dtype


def _release(buffers: Sequence[tuple[Any, Any]], free: dict[Any, list[Any]]) -> None:
    for kind, buffer in buffers:
        free.setdefault(kind, []).append(buffer)


def _whole(node: Tensor) -> Callable[..., Any]:
    """What computes a node that mixes entries: a sum, a product of matrices, a reshape."""
    compute = ARRAYS.function(node.operation)
    return lambda *x: compute(*x, *node.attributes)


def _into(compute: Callable[..., Any]) -> Callable[..., None]:
    """compute with the array to write to as its last argument, as ufuncs have it."""

    def written(*x: Any) -> None:
        x[-1][...] = compute(*x[:-1])

    return written


def _bound(x: Any) -> None:
    if x.size and not (np.fmax.reduce(x) < FAR and np.fmin.reduce(x) > -FAR):
        raise FarError


def _named(compute: Callable[..., Any]) -> Callable[..., None]:
    """The same for what numpy wants told by name."""

    def written(*x: Any) -> None:
        compute(*x[:-1], out=x[-1])

    return written


def processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
