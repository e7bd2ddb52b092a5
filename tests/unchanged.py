"""Prove that a refactor changed nothing of the command line.

    python tests/unchanged.py OLD NEW     two checkouts: exit 1 if a line is answered differently

The lines are the reference cases of tests/cases, the console examples of the docs, and those
written below. Standard output, standard error and exit code have to be the same to the byte. Each
checkout answers in one child process, because a start of Python costs more than most answers.
"""

from __future__ import annotations

import difflib
import io
import json
import os
import re
import select
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 60  # seconds for one line
STYLES = ("json", "csv", "plain", "table")
# Each command with what it needs; of x**2*y + y**3 - 5 = 0, too, (2, 1) is a solution.
COMMANDS = {
    **{"grad": "", "nth": "--order 3 --wrt x", "hessian": "", "hvp": "--v 1/3,2", "jacobian": ""},
    **{"jvp": "--v 1/3,2", "vjp": "--v 3", "value": "", "taylor": "--order 3 --wrt y"},
    **{
        "tensor": "--order 2",
        "laplacian": "",
        "implicit": "--of y --order 2",
        "check": "--claim [2*x*y,x**2+3*y**2]",
        "uncertainty": "--cov [[0.01,0.01],[0.01,0.04]] --order 2",
        "steps": "",
        "graph": "",
        "explain": "",
        "functions": "",
    },
}
# Asked of the reference cases in turn: {x} is the first variable, {at} the point.
QUESTIONS = (
    *("grad --at {at}", "hessian --at {at}", "hvp --at {at} --v {v}", "value --at {at}"),
    *(f"nth --at {{at}} --wrt {{x}} --order {order}" for order in range(1, 7)),
    *("taylor --at {at} --wrt {x} --order 4", "grad --wrt {x}", "hessian --wrt {x}"),
)
FILES = {
    "X.csv": "1,2\n3,4\n",
    "v.csv": "1,0.5\n",
    "words.csv": "a,b\n",
    "long.csv": "1,2,3," * 70_000 + "4",
}

WRITTEN = r"""
# options of each command
grad "sin(x*y)/y" --at x=1,y=2 --digits 30
nth "exp(x)*sin(x)" --at x=1/3 --order 5 --digits 20
hessian "x**y" --at x=2,y=3 --digits 25 --format json
hvp "x**2*y**3" --at x=1,y=2 --v y=1,x=0.5 --digits 5
jacobian "[x*y, sin(x)]" --at x=1,y=2 --digits 18 --format csv
value "pi" --at x=0 --digits 50
grad "x*y + z" --at x=1,y=2,z=3 --wrt z,x --format json
grad "x*y + z" --at x=1 --at y=2,z=3 --wrt z --wrt x
grad "x*sin(y)" --at x=1,y=2 --arithmetic float
hessian "logsumexp([x, y])" --at x=1000,y=1001 --arithmetic float --format plain
jvp "[x*y, x/y]" --at x=1,y=3 --v 1,1 --arithmetic float --format csv
vjp "[x*y, x/y]" --at x=1,y=3 --v 1,-1 --arithmetic float
laplacian "exp(x)*cos(y)" --at x=1,y=2 --arithmetic float
taylor "sin(x)" --at x=1 --order 4 --arithmetic float
tensor "x**2*y*z" --at x=1,y=2,z=3 --order 3 --arithmetic float --format plain
nth "x**5*log(x)" --at x=2 --order 6 --method nested
nth "x**5*log(x)" --at x=2 --order 6 --method taylor
nth "x**5*log(x)" --at x=2 --order 6 --arithmetic float --method nested
nth "x**5*log(x)" --at x=2 --order 6 --arithmetic float --method taylor --format csv
nth "abs(x)" --at x=2 --order 2 --method taylor
nth "abs(x)" --at x=0 --order 2 --method taylor
nth "x*y**2" --at x=2,y=3 --along 1,-1 --order 3
nth "x*y**2" --at x=2,y=3 --along y=1,x=2 --order 2 --format csv
nth "x**3*y**2" --at x=2,y=3 --wrt x,y,x --format csv
nth "x**3*y**2" --wrt x,y,x
nth "sin(x)" --at x=1 --order 0
nth "1/(1+x**2)" --at x=1 --order 100 --format plain
taylor "x*exp(y)" --at x=0,y=0 --along 1,2 --order 4
taylor "x*exp(y)" --at x=0,y=0 --along 1,2 --order 3 --within 1/10 --format json
taylor "log(1+x)" --at x=0 --order 6 --within 0.5 --format csv
taylor "log(1+x)" --at x=0 --order 6 --within 1.5
taylor "1/(1-x)" --at x=0 --order 3 --within 0.5 --digits 20 --format plain
taylor "sin(x)" --order 3
hessian "x**2*y*z" --at x=1,y=2,z=3 --diag
hessian "x**2*y*z" --at x=1,y=2,z=3 --diag --format json
implicit "x**2 + y**2 = 2" --at x=1,y=1.2 --of y --order 3 --solve --format json
implicit "y*exp(y) = x" --at x=1,y=1/2 --of y --order 2 --solve --digits 25
implicit "x*y*z = 6" --at x=1,y=2,z=3 --of z --wrt y --order 2 --format csv
implicit "x**2 + y**2 = 25" --at x=3,y=3.9 --of y --order 2
implicit "y**2 = -1 - x**2" --at x=0,y=3 --of y --order 1 --solve --format json
implicit "x = y = 3" --at x=3,y=3 --of y --order 1
implicit "x**2 + y**2 = 25" --at x=5,y=0 --of y --order 1
implicit "x*y = 6" --at x=1,y=6 --order 1
implicit "x*y = 6" --at x=1,y=6 --of z --order 1
# constants, definitions, standard input
grad "A*exp(-k*t)" --let A=2,k=A/3 --at t=1
value "a*x" --let a=b,b=2 --at x=1
value "a*x" --let a=2 --let b=3*a --at x=b --format json
grad "q(t) = t*exp(-t); r = q(x); r*q(r)" --at x=2
grad "f(t) = f(t - 1); f(x)" --at x=2
echo "x**2*y" | hodiff grad - --at x=1,y=2 --format json
echo "x +* y" | hodiff value - --at x=1,y=2
echo "" | hodiff grad -
printf "x**2\n# none\nsine(x)\na = x;\na*y\n" | hodiff grad - --at x=1,y=2
printf "x**2\nx*\n[x, y]\n" | hodiff value - --at x=1,y=2 --format csv
grad "x**3/7 + sin(y)" --at x=1/3,y=1 --exact --format json
value "sqrt(2)" --digits 30
nth "x**3" --wrt z --format json
completion bash
help nth
# vectors, matrices, files
grad "dot(w, w)*w[1]" --at "w=[1, 2, 3]"
grad "dot(w, w)*w[1]" --at "w=[1, 2, 3]" --format csv
hessian "norm(w)" --at "w=[3, 4]" --format json
hvp "sum(w**3)" --at "w=[1, 2]" --v "[1, 1/3]"
jacobian "A @ v" --at "A=[[1, 2], [3, 4]],v=[5, 6]" --wrt v --format plain
jacobian "A @ A" --at "A=[[1, 2], [3, 4]]"
jvp "A @ v" --at "A=[[1, 2], [3, 4]],v=[5, 6]" --v "A=[[1, 0], [0, 1]],v=[1, 1]"
vjp "A @ v" --at "A=[[1, 2], [3, 4]],v=[5, 6]" --v 1,2 --format json
value "[[x, 1], [2, y]] @ [[1, 2], [3, 4]]" --at x=1,y=2
value "v[::2] + v[1:3]" --at "v=[1, 2, 3, 4]" --format csv
grad "sum(X @ v)" --at X=@X.csv --let "v=[1, 2]"
hvp "prod(v)" --at "v=[1, 2]" --v @v.csv
grad "sum(X)" --at X=@none.csv --format json
grad "sum(X)" --at X=@words.csv
value "v[5]" --at "v=[1, 2]"
value "[1, 2] + [1, 2, 3]" --at x=1
grad "[x, x]" --at x=1
nth "norm(w)" --at "w=[3, 4]" --order 1
# intervals
grad "x**2" --at x=2±0.1 --format csv
hessian "x**2*exp(y)" --at x=1+/-1/2,y=0+/-1 --format json
nth "x**4" --at x=1+/-0.5 --order 2 --format plain
laplacian "x*y**2" --at x=1+/-0.5,y=2 --rtol 1e-9
value "1/x" --at x=0+/-1
grad "abs(x)" --at x=1+/-2 --format json
grad "x" --at x=1+/--1
grad "x**2" --at x=1+/-1 --digits 4
grad "x**2" --at x=1 --rtol 0.1
grad "x**2" --at "x=[1, 2]+/-1"
# uncertainties
uncertainty m*g*h --at m=2.0±0.1,h=1.50±0.02 --let g=9.81
uncertainty "x**2*exp(y)" --at x=1+/-1/10,y=0 --order 2 --samples 1000 --format csv
uncertainty "x/y" --at x=1±0.1,y=2 --samples 1000 --seed 3 --format plain
uncertainty "x/y" --at x=1,y=2 --let u_y=0.2 --format json
uncertainty "x/y" --at x=1,y=2
uncertainty "x/y" --at x=1±0.1,y=0
uncertainty "x/y" --at x=1±0.1,y=2 --seed 3
uncertainty "x/y" --at x=1±-0.1,y=2
uncertainty "x/y" --at x=1,y=2 --cov [[1,2],[2,1]]
uncertainty "sin(x)" --at x=0±2 --order 2
printf "x,u_x,y\n1,0.1,2\n1,0.1,0\n" | hodiff uncertainty "x/y" --points - --order 2
uncertainty "x/y" --grid x=1:2:2,y=1:1:1 --let u_x=0.1,u_y=1/5 --format json
uncertainty "x/y" --grid x=1:2:2,y=1:1:1
# formulas
grad "where(x < 0, x**2, sin(x))"
nth "tanh(x)" --order 4
hvp "x**2*y" --v 1,2
jacobian "[x*y, atan2(y, x)]" --format csv
jvp "[x*y, x/y]" --v a,b
vjp "[x*y, x/y]" --v 1,2 --format plain
laplacian "log(x**2 + y**2)" --format json
tensor "x**3*y" --order 2 --format csv
value "(x + x)*x/x"
# kinks, poles, ends of domains, notes
grad "abs(x)" --at x=0 --format json
hessian "relu(x)*y" --at x=0,y=1 --subgradient --format plain
grad "max(x, y) + min(x, y)" --at x=1,y=1
grad "max(x, y)" --at x=1,y=1 --subgradient --arithmetic float
grad "floor(x)" --at x=2
grad "clip(x, 0, 1)" --at x=1
grad "norm([x, y])" --at x=0,y=0
grad "where(x > 0, 1, 2)*x" --at x=0 --subgradient
grad "abs(sin(x))" --at x=pi
value "abs(sin(x))" --at x=pi
grad "1/x" --at x=0 --format json
grad "tan(x)" --at x=pi/2
grad "gamma(x)" --at x=-2
grad "sqrt(x)" --at x=0
grad "sqrt(x)" --at x=-1 --arithmetic float
grad "asin(x)" --at x=2
value "log(x)" --at x=-1
value "0**x" --at x=-1
value "x/x" --at x=0
grad "x**x" --at x=0
value "exp(x)" --at x=1e5
grad "exp(x)" --at x=1e5 --arithmetic float
grad "sin(x)" --at x=1e30
value "digamma(x) + polygamma(2, x) + erfc(x) + beta(x, 2)" --at x=1.5
value "sin(x) + 1e-400" --at x=pi
value "sin(x)" --at x=pi --format json
# limits
value "sum(w)" --at w=@long.csv
grad "w[1]*w[2]*x" --at w=@long.csv,x=2 --wrt x --format plain
value "sum(w)" --at w=@long.csv --digits 5 --format json
nth x --at x=1 --order 1001 --format json
nth x --at x=1 --order 2.5
value "1e99999999" --at x=1
tensor "a+b+c+d+f+g+h" --order 900
grad x --at x=1 --digits 1000000
# syntax and names
grad "2x"
grad "2(x+1)" --at x=1
grad "x y"
grad "(x" --at x=1 --format json
grad "[x, 1"
grad "x**"
grad "sin x"
grad "sin()" --at x=1
grad "atan2(x)" --at x=1
grad "x = 2"
grad "x == 2; y"
grad "a = ; a"
grad "x $ y"
grad "1.2.3*x"
grad "x if y else z"
grad "a && b"
grad "|x|"
grad "λ*x² + √x"
grad "sine(x)" --format json
grad "sin + 1"
grad "abc*x" --at x=1
grad x --at x=
grad x --at "x=1 2"
grad x --at 3
grad x --at x=y
grad x --at x=1 --let x=2
grad x --at x=1 --wrt y
grad x --at x=1 --wrt x,x
hvp "x*y" --at x=1,y=2 --v 1
hvp "x*y" --at x=1,y=2 --v x=1,z=2
# usage
--version
--verson
gard x
--at x=1 grad x
grad
grad x + 1
grad x -at x=1
grad x --att x=1 --format json
grad x --at
grad x --format jsn
grad x --arithmetic exact
grad x --digits 5 --arithmetic float
nth x*y --order 1
nth x --order 1 --method fast
hvp x --at x=1
hessian 2+3
functions x
taylor x --at x=0 --order 2 --within -1
""".strip().splitlines()


class Line(NamedTuple):
    """A command line, and what it reads from standard input."""

    arguments: tuple[str, ...]
    typed: str = ""


def lines() -> list[Line]:
    """All of them, each once."""
    written = map(read, (text for text in WRITTEN if not text.startswith("# ")))
    odd = ("x" + "+x" * 40_000, "(" * 300 + "x" + ")" * 300, "x\n+* 1", "\x1b[31mx", "")
    refused = (Line(("grad", text)) for text in odd)
    return list(dict.fromkeys([*of_commands(), *of_cases(), *of_docs(), *written, *refused]))


def read(text: str) -> Line:
    """A line of a shell: ... or hodiff ..., with echo or printf in front of a pipe."""
    source, pipe, command = text.removesuffix(" 2>/dev/null").rpartition(" | ")
    words = shlex.split(command.removeprefix("hodiff "))
    how, typed = shlex.split(source) if pipe else ("printf", "")
    return Line(tuple(words), typed.replace("\\n", "\n") if how == "printf" else f"{typed}\n")


def of_commands() -> Iterator[Line]:
    """The help of each command, and its answer in each format."""
    yield from (Line(()), Line(("--help",)))
    for command, needed in COMMANDS.items():
        yield Line((command, "--help"))
        problem = ("x**2*y + y**3 - 5", "--at", "x=2,y=1", *needed.split())
        for style in STYLES:
            asked = problem if command != "functions" else ()
            yield Line((command, *asked, "--format", style))


def of_cases() -> Iterator[Line]:
    """Two questions about each reference case: all pairs of question and format come up."""
    number = count()
    for file in sorted((ROOT / "tests" / "cases").glob("*.jsonl")):
        for case in map(json.loads, file.read_text("utf-8").splitlines()):
            v = ",".join(str(i + 1) for i in range(len(case["at"])))
            at = ",".join(f"{x}={value}" for x, value in case["at"].items())
            for n in (next(number), next(number)):
                question = QUESTIONS[n % len(QUESTIONS)].format(
                    x=next(iter(case["at"])), v=v, at=at
                )
                command, *options = question.split()
                options += ["--format", STYLES[n % len(STYLES)]]
                options += ["--arithmetic", "float"] if n % 5 == 0 else []
                yield Line((command, case["expr"], *options))


def of_docs() -> Iterator[Line]:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for block in re.findall(r"^```console\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
            asked = (text[2:] for text in block.splitlines() if text.startswith("$ "))
            begins = ("hodiff ", "echo ", "printf ")
            yield from (read(text) for text in asked if text.startswith(begins))


Answer = dict[str, str]  # stdout, stderr and exit code


def answer_lines() -> None:
    """The child: a line comes in as JSON, its answer goes out as JSON, and so on."""
    import hodiff.cli

    questions, answers = sys.stdin, sys.stdout
    print(json.dumps({"module": hodiff.cli.__file__}), file=answers, flush=True)
    for question in questions:
        arguments, typed = json.loads(question)
        printed = {"stdout": io.BytesIO(), "stderr": io.BytesIO()}
        sys.stdin = io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8")
        sys.stdout, sys.stderr = (io.TextIOWrapper(b, "utf-8") for b in printed.values())
        try:
            code = str(hodiff.cli.main(arguments))
        except BaseException as fault:
            code = repr(fault)
        sys.stdout.flush()
        sys.stderr.flush()
        texts = {name: b.getvalue().decode() for name, b in printed.items()}
        print(json.dumps({**texts, "exit code": code}), file=answers, flush=True)


class Checkout:
    """A checkout that answers lines, in a child that is started again where it hangs or dies."""

    def __init__(self, path: str, folder: str) -> None:
        self.path, self.folder = Path(path).resolve(), folder
        self.start()

    def start(self) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "FORCE_COLOR"},
            **{"PYTHONPATH": str(self.path), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"},
            **{"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80", "NO_COLOR": "1"},
        }
        command = [sys.executable, str(Path(__file__).resolve()), "--answer"]
        pipe, where = subprocess.PIPE, self.folder
        self.child = subprocess.Popen(command, cwd=where, env=environment, stdin=pipe, stdout=pipe)
        module = (self.reply() or {"module": "nothing"})["module"]
        if not Path(module).is_relative_to(self.path):
            self.stop()
            sys.exit(f"{self.path} is no checkout of hodiff: {module} is imported")

    def stop(self) -> None:
        self.child.kill()
        self.child.communicate()

    def reply(self) -> Answer | None:
        """What the child says next; None where it hangs or dies."""
        ready = select.select([self.child.stdout], [], [], LONGEST)[0]
        text = self.child.stdout.readline() if ready else b""
        return json.loads(text) if text else None

    def answer(self, line: Line) -> Answer:
        self.child.stdin.write(json.dumps(line).encode() + b"\n")
        self.child.stdin.flush()
        began = time.monotonic()
        answer = self.reply()
        if answer is None:
            self.stop()
            self.start()
            answer = {"exit code": "timeout" if time.monotonic() - began >= LONGEST else "died"}
        return answer


def report(line: Line, old: Answer, new: Answer) -> None:
    words = shlex.join(["hodiff", *line.arguments])
    print(words[:500])
    for name in dict.fromkeys([*old, *new]):
        was, now = (
            [repr(text)[1:-1] for text in answer.get(name, "").splitlines(keepends=True)]
            for answer in (old, new)
        )
        changes = difflib.unified_diff(was, now, f"OLD {name}", f"NEW {name}", "", "", 0, "")
        for change in islice(changes, 20):
            print(f"    {change[:300]}")


def main() -> int:
    if sys.argv[1:] == ["--answer"]:
        answer_lines()
        return 0
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    asked = lines()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        for name, text in FILES.items():
            Path(folder, name).write_text(text, "utf-8")
        both = [Checkout(path, folder) for path in sys.argv[1:]]
        old, new = pool.map(lambda checkout: [checkout.answer(line) for line in asked], both)
        for checkout in both:
            checkout.stop()
    differ = [found for found in zip(asked, old, new, strict=True) if found[1] != found[2]]
    for found in differ:
        report(*found)
    commands = Counter("".join(line.arguments[:1]) for line in asked)
    codes = Counter(answer["exit code"] for answer in old)
    print(", ".join(f"{name} {commands.pop(name)}" for name in COMMANDS), end="")
    print(f", others {commands.total()}; exit codes of OLD: {dict(sorted(codes.items()))}")
    print(f"{len(asked)} lines compared, {len(differ)} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
