"""Stages of a plan (rows.py) made one: a loop over rows in machine code, by numba's LLVM.

Sums, products, roots, comparisons and choices are instructions of the processor, rounded as
numpy's are: the numbers are numpy's to the bit. Functions stay stages of their own, for numpy has
them for many numbers at a time, and LLVM has not.

Nothing of the text that a person wrote gets into the code: an operation is looked up in
INSTRUCTIONS, nodes are numbered, and constants are written as their 64 bits.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from hodiff.engine.graph import Tensor

WIDTH = 8  # numbers that an instruction takes: LLVM cuts it to what the processor has
MOST_NODES = 2000


class Stage(NamedTuple):
    """A function of arrays and of those to write to, and the nodes, by id, that these are of."""

    compute: Callable[..., Any]
    inputs: list[int]
    outputs: list[int]
    entrywise: bool  # it may write over its inputs


class Known(NamedTuple):
    """What a plan knows of nodes, by id."""

    nodes: Mapping[int, Tensor]
    fixed: Mapping[int, Any]  # the values of those that are the same in all rows
    empty: Mapping[int, Any]  # of the others on no rows, or on a block of ones


NUMBERS, TRUTHS = "<{w} x double>", "<{w} x i1>"
INSTRUCTIONS = {
    "add": f"fadd {NUMBERS} {{0}}, {{1}}",
    "sub": f"fsub {NUMBERS} {{0}}, {{1}}",
    "mul": f"fmul {NUMBERS} {{0}}, {{1}}",
    "div": f"fdiv {NUMBERS} {{0}}, {{1}}",
    "neg": f"fneg {NUMBERS} {{0}}",
    "abs": f"call {NUMBERS} @llvm.fabs.v{{w}}f64({NUMBERS} {{0}})",
    "floor": f"call {NUMBERS} @llvm.floor.v{{w}}f64({NUMBERS} {{0}})",
    "sqrt": f"call {NUMBERS} @llvm.sqrt.v{{w}}f64({NUMBERS} {{0}})",
    "lt": f"fcmp olt {NUMBERS} {{0}}, {{1}}",
    "le": f"fcmp ole {NUMBERS} {{0}}, {{1}}",
    "gt": f"fcmp ogt {NUMBERS} {{0}}, {{1}}",
    "ge": f"fcmp oge {NUMBERS} {{0}}, {{1}}",
    "eq": f"fcmp oeq {NUMBERS} {{0}}, {{1}}",
    "ne": f"fcmp une {NUMBERS} {{0}}, {{1}}",
    "above": f"fcmp ogt {NUMBERS} {{0}}, {{1}}",
    "and": f"and {TRUTHS} {{0}}, {{1}}",
    "or": f"or {TRUTHS} {{0}}, {{1}}",
    "not": f"icmp eq {TRUTHS} {{0}}, zeroinitializer",
    "where": f"select {TRUTHS} {{0}}, {NUMBERS} {{1}}, {NUMBERS} {{2}}",
}
"""By the operation's name: w rows of the operands."""
CONDITIONS = {"and": "tt", "or": "tt", "not": "t", "where": "tnn"}
"""What the operands are where they aren't all numbers: truths and numbers."""
FUNCTIONS = ("fabs", "floor", "sqrt")


def available() -> bool:
    """Whether there is an LLVM, and not one of numba before 0.62, which knew no plain pointers."""
    if find_spec("llvmlite") is None:
        return False
    from llvmlite.binding import llvm_version_info  # start-up, and an extra

    return bool(llvm_version_info >= (17,))


def fused(stages: Sequence[Stage], known: Known, wanted: Collection[int]) -> list[Stage] | None:
    """The stages, as many as can be made one; None where there is nothing to gain. wanted: the
    nodes that are needed outside."""
    groups = _grouped(stages, known)
    if all(len(group) < 2 for group in groups) or len(stages) > MOST_NODES:
        return None
    needed = [{key for stage in group for key in stage.inputs} for group in groups]
    found: list[Stage] = []
    for i, group in enumerate(groups):
        if len(group) < 2:
            found += group
            continue
        made = {stage.outputs[0]: None for stage in group}
        later = set(wanted).union(*needed[i + 1 :])
        inputs = [key for key in needed[i] if key not in made and key not in known.fixed]
        outputs = [key for key in made if key in later]
        found.append(Stage(Loop(list(made), inputs, outputs, known), inputs, outputs, True))
    return found


def _grouped(stages: Sequence[Stage], known: Known) -> list[list[Stage]]:
    """In order: those that make a loop together, each of the others alone. A node is in the first
    loop that has its inputs."""
    levels: dict[int, int] = {}  # 2*k: done before loop k; 2*k + 1: in it
    groups: dict[Any, list[Stage]] = {}
    for n, stage in enumerate(stages):
        level = max((levels.get(key, 0) for key in stage.inputs), default=0)
        if stage.outputs and _instruction(known.nodes[stage.outputs[0]], known):
            level |= 1
            groups.setdefault((level, 0), []).append(stage)
        else:
            level += level % 2
            groups[level, n] = [stage]
        levels |= dict.fromkeys(stage.outputs, level)
    return [groups[key] for key in sorted(groups)]


def _instruction(node: Tensor, known: Known) -> tuple[str, list[Any]] | None:
    """The name of what computes a node, and of which others, by id, and numbers."""
    name = node.operation.name
    operands = [_operand(id(x), known) for x in node.inputs]
    if name == "pow":
        x, power = operands
        powers = {2.0: ("mul", [x, x]), 0.5: ("sqrt", [x]), -1.0: ("div", [1.0, x])}
        name, operands = powers.get(power, ("", []))
    if name not in INSTRUCTIONS or node.attributes:
        return None
    kinds = CONDITIONS.get(name, "n" * len(operands))
    good = all(map(_is_kind, operands, kinds, [known] * len(kinds)))
    return (name, operands) if good else None


def _operand(key: int, known: Known) -> Any:
    if key in known.empty:
        return key
    value = known.fixed[key]
    if np.shape(value):
        return None
    return bool(value) if np.asarray(value).dtype == bool else float(value)


def _is_kind(operand: Any, kind: str, known: Known) -> bool:
    found = known.empty[operand].dtype.type if type(operand) is int else type(operand)
    return issubclass(found, bool | np.bool_ if kind == "t" else float)


class Loop:
    """A function of pointers to arrays, inputs and outputs, and of how many rows they have, that
    computes nodes row by row. Arrays are dense, and an output may be an input's."""

    def __init__(
        self, nodes: Sequence[int], inputs: Sequence[int], outputs: Sequence[int], known: Known
    ) -> None:
        self.engine, address = _compiled(_code(nodes, inputs, outputs, known))
        self.pointers = ctypes.c_void_p * (len(inputs) + len(outputs))
        self.function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(address)

    def __call__(self, pointers: Any, n: int) -> None:
        self.function(pointers, n)  # without Python's lock


def _code(nodes: Sequence[int], inputs: Sequence[int], outputs: Sequence[int], known: Known) -> str:
    """In LLVM's language: WIDTH rows at a time, and what is left one by one. Values and blocks of
    the two loops are told apart by the width at their end."""
    lines = [
        f"declare <{w} x double> @llvm.{name}.v{w}f64(<{w} x double>)"
        for w in (WIDTH, 1)
        for name in FUNCTIONS
    ]
    lines += ["define void @loop(ptr %arrays, i64 %n) {", "start:"]
    for k in range(len(inputs) + len(outputs)):
        lines += [f"%place{k} = getelementptr ptr, ptr %arrays, i64 {k}"]
        lines += [f"%array{k} = load ptr, ptr %place{k}"]
    lines += [f"%whole = and i64 %n, -{WIDTH}", f"br label %test{WIDTH}"]
    for w, before, first, end, after in (
        (WIDTH, "start", "0", "%whole", "test1"),
        (1, f"test{WIDTH}", "%whole", "%n", "end"),
    ):
        lines += [f"test{w}:", f"%row{w} = phi i64 [{first}, %{before}], [%next{w}, %rows{w}]"]
        lines += [f"%more{w} = icmp slt i64 %row{w}, {end}"]
        lines += [f"br i1 %more{w}, label %rows{w}, label %{after}", f"rows{w}:"]
        lines += _rows(w, nodes, inputs, outputs, known)
        lines += [f"%next{w} = add i64 %row{w}, {w}", f"br label %test{w}"]
    return "\n".join([*lines, "end:", "ret void", "}"])


def _rows(
    w: int, nodes: Sequence[int], inputs: Sequence[int], outputs: Sequence[int], known: Known
) -> Iterable[str]:
    """What is done for w rows from %row on. A truth is a bit here, and a byte in an array."""
    names = {key: f"%v{k}w{w}" for k, key in enumerate([*inputs, *nodes])}
    truths = {key for key in [*inputs, *outputs] if known.empty[key].dtype == bool}
    places = {}
    for k, key in enumerate([*inputs, *outputs]):
        places[k] = f"%at{k}w{w}"
        kind = "i8" if key in truths else "double"
        yield f"{places[k]} = getelementptr {kind}, ptr %array{k}, i64 %row{w}"
    for k, key in enumerate(inputs):
        if key in truths:
            yield f"%byte{k}w{w} = load <{w} x i8>, ptr {places[k]}, align 1"
            yield f"{names[key]} = icmp ne <{w} x i8> %byte{k}w{w}, zeroinitializer"
        else:
            yield f"{names[key]} = load <{w} x double>, ptr {places[k]}, align 8"
    for key in nodes:
        name, operands = _instruction(known.nodes[key], known) or ("", [])
        texts = [names[x] if type(x) is int else _constant(x, w) for x in operands]
        yield f"{names[key]} = " + INSTRUCTIONS[name].format(*texts, w=w)
    for k, key in enumerate(outputs, len(inputs)):
        value = f"<{w} x double> {names[key]}"
        if key in truths:
            yield f"%byte{k}w{w} = zext <{w} x i1> {names[key]} to <{w} x i8>"
            value = f"<{w} x i8> %byte{k}w{w}"
        yield f"store {value}, ptr {places[k]}, align {1 if key in truths else 8}"


def _constant(x: float, w: int) -> str:
    one = f"i1 {x:d}" if type(x) is bool else f"double 0x{struct.pack('>d', x).hex().upper()}"
    return f"<{', '.join([one] * w)}>"


def _compiled(code: str) -> tuple[Any, int]:
    """What holds the machine code, and where it starts."""
    import llvmlite.binding as llvm  # start-up, and an extra

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(code)
    module.verify()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2
    )
    engine = llvm.create_mcjit_compiler(module, machine)  # whose the machine is from now on
    engine.finalize_object()
    return engine, engine.get_function_address("loop")
