"""hodiff explain: the engine's walk as it is told, held to the chain rule and to mpmath."""

import ast
import csv
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import mpmath
import pytest

import hodiff as package
from hodiff.engine.backward import walk
from hodiff.engine.graph import ONE
from hodiff.errors import HodiffError
from hodiff.language.problem import read
from tests.lengths import LONG

CASES = [
    ("x*sin(x)", {"x": 2}, 2),
    ("exp(sin(x))*log(1+x**2)", {"x": "7/10"}, 3),
    ("w1**2*sin(w2)", {"w1": 1, "w2": "pi/2"}, 1),
    ("x**y/(1 + y*x)", {"x": "3/2", "y": 2}, 1),
    ("sqrt(x)*tanh(x) - atan(x)/x", {"x": "1/2"}, 2),
    ("a = exp(x); a*a + a/x", {"x": 1}, 2),
]


def told(text, at, order, **more):
    return package.calculate("explain", text, at=at, order=order, **more).to_dict()


def value(x):
    return float(x["value"])


@pytest.mark.parametrize(("text", "at", "order"), CASES)
def test_the_chain_rule_holds_at_every_step(text, at, order):
    """What is sent is cotangent times slope, and what came to a node adds up to its cotangent."""
    steps = [step for one in told(text, at, order)["walks"] for step in one["steps"]]
    assert len(steps) > 2
    for step in steps:
        for sent in step["to"]:
            share = value(step["cotangent"]) * float(sent["slope"])
            assert value(sent["share"]) == pytest.approx(share, rel=1e-13, abs=1e-300)
        if step["from"]:
            total = sum(value(x["share"]) for x in step["from"])
            assert value(step["cotangent"]) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(("text", "at", "order"), CASES)
def test_what_comes_to_a_node_was_sent_to_it(text, at, order):
    for one in told(text, at, order)["walks"]:
        came = [(x["node"], step["node"], x["input"], x["share"]["formula"])
                for step in one["steps"] for x in step["from"]]  # fmt: skip
        sent = [(step["node"], x["node"], x["input"], x["share"]["formula"])
                for step in one["steps"] for x in step["to"] if x["share"]]  # fmt: skip
        assert sorted(came) == sorted(sent) != []
        names = [step["node"] for step in one["steps"]]
        assert len(names) == len(set(names))
        for step in one["steps"]:  # its users are done before it
            assert all(names.index(x["node"]) < names.index(step["node"]) for x in step["from"])


@pytest.mark.parametrize(("text", "at", "order"), CASES)
def test_the_end_is_what_grad_and_nth_say(text, at, order):
    got = told(text, at, order)
    last = {step["node"]: step["cotangent"]["value"] for step in got["walks"][-1]["steps"]}
    if order == 1:
        wanted = package.calculate("grad", text, at=at).to_dict()
        assert got["gradient"] == wanted["gradient"]
        assert {x: last[x] for x in at} == wanted["gradient"]
    else:
        wanted = package.calculate("nth", text, at=at, order=order).to_dict()
        assert got["derivatives"] == wanted["derivatives"]
        assert last["x"] == wanted["derivatives"][-1]
    assert got["value"] == wanted["value"]


def test_the_forward_values(found):
    """By mpmath, each node from the numbers of its inputs."""
    got = found("explain", "exp(sin(x))*log(1+x**2)", "--at", "x=0.7")
    x = mpmath.mpf("0.7")
    wanted = {
        "x": x,
        "sin(x)": mpmath.sin(x),
        "exp(v1)": mpmath.exp(mpmath.sin(x)),
        "x**2": x**2,
        "1 + v3": 1 + x**2,
        "log(v4)": mpmath.log(1 + x**2),
        "v2*v5": mpmath.exp(mpmath.sin(x)) * mpmath.log(1 + x**2),
    }
    values = {node["formula"]: node.get("value") for node in got["walks"][0]["forward"]}
    assert values.keys() == {*wanted, "v6"}
    for formula, number in wanted.items():
        assert values[formula] == pytest.approx(float(number), rel=1e-15)


@pytest.mark.parametrize(
    ("text", "rules"),
    [  # as a textbook has them, the output by its name
        ("x**3", ["3*x**2"]),
        ("sin(x)", ["cos(x)"]),
        ("exp(x)", ["v1"]),
        ("sqrt(x)", ["1/(2*v1)"]),
        ("log(x)", ["1/x"]),
        ("x*y", ["y", "x"]),
        ("x - y", ["1", "-1"]),
        ("x/y", ["1/y", "-v1/y"]),
        ("tan(x)", ["1 + v1**2"]),
        ("x*x", ["x", "x"]),
    ],
)
def test_rules(found, text, rules):
    (got,) = found("explain", text)["walks"]
    step = got["steps"][0]
    assert step["node"] == "v1" and step["cotangent"] == {"formula": "1"}
    assert [sent["rule"] for sent in step["to"]] == rules


def test_the_names_are_those_of_the_graph(found):
    at = ("exp(sin(x))*x", "--order", "2", "--at", "x=1")
    (graph,) = found("graph", *at)["graphs"]
    nodes = {node["name"]: node for node in graph["nodes"]}
    walks = found("explain", *at)["walks"]
    mentioned = 0
    for one in walks:
        for node in one["forward"]:
            assert nodes[node["name"]]["formula"] == node["formula"]
            assert nodes[node["name"]]["walk"] == one["walk"] - 1
        for step in one["steps"]:
            assert nodes[step["node"]]["walk"] < one["walk"]
            for share in (x["share"] for x in step["to"]):
                if "node" in share:
                    mentioned += 1
                    assert nodes[share["node"]]["walk"] == one["walk"]
                    assert nodes[share["node"]]["value"] == share["value"]
    assert mentioned


def test_the_walk_is_the_engines_own():
    """Watching it changes nothing that it builds."""
    problem = read("exp(sin(x))*log(1+x**2)/x")
    x = problem.variables["x"]
    visits = []
    (seen,) = walk([problem.f], [ONE], [x], visits=visits)
    (alone,) = walk([problem.f], [ONE], [x])
    assert str(seen) == str(alone)
    assert [visit.node.serial for visit in visits] == sorted(
        (visit.node.serial for visit in visits), reverse=True
    )
    assert visits[-1].node is x and visits[0].node is problem.f


def test_arrays(found):
    got = found("explain", "sum(w**2)*w[0]", "--at", "w=[1,2,3]")
    assert got["gradient"] == {"w": [16, 4, 6]}
    steps = {step["node"]: step for step in got["walks"][0]["steps"]}
    assert steps["v3"]["to"][0]["rule"] == "[g, 0, 0]"
    assert steps["w"]["cotangent"]["value"] == [16, 4, 6]
    assert found("explain", "sum(w > 1)", "--at", "w=[0,2]")["gradient"] == {"w": [0, 0]}


def test_in_the_terminal(answer):
    lines = answer("explain", "x**2", "--at", "x=3").splitlines()
    assert lines == [
        "x**2",
        "forward",
        "├── x: 3",
        "├── v1: x**2 = 9",
        "└── y: v1",
        "walk 1: back from y, create_graph=False",
        "├── v1 = x**2: ∂y/∂v1 = 1",
        "│   └── to x: ∂v1/∂x = 2*x = 6; sends 2*x = 6",
        "├── x: ∂y/∂x = 2*x = 6",
        "└── dy/dx: 2*x = 6",
        "at x=3",
        "y      9",
        "dy/dx  6",
        "every digit is proven",
    ]


def test_the_product_with_v_between_the_walks(answer):
    lines = answer("explain", "x*y", "--at", "x=3,y=5", "--v", "2,1").splitlines()
    assert lines[lines.index("what walk 1 added") :] == [
        "what walk 1 added",
        "├── ∂f/∂x: y",
        "└── ∂f/∂y: x",
        "the product ∇f·v: v = [2, 1]",
        "├── p1: 2*y = 10",
        "├── p2: 1*x = 3",
        "├── p3: p1 + p2 = 13",
        "└── ∇f·v: p3",
        "walk 2: back from ∇f·v, create_graph=False",
        "├── p3 = p1 + p2: ∂(∇f·v)/∂p3 = 1",
        "│   ├── to p1: ∂p3/∂p1 = 1; sends 1",
        "│   └── to p2: ∂p3/∂p2 = 1; sends 1",
        "├── p2 = 1*x: ∂(∇f·v)/∂p2 = 1",
        "│   └── to x: ∂p2/∂x = 1; sends 1",
        "├── p1 = 2*y: ∂(∇f·v)/∂p1 = 1",
        "│   └── to y: ∂p1/∂y = 2; sends 2",
        "├── y: ∂(∇f·v)/∂y = 2",
        "├── x: ∂(∇f·v)/∂x = 1",
        "├── (H·v)[x]: 1",
        "└── (H·v)[y]: 2",
        "at x=3, y=5",
        "f         15",
        "∂f/∂x     5",
        "∂f/∂y     3",
        "(H·v)[x]  1",
        "(H·v)[y]  2",
        "every digit is proven",
    ]


def test_what_is_zero_by_its_slope_sends_nothing(answer):
    text = answer("explain", "x**2*y", "--at", "x=1,y=2", "--v", "0,1")
    assert "to a2: ∂p1/∂a2 = 0; sends nothing" in text and "(H·v)[y]  0" in text


def test_formulas_where_there_is_no_point(answer):
    text = answer("explain", "x*y", "--format", "plain")
    assert "to x: ∂v1/∂x = y; sends y" in text and text.endswith("∂f/∂x = y\n∂f/∂y = x\n")


def test_for_scripts(answer):
    text = answer("explain", "x*sin(x)", "--at", "x=2", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    slopes = {(row["node"], row["to"]): float(row["slope"]) for row in rows if row["to"]}
    assert slopes == {
        ("v2", "x"): pytest.approx(float(mpmath.sin(2))),
        ("v2", "v1"): 2,
        ("v1", "x"): pytest.approx(float(mpmath.cos(2))),
    }
    markdown = answer("explain", "x**2*y**2", "--format", "markdown")
    outside = "".join(markdown.replace("**forward**", "").replace("**walk 1**", "").split("`")[::2])
    assert "*" not in outside and "**walk 1**" in markdown


def test_as_a_part_of_a_page(answer):
    """Lists in lists, well-formed, with what the terminal has."""
    line = ("explain", "where(x < 1, x**2, x)*x", "--at", "x=1/2", "--order", "2", "--torch")
    text = answer(*line, "--format", "html")
    root = ET.fromstring(f"<t>{text}</t>")
    assert [x.text for x in root.iter("h3")][:2] == [
        "forward",
        "walk 1 back from y, create_graph=True",
    ]
    items = ["".join(x.itertext()).split("\n")[0] for x in root.iter("li")]
    shown = [entry.strip() for entry in answer(*line, "--format", "plain").splitlines()]
    assert all(item.replace(" ", ": ", 1) in shown for item in items if item.startswith("v1 "))
    deep = [len(list(x.iter("ul"))) for x in root.iter("div")]
    assert len(items) > 20 and deep[0] > 5
    assert {row.find("th").text: row.find("td").text for row in root.iter("tr")}["y"] == "0.125"


def test_what_is_too_long_is_told_by_its_last_operation(found):
    text = "a = x + x; " + "a = a*a + a; " * 40 + "a"
    (got,) = found("explain", text)["walks"]
    assert max(len(step["cotangent"]["formula"]) for step in got["steps"]) < 3000


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        (("x*y", "--order", "2"), "usage", "--wrt x"),
        (("[x, y]",), "usage", "needs one number"),
        (("exp(sin(x))*log(1+x**2)", "--order", "8"), "limit", "lower --order"),
        (("abs(x)", "--at", "x=0"), "kink", "--subgradient"),
        (("1/x", "--at", "x=0"), "pole", "divisor"),
        (("x", "--torch"), "usage", "--at"),
        (("x", "--torch", "--at", "x=2+/-0.1"), "usage", "intervals"),
        (("sum(w)", "--torch", "--at", "w=[1,2]"), "usage", "give each entry a name"),
        (
            ("gamma(x)", "--torch", "--at", "x=2.5"),
            "usage",
            "gamma: leave out --torch",
        ),
        (("x", "--torch", "--at", "x=1e400"), "usage", "the point passes them"),
        (("x", "--torch", "--at", "x=1e-400"), "usage", "the point passes them"),
    ],
)
def test_refusals_name_the_mend(hodiff, line, kind, said):
    ran = hodiff("explain", "--format", "json", *line)
    assert ran.code == (1 if kind in ("kink", "pole") else 2) and said in ran.err
    assert json.loads(ran.out)["error"]["kind"] == kind


# What PyTorch 2.13 printed for the program of each, in order.
PYTORCH = [
    ("x*sin(x)", "x=2", 2, [1.8185948536513634, 0.0770037537313969, -2.6508885267456486]),
    ("w1**2*sin(w2)", "w1=1,w2=pi/2", 1, [1.0, 2.0, 6.123233995736766e-17]),
    ("x**2", "x=3", 4, [9.0, 6.0, 2.0, 0.0, 0.0]),
    ("exp(sin(x))*log(1+x**2)", "x=0.7", 3,
     [0.7594677384549939, 2.3703327972193184, 3.5673218762314285, -3.7202332117200565]),
    ("where(x>0,x**2,-x)", "x=1.5", 2, [2.25, 3.0, 2.0]),
    ("x", "x=1,z=2", 1, [1.0, 1.0, 0.0]),
    ("print*f*torch", "print=1,f=2,torch=3", 1, [6.0, 6.0, 3.0, 2.0]),
    ("x**y", "x=2,y=3", 1, [8.0, 12.0, 5.545177444479562]),
    ("gelu(x)", "x=0.3", 2, [0.18537342665668577, 0.7323277668271098, 0.7284507275296009]),
    ("abs(x)", "x=2.5", 2, [2.5, 1.0, 0.0]),
    # No slope goes through a condition.
    ("where(x>0,x**2,-x)", "x=1.5", 3, [2.25, 3.0, 2.0, 0.0]),
    ("where(x>0,y**2,3*y)", "x=1,y=2", 1, [4.0, 0.0, 4.0]),
]  # fmt: skip

# The same with --v: y, the gradient, its product with v, the Hessian times v.
PYTORCH_HVP = [
    ("w1**2*sin(w2)", "w1=1,w2=pi/2", "0.5,1",
     [1.0, 2.0, 6.123233995736766e-17, 1.0, 1.0000000000000002, -0.9999999999999999]),
    ("exp(x*y)*log(1+z**2)", "x=0.1,y=0.2,z=2", "1,-1,0.3",
     [1.6419507149551336, 0.32839014299102676, 0.16419507149551338, 0.8161610720214046,
      0.40904339310193477, -1.5601420363347467, 1.682855054265327, 0.008161610720214041]),
    ("sqrt(x**2+y**2+1)", "x=1,y=2", "sqrt(2),1e-3",
     [2.449489742783178, 0.4082482904638631, 0.8164965809277261, 0.5781667657705536,
      0.4809891415612002, -0.19231400696638737]),
    ("v*grad_v*hvp_v", "v=1,grad_v=2,hvp_v=3", "1,2,3",
     [6.0, 6.0, 3.0, 2.0, 18.0, 12.0, 6.0, 4.0]),
    ("3*x+2*y", "x=2,y=3", "1,2", [12.0, 3.0, 2.0, 7.0, 0.0, 0.0]),
    ("3*x+y**2", "x=2,y=3", "0.5,2", [15.0, 3.0, 6.0, 13.5, 0.0, 4.0]),
    ("x", "x=1,z=2", "1,2", [1.0, 1.0, 0.0, 1.0, 0.0, 0.0]),
    ("where(x>0,y**2,3*y)", "x=-1,y=2", "1,1", [6.0, 0.0, 3.0, 3.0, 0.0, 0.0]),
    ("x**3", "x=2", "5", [8.0, 12.0, 60.0, 60.0]),
]  # fmt: skip


def numbers(got):
    slopes = got.get("derivatives") or [*got["gradient"].values()]
    return [got["value"], *slopes]


@pytest.mark.parametrize(("text", "at", "order", "recorded"), PYTORCH)
def test_the_numbers_are_pytorchs(text, at, order, recorded):
    got = told(text, at, order, torch=True)
    assert numbers(got) == pytest.approx(recorded, rel=1e-13, abs=1e-15)
    program = ast.parse(got["torch"])
    calls = [node for node in ast.walk(program) if isinstance(node, ast.Call)]
    walks = [x for x in calls if isinstance(x.func, ast.Attribute) and x.func.attr == "grad"]
    kept = [{y.arg for y in x.keywords} >= {"create_graph"} for x in walks]
    assert kept == [True] * (order - 1) + [False]


@pytest.mark.parametrize(("text", "at", "v", "recorded"), PYTORCH_HVP)
def test_the_numbers_of_a_product_are_pytorchs(text, at, v, recorded):
    got = told(text, at, None, v=v, torch=True)
    n = len(got["gradient"])
    wanted = [*recorded[: n + 1], *recorded[n + 2 :]]
    mine = [got["value"], *got["gradient"].values(), *got["hvp"]]
    assert mine == pytest.approx(wanted, rel=1e-13, abs=1e-15)
    ast.parse(got["torch"])


@pytest.mark.skipif(not LONG, reason="--long: imports PyTorch for each")
@pytest.mark.parametrize(
    ("text", "at", "more", "recorded"),
    [
        *((text, at, {"order": n}, recorded) for text, at, n, recorded in PYTORCH),
        *((text, at, {"v": v}, recorded) for text, at, v, recorded in PYTORCH_HVP),
    ],
)
def test_the_program_runs_as_it_stands(text, at, more, recorded):
    pytest.importorskip("torch")
    program = package.calculate("explain", text, at=at, torch=True, **more).torch
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stderr == ""
    printed = [float(line.partition(" = ")[2]) for line in ran.stdout.splitlines()]
    assert printed == pytest.approx(recorded, rel=1e-13, abs=1e-15)


def test_the_program_is_printed_behind(answer):
    text = answer("explain", "x**2", "--at", "x=3", "--torch")
    before, _, program = text.partition("The same in PyTorch:\n\n")
    assert before.endswith("every digit is proven\n\n")
    ast.parse(program)
    with pytest.raises(HodiffError, match="unknown option"):
        package.calculate("graph", "x", torch=True)
