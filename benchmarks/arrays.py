"""Values, gradients and Hessian-vector products of two functions of large arrays.

hodiff, PyTorch and autograd take turns (A B C A B C ...), each in a process of its own; medians are
printed, and their ratios to the other libraries'. In one process their threads got in each other's
way: what ran right after PyTorch took twice its time, and PyTorch four times its own. A turn is a
pause, in which the threads of the one before come to rest, a run that isn't timed, and one that is.
Peak memory of a product is that of a process of its own,
above what it takes before (from /proc: Linux only). OMP_NUM_THREADS=1 in the environment
compares one thread with one.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

GOALS = {"PyTorch": 1.0, "autograd": 0.5}
PER_VALUE = 5.0  # a product in times of f
PAUSE = 0.1  # seconds, after which the threads of OpenBLAS and OpenMP sleep
QUANTITIES = ("value", "gradient", "HVP")


def rosenbrock_data(n=10**6):
    rng = np.random.default_rng(0)
    return rng.uniform(-2, 2, n), rng.uniform(-1, 1, n)


def rosenbrock(m, x):
    return m.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def logistic_data(rows=20_000, columns=500):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(rows, columns)), np.sign(rng.normal(size=rows))
    return rng.normal(size=columns) / 20, rng.normal(size=columns), X, y


def logistic(m, w, X, y):
    return m.sum(m.log(1 + m.exp(-y * (X @ w)))) + m.dot(w, w) / 2


PROGRAMS = {
    "Rosenbrock, n = 1 000 000": (rosenbrock, rosenbrock_data),
    "logistic loss, 20 000 x 500": (logistic, logistic_data),
}


def taped(m, make, grad):
    """The three quantities by a library with the contract of torch.autograd.grad."""

    def prepare(f, x, v, *rest):
        x = make(x, requires_grad=True)
        v, *rest = [make(a) for a in (v, *rest)]

        def value():
            return f(m, x, *rest).item()

        def gradient():
            return grad(f(m, x, *rest), x)[0].numpy()

        def product():
            (g,) = grad(f(m, x, *rest), x, create_graph=True)
            return grad(g, x, grad_outputs=v)[0].numpy()

        return value, gradient, product

    return prepare


def with_hodiff():
    import hodiff

    return taped(hodiff, hodiff.tensor, hodiff.grad)


def with_pytorch():
    import torch

    def make(a, requires_grad=False):
        return torch.from_numpy(a).requires_grad_(requires_grad)

    return taped(torch, make, torch.autograd.grad)


def with_autograd():
    import autograd
    import autograd.numpy as m

    def prepare(f, x, v, *rest):
        def of(x):
            return f(m, x, *rest)

        slope = autograd.grad(of)
        along = autograd.grad(lambda x: m.dot(slope(x), v))
        return lambda: of(x), lambda: slope(x), lambda: along(x)

    return prepare


LIBRARIES = {
    "hodiff": ("hodiff", with_hodiff),
    "PyTorch": ("torch", with_pytorch),
    "autograd": ("autograd", with_autograd),
}


def installed():
    return [name for name, (module, _) in LIBRARIES.items() if importlib.util.find_spec(module)]


class Worker:
    """A child process that runs a program's quantities by a library when it is told to."""

    def __init__(self, program, library):
        command = [sys.executable, __file__, "--work", json.dumps([program, library])]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def told(self, *words):
        print(json.dumps(words), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def time(self, quantity):
        time.sleep(PAUSE)
        return self.told("time", quantity)

    def result(self, quantity):
        return np.array(self.told("result", quantity))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def work(program, library):
    """What a child process does: it answers a line of JSON with another."""
    f, make_data = PROGRAMS[program]
    job = dict(zip(QUANTITIES, LIBRARIES[library][1]()(f, *make_data()), strict=True))
    for line in sys.stdin:
        what, quantity = json.loads(line)
        found = np.asarray(job[quantity]()).ravel()[:1000].tolist()
        if what == "time":
            start = time.perf_counter()
            job[quantity]()
            found = 1000 * (time.perf_counter() - start)
        print(json.dumps(found), flush=True)


def close(a, b):
    scale = np.max(np.abs(b))
    return np.max(np.abs(np.asarray(a) - b)) <= 1e-9 * scale


def measured(program, libraries, rounds):
    """Milliseconds by quantity and library, once the answers agree."""
    workers = {name: Worker(program, name) for name in libraries}
    table = {}
    for quantity in QUANTITIES:
        first = workers["hodiff"].result(quantity)
        for name, worker in workers.items():
            if not close(first, worker.result(quantity)):
                sys.exit(f"{program}: hodiff and {name} differ in the {quantity}")
        turns = [
            {name: worker.time(quantity) for name, worker in workers.items()} for _ in range(rounds)
        ]
        table[quantity] = {
            name: statistics.median(turn[name] for turn in turns) for name in workers
        }
    for worker in workers.values():
        worker.close()
    return table


def peak_memory(program, library):
    """The megabytes that a product takes at most, in a process that does only this."""
    command = [sys.executable, __file__, "--memory", json.dumps([program, library])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def print_peak_memory(program, library):
    """What a child process prints: its peak after two products above its peak before.

    A product of a small size comes first: what a library loads on first use is no part.
    """
    f, make_data = PROGRAMS[program]
    prepare = LIBRARIES[library][1]()
    prepare(f, *make_data(*(100, 5)[: make_data.__code__.co_argcount]))[2]()
    job = prepare(f, *make_data())
    Path("/proc/self/clear_refs").write_text("5")  # the peak is now what is there
    before = resident("VmHWM")
    job[2]()
    job[2]()
    print((resident("VmHWM") - before) / 1024)


def resident(field):
    """A field of this process's memory in kB. (ru_maxrss would start at the parent's peak.)"""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0])


def verdict(met):
    return "met" if met else "MISSED"


def report(program, libraries, rounds):
    table = measured(program, libraries, rounds)
    print(f"\n{program}\n{'':<10}" + "".join(f"{name:>12}" for name in libraries) + "   ms")
    for quantity, row in table.items():
        print(f"{quantity:<10}" + "".join(f"{row[name]:>12.2f}" for name in libraries))
    memory = {name: peak_memory(program, name) for name in libraries}
    print(f"{'HVP peak':<10}" + "".join(f"{memory[name]:>12.1f}" for name in libraries) + "   MB")
    for name, goal in GOALS.items():
        for quantity in QUANTITIES if name in libraries else ():
            ratio = table[quantity]["hodiff"] / table[quantity][name]
            says = "" if quantity == "value" else f"goal <= {goal}: {verdict(ratio <= goal)}"
            print(f"{quantity + ' / ' + name + chr(39) + 's':<24}{ratio:>6.2f}   {says}".rstrip())
    ratio = table["HVP"]["hodiff"] / table["value"]["hodiff"]
    print(f"{'HVP / value':<24}{ratio:>6.2f}   goal <= {PER_VALUE}: {verdict(ratio <= PER_VALUE)}")
    if "PyTorch" in memory:
        met = memory["hodiff"] <= memory["PyTorch"]
        ratio = memory["hodiff"] / memory["PyTorch"]
        print(
            f"{'HVP memory / PyTorch' + chr(39) + 's':<24}{ratio:>6.2f}   goal <= 1: {verdict(met)}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=25, help="runs of each job (25)")
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        print_peak_memory(*json.loads(options.memory))
        return
    if options.work:
        work(*json.loads(options.work))
        return
    libraries = installed()
    for name in LIBRARIES.keys() - set(libraries):
        print(f"{name} is not installed: pip install hodiff[bench]")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {options.rounds} rounds")
    for program in PROGRAMS:
        report(program, libraries, options.rounds)


if __name__ == "__main__":
    main()
