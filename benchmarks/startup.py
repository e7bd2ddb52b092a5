"""What one answer costs, from the shell's side: the time of a whole process, start to exit.

Each job is timed in turns with the imports that it can't do without (A B A B ...), after a warm-up
run that also checks the answer, and with all bytecode compiled beforehand. Medians are printed.
"""

import argparse
import compileall
import importlib.util
import json
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

GOAL = 1.25
SCRIPT = Path(sysconfig.get_path("scripts"), "hodiff")
CASES = Path(__file__).parent.parent / "tests" / "cases"
BALL_GOAL = 1.5
BALL_JOB = ("grad", "w1**2*sin(w2)", "--at", "w1=1,w2=2", "--format", "plain")
JOB = ("nth", "x**3", "--at", "x=2", "--order", "2", "--format")
ONE_LINERS = {
    "SymPy": (
        "sympy",
        "from sympy import diff, symbols; x = symbols('x'); print(diff(x**3, x, 2).subs(x, 2))",
    ),
    "autograd": (
        "autograd",
        "from autograd import grad; print(grad(grad(lambda x: x**3))(2.0))",
    ),
    "JAX": (
        "jax",
        "from jax import grad; print(grad(grad(lambda x: x**3))(2.0))",
    ),
    "PyTorch": (
        "torch",
        "import torch; x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True); "
        "(g,) = torch.autograd.grad(x**3, x, create_graph=True); "
        "print(torch.autograd.grad(g, x)[0].item())",
    ),
}


def python(code):
    return [sys.executable, "-c", code]


def hodiff(form):
    return [str(SCRIPT), *JOB, form]


def run(command):
    """The command's output and its time in milliseconds."""
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    elapsed = 1000 * (time.perf_counter() - start)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout, elapsed


def medians(commands, rounds):
    """The median time of each command, all of them run once a round."""
    times = [[run(command)[1] for command in commands] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def compile_bytecode():
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    package = importlib.util.find_spec("hodiff")  # elsewhere, if the install is editable
    for place in places.union(package.submodule_search_locations):
        compileall.compile_dir(place, quiet=2, workers=0)


def row(name, milliseconds="", ratio="", goal=""):
    print(f"{name:<42}{milliseconds:>8}{ratio:>9}  {goal}".rstrip())


def against_imports(form, modules, rounds):
    """Prints a row for the imports and a row for the job that needs them."""
    imports, job = python(f"import {modules}"), hodiff(form)
    run(imports)
    output, _ = run(job)
    if "12" not in output:
        sys.exit(f"{' '.join(job)} printed {output!r}, not 12")
    least, took = medians([imports, job], rounds)
    ratio = took / least
    verdict = "met" if ratio <= GOAL else "missed"
    row(f"import {modules}", f"{least:.1f}", "1.00")
    row(f"hodiff nth ... --format {form}", f"{took:.1f}", f"{ratio:.2f}", f"<= {GOAL}: {verdict}")


def against_floats(rounds):
    """Prints rows for a job in balls beside the imports it needs, and for 15 of the formulas of
    tests/cases in balls beside floats."""
    imports, job = python("import click, lark, flint"), [str(SCRIPT), *BALL_JOB]
    run(imports), run(job)
    least, took = medians([imports, job], rounds)
    verdict = "met" if took / least <= GOAL else "missed"
    row("import click, lark, flint", f"{least:.1f}", "1.00")
    row("hodiff grad ... in balls", f"{took:.1f}", f"{took / least:.2f}", f"<= {GOAL}: {verdict}")
    lines = [
        line for file in sorted(CASES.glob("*.jsonl")) for line in file.read_text().splitlines()
    ]
    ratios = []
    for case in map(json.loads, lines[::6]):
        at = ",".join(f"{name}={value}" for name, value in case["at"].items())
        asked = [str(SCRIPT), "hessian", case["expr"], "--at", at, "--format", "plain"]
        both = [[*asked, "--arithmetic", name] for name in ("float", "ball")]
        floats, balls = medians(both, max(3, rounds // 8))
        ratios.append(balls / floats)
    verdict = "met" if max(ratios) <= BALL_GOAL else "missed"
    row("Hessians in balls / in floats, median", ratio=f"{statistics.median(ratios):.2f}")
    row("  the largest", ratio=f"{max(ratios):.2f}", goal=f"<= {BALL_GOAL}: {verdict}")


def against_others(rounds):
    """Prints hodiff's row and a row for each of the others that is installed."""
    commands, absent = {"hodiff": hodiff("plain")}, []
    for name, (module, code) in ONE_LINERS.items():
        if importlib.util.find_spec(module):
            commands[name] = python(code)
        else:
            absent.append(name)
    for name, command in commands.items():
        output, _ = run(command)
        if float(output) != 12:
            sys.exit(f"{name} printed {output!r}, not 12")
    times = medians(list(commands.values()), rounds)
    for name, took in zip(commands, times, strict=True):
        row(name, f"{took:.1f}", f"{took / times[0]:.2f}")
    for name in absent:
        row(name, goal="not installed: pip install hodiff[bench]")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="runs of each command (40)")
    rounds = parser.parse_args().rounds
    if not SCRIPT.exists():
        sys.exit(f"hodiff is not installed: there is no {SCRIPT}")
    compile_bytecode()
    row("process", "ms", "ratio", "goal")
    against_imports("plain", "click, lark", rounds)
    against_imports("table", "click, lark, rich.table", rounds)
    against_floats(rounds)
    print()
    row("second derivative of x**3 at 2", "ms", "ratio")
    against_others(max(1, rounds // 4))


if __name__ == "__main__":
    main()
