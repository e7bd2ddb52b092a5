"""High orders: the n-th derivative of exp(sin(x))*log(1 + x**2), by nesting and by series.

Where they are installed PyTorch's nested grad, JAX's jet (compiled) and FLINT's power series take
turns with hodiff in one process; the best of some rounds is printed. Growth is the exponent p of
time = c*n**p, fitted over orders 10 to 640.
"""

import argparse
import importlib.util
import math
import statistics
import subprocess
import sys
import sysconfig
import time
from fractions import Fraction
from pathlib import Path

import hodiff
from hodiff import derivatives
from hodiff.arithmetic import ball_numbers as balls
from hodiff.arithmetic.balls import ROUNDED
from hodiff.arithmetic.floats import FLOATS
from hodiff.arithmetic.program import evaluate
from hodiff.derivatives.taylor import Directional
from hodiff.engine.graph import topological, variable
from hodiff.language.problem import read
from tests.asking import proven_series

AT = 0.7
TEXT = "exp(sin(x))*log(1 + x**2)"
SCRIPT = Path(sysconfig.get_path("scripts"), "hodiff")
TAKEN_TO = 9  # the order of PyTorch's last derivative: 1.2 s, and 4 times more for each further


def f(m, x):
    return m.exp(m.sin(x)) * m.log(1 + x**2)


def best(*runs, rounds=5):
    """The shortest time of each run in milliseconds, taken in turns."""
    times = [[timed(run) for run in runs] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


def timed(run):
    start = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - start)


def say(name, value, unit, goal=None, met=True):
    said = "" if goal is None else f"   goal {goal}: {'met' if met else 'MISSED'}"
    print(f"{name:<58}{value:>10.3g} {unit}{said}")


def nested(order):
    """The graphs of all derivatives up to order."""
    x = variable("x")
    found = derivatives.nth(f(hodiff, x), x, order)
    return x, found


def nested_value(order):
    x, found = nested(order)
    return evaluate(found[-1:], {x: AT})[0]


def torch_value(order):
    import torch

    x = torch.tensor(AT, dtype=torch.float64, requires_grad=True)
    y = f(torch, x)
    for _ in range(order):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
    return y


def torch_nodes(y):
    seen, stack = set(), [y.grad_fn]
    while stack:
        node = stack.pop()
        if node is not None and node not in seen:
            seen.add(node)
            stack += [n for n, _ in node.next_functions]
    return len(seen)


def nesting(most):
    print(f"nested reverse mode, {TEXT} at {AT}")
    print(f"{'order':>5}{'nodes':>9}{'ms':>10}")
    for order in range(1, most + 1):
        nodes = len(topological(nested(order)[1]))
        (ms,) = best(lambda n=order: nested_value(n), rounds=3 if order < 13 else 1)
        print(f"{order:>5}{nodes:>9}{ms:>10.2f}")
    if importlib.util.find_spec("torch"):
        y = torch_value(TAKEN_TO)
        assert math.isclose(y.item(), nested_value(TAKEN_TO), rel_tol=1e-9)
        ours, theirs = best(lambda: nested_value(TAKEN_TO), lambda: torch_value(TAKEN_TO))
        nodes, more = len(topological(nested(TAKEN_TO)[1])), torch_nodes(y)
        say(
            f"order {TAKEN_TO}: PyTorch's time / hodiff's",
            theirs / ours,
            "",
            ">= 40",
            theirs >= 40 * ours,
        )
        say(
            f"order {TAKEN_TO}: PyTorch's nodes / hodiff's",
            more / nodes,
            "",
            "> 40",
            more > 40 * nodes,
        )
    print()


def series_in_floats():
    x = variable("x")

    def run(order):
        """What JAX's jet is given compiled: the graph made ready."""
        line = Directional(f(hodiff, x), {x: 1}, order)
        return lambda: line.derivatives({x: AT}, FLOATS)

    print("series in doubles")
    (ms,) = best(run(100))
    say("order 100", ms, "ms", "< 10", ms < 10)
    (ms,) = best(lambda: run(100)())
    say("order 100, with the graph made ready", ms, "ms")
    if importlib.util.find_spec("jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
        import jax.numpy as jnp
        from jax.experimental.jet import jet

        unit = [1.0] + [0.0] * 19
        compiled = jax.jit(lambda a: jet(lambda b: f(jnp, b), (a,), (unit,)))
        wanted = compiled(AT)[1][-1].item()
        assert math.isclose(run(20)()[-1], wanted, rel_tol=1e-8)
        ours, theirs = best(run(20), lambda: compiled(AT)[1][-1].block_until_ready(), rounds=30)
        say(
            "order 20: hodiff's time / that of JAX's jet, compiled",
            ours / theirs,
            "",
            "<= 1",
            ours <= theirs,
        )
        jetted = lambda a: jet(lambda b: f(jnp, b), (a,), (unit,))  # noqa: E731
        ours, theirs = best(run(20), lambda: jetted(AT)[1][-1].block_until_ready(), rounds=10)
        say("order 20: hodiff's time / that of JAX's jet, not compiled", ours / theirs, "")
    print()


def series_in_balls():
    problem = read(TEXT, ["x=0.7"])

    def proven(order):
        line = Directional(problem.f, {problem.inputs[0]: 1}, order)
        return proven_series(problem, line.derivatives)

    x = variable("x")
    print("series in balls")
    orders = [10, 20, 40, 80, 160, 320, 640]
    times = []
    for order in orders:
        line = Directional(f(hodiff, x), {x: 1}, order)
        with balls.precision(256):
            times += best(
                lambda line=line: line.derivatives({x: Fraction(7, 10)}, ROUNDED),
                rounds=3 if order < 300 else 1,
            )
    logs = [[math.log(v) for v in values] for values in (orders, times)]
    growth = statistics.linear_regression(*logs).slope
    say("growth over orders 10 to 640, one pass at 256 bits", growth, "", "<= 2", growth <= 2)

    from flint import arb, arb_series, ctx

    def flint(order, bits):
        ctx.prec, ctx.cap = bits, order + 1
        t = arb_series([arb(7) / 10, 1])
        y = t.sin().exp() * (1 + t * t).log()
        return [y[k] * arb.fac_ui(k) for k in range(order + 1)]

    def flint_proven(order):
        """All derivatives to 15 digits: FLINT's own, at growing precision."""
        bits = 96
        while min(c.rel_accuracy_bits() for c in flint(order, bits)) < 50:
            bits *= 2

    ours, theirs = best(lambda: proven(100), lambda: flint_proven(100))
    assert math.isclose(proven(100).values[-1], float(flint(100, 512)[-1]), rel_tol=1e-15)
    say("order 100, 15 proven digits", ours, "ms")
    say(
        "order 100: hodiff's time / that of FLINT's arb_series",
        ours / theirs,
        "",
        "<= 100",
        ours <= 100 * theirs,
    )
    print()


def processes(rounds):
    def run(order):
        command = [SCRIPT, "nth", TEXT, "--at", "x=0.7", "--order", str(order), "--format", "plain"]
        return lambda: subprocess.run(command, check=True, capture_output=True)

    print("processes")
    high, low = best(run(40), run(2), rounds=rounds)
    say("nth --order 40 / nth --order 2", high / low, "", "< 1.5", high < 1.5 * low)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--most", type=int, default=16, help="the highest nested order (16)")
    parser.add_argument("--rounds", type=int, default=15, help="rounds of processes (15)")
    arguments = parser.parse_args()
    nesting(arguments.most)
    series_in_floats()
    series_in_balls()
    processes(arguments.rounds)


if __name__ == "__main__":
    sys.exit(main())
