"""hodiff graph: the lesson's picture, and what is told of any graph."""

import ast
import csv
import io
import json
import subprocess
import sys
from fractions import Fraction

import pytest

import hodiff as package
from hodiff.engine.graph import topological
from hodiff.errors import HodiffError
from hodiff.language.problem import read


def named(graph):
    return {node["name"]: node for node in graph["nodes"]}


def edges(graph):
    return {tuple(edge) for edge in graph["edges"]}


def test_the_lesson(found):
    """y = x**2: x -> pow -> y, and the first backward with create_graph=True adds 2*x."""
    got = found("graph", "x**2", "--both")
    detached, kept = got["graphs"]
    assert (detached["create_graph"], kept["create_graph"]) == (False, True)
    forward = {("x", "v1"), ("v1", "y")}
    assert edges(detached) == forward
    assert edges(kept) == forward | {("x", "a1"), ("a1", "dy_dx")}
    nodes = named(detached)
    assert {name: x["kind"] for name, x in nodes.items()} == {
        "x": "variable", "v1": "operation", "y": "result", "dy_dx": "detached"
    }  # fmt: skip
    assert nodes["v1"]["operation"] == "pow" and nodes["v1"]["formula"] == "x**2"
    assert nodes["dy_dx"]["formula"] == "2*x" and nodes["dy_dx"]["inputs"] == []
    added = [x for x in kept["nodes"] if x["walk"] == 1]
    assert [(x["operation"], x["formula"]) for x in added] == [("mul", "2*x"), (None, "a1")]
    assert detached["counts"] == {"nodes": 4, "edges": 2, "depth": 2, "added": [3, 0]}
    assert kept["counts"] == {"nodes": 5, "edges": 4, "depth": 2, "added": [3, 2]}


def test_one_of_the_two(found):
    (kept,) = found("graph", "x**2")["graphs"]
    (alike,) = found("graph", "x**2", "--create-graph")["graphs"]
    (detached,) = found("graph", "x**2", "--no-create-graph")["graphs"]
    assert kept == alike != detached
    assert [kept, detached] == found("graph", "x**2", "--both")["graphs"][::-1]
    (forward,) = found("graph", "x**2", "--order", "0")["graphs"]
    assert forward["create_graph"] is None and edges(forward) == {("x", "v1"), ("v1", "y")}


def test_the_walk_before_the_last_keeps_its_graph(found):
    """The second walk goes through what the first added, whatever becomes of its own result."""
    detached, kept = found("graph", "x**3", "--order", "2", "--both")["graphs"]
    one, two = named(detached), named(kept)
    assert {name for name in two if two[name]["walk"] < 2} == one.keys() - {"d2y_dx2"}
    assert one["d2y_dx2"]["kind"] == "detached" and two["d2y_dx2"]["kind"] == "result"
    assert any(
        two[x]["walk"] < 2 and two[y]["walk"] == 2 for x, y in edges(kept)
    )  # hangs on what was there


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("sin(x)", ["x"]),
        ("exp(x)", ["v1"]),  # its derivative is its value
        ("tan(x)", ["v1"]),
        ("sqrt(x)", ["v1"]),
        ("log(x)", ["x"]),
        ("-x", []),
        ("3*x", []),
        ("x + 5", []),
        ("x**2", ["x"]),
        ("x**1.5", ["x"]),
        ("sec(x)", ["x", "v1"]),
        ("5/x", ["x", "v1"]),  # -y/x
    ],
)
def test_what_a_rule_reads(found, text, reads):
    """By the derivatives that textbooks and this table have."""
    (graph,) = found("graph", text, "--order", "0")["graphs"]
    nodes = named(graph)
    assert nodes["v1"]["reads"] == reads
    assert {name for name, node in nodes.items() if node["saved"]} == set(reads)


def test_a_factor_is_read_only_where_the_other_is_differentiated_in(found):
    (both,) = found("graph", "x*y", "--order", "0")["graphs"]
    assert named(both)["v1"]["reads"] == ["x", "y"]
    (one,) = found("graph", "x*y", "--order", "0", "--wrt", "x")["graphs"]
    assert named(one)["v1"]["reads"] == ["y"]


def test_shared_nodes_and_values(found):
    got = found("graph", "a = sin(x); a*a + a", "--at", "x=pi/6")
    (graph,) = got["graphs"]
    nodes = named(graph)
    assert nodes["v1"]["value"] == 0.5 and nodes["y"]["value"] == got["value"] == 0.75
    assert nodes["v2"]["inputs"] == ["v1", "v1"] and nodes["v2"]["formula"] == "v1*v1"
    uses = [x for node in graph["nodes"] for x in node["inputs"]].count("v1")
    assert nodes["v1"]["uses"] == uses > 2
    at = {"x": "pi/6"}
    slope = package.calculate("grad", "a = sin(x); a*a + a", at=at).gradient["x"]
    assert nodes["dy_dx"]["value"] == slope


def test_the_branch_not_taken_has_no_value(found):
    (graph,) = found("graph", "where(x > 0, 1/x, x)", "--at", "x=0", "--order", "0")["graphs"]
    values = {node["formula"]: node["value"] for node in graph["nodes"]}
    assert values["1/x"] is None and values["x > 0"] is False and values["v3"] == 0


def test_names_that_a_user_took(found):
    (graph,) = found("graph", "v1*sin(y)*a1", "--wrt", "v1")["graphs"]
    names = [node["name"] for node in graph["nodes"]]
    assert len(names) == len(set(names))
    result = [node["name"] for node in graph["nodes"] if node["kind"] == "result"]
    assert result == ["f", "df_dv1"]  # y is taken


def test_every_edge_is_of_nodes_that_came_before(found):
    (graph,) = found("graph", "exp(sin(x))*log(1+x**2)", "--order", "3")["graphs"]
    seen = []
    for node in graph["nodes"]:
        assert set(node["inputs"]) <= set(seen)
        seen.append(node["name"])
    assert len(graph["edges"]) == graph["counts"]["edges"]
    assert sum(graph["counts"]["added"]) == graph["counts"]["nodes"] == len(seen)


# The gradient times a vector, and the walk over that.

HVPS = [
    ("w1**2*sin(w2)", "w1=1,w2=pi/2", "0.5,1"),
    ("x**y/(1 + y*x)", "x=3/2,y=2", "y=1/3,x=-2"),
    ("a = exp(x*y); a*a + z/a", "x=0.1,y=1,z=2", "1,0,-0.25"),
    ("x**3", "x=2", "5"),
    ("3*x + 2*y", "x=1,y=2", "1,2"),
    ("x", "x=1,z=2", "1,2"),
    ("sum(w**2)*w[0]*c", "w=[1,2,3],c=2", "1,0,2,7"),
    ("log(sum(exp(w)))", "w=[1,2,3]", "w=[0.5,0.5,sqrt(2)]"),
]


def test_the_product_is_a_group_of_its_own(found):
    """y, walk 1 with create_graph=True, the product with v, and the walk over that."""
    got = found("graph", "w1**2*sin(w2)", "--v", "0.5,1")
    assert (got["order"], got["v"]) == (2, [0.5, 1])
    (graph,) = got["graphs"]
    nodes = named(graph)
    results = {name: x["walk"] for name, x in nodes.items() if x["kind"] == "result"}
    assert results == {
        "y": 0, "dy_dw1": 1, "dy_dw2": 1, "grad_v": "product", "hvp_w1": 2, "hvp_w2": 2
    }  # fmt: skip
    assert nodes["grad_v"]["label"] == "∇y·v" and nodes["hvp_w1"]["label"] == "(H·v)[w1]"
    product = {name: x for name, x in nodes.items() if x["walk"] == "product"}
    (one,), (two,) = nodes["dy_dw1"]["inputs"], nodes["dy_dw2"]["inputs"]
    assert [(x["formula"], x["inputs"]) for x in product.values()] == [
        (f"{one}/2", [one]), (f"1*{two}", [two]), ("p1 + p2", ["p1", "p2"]), ("p3", ["p3"]),
    ]  # fmt: skip
    last = {x for node in graph["nodes"] if node["walk"] == 2 for x in node["inputs"]}
    assert {nodes[x]["walk"] for x in last} == {0, 1, 2}  # no v is read: it is constant
    assert graph["counts"]["added"] == [6, 6, 4, sum(x["walk"] == 2 for x in graph["nodes"])]
    (forward,) = found("graph", "w1**2*sin(w2)")["graphs"]
    assert [x["name"] for x in graph["nodes"] if x["walk"] in (0, 1)] == [*named(forward)]


@pytest.mark.parametrize("text", ["w1**2*sin(w2)", "exp(w1*w2)/w2", "a = w1 - w2; a**4*sqrt(a)*w1"])
def test_its_nodes_are_what_the_library_builds(found, text):
    """The lesson as a program: grad with create_graph, the product, grad again. (Where a slope is
    a part of another, the library keeps it apart, for its owner may hook it.)"""
    problem = read(text)
    y, xs = problem.f, [problem.variables[x] for x in ("w1", "w2")]
    first = package.grad(y, xs, create_graph=True)
    product = Fraction(1, 2) * first[0] + 3 * first[1]
    second = package.grad(product, xs, create_graph=True)
    seen, counts, edges = set(), [], []
    for ends in ([y], first, [product], second):
        new = [x for x in topological([*ends]) if x not in seen and x.operation.name != "constant"]
        seen.update(new)
        counts.append(len(new) + len(ends))
        edges += [(x.operation.name, z.operation.name) for x in new for z in x.inputs
                  if z.operation.name != "constant"]  # fmt: skip
    (graph,) = found("graph", text, "--v", "1/2,3")["graphs"]
    assert graph["counts"]["added"] == counts
    operations = {x["name"]: x["operation"] or "variable" for x in graph["nodes"]}
    drawn = [(operations[x["name"]], operations[z])
             for x in graph["nodes"] if x["kind"] == "operation" for z in x["inputs"]]  # fmt: skip
    assert sorted(drawn) == sorted(edges)


@pytest.mark.parametrize(("text", "at", "v"), HVPS)
def test_the_numbers_are_those_of_hvp(found, text, at, v):
    line = (text, "--at", at, "--v", v)
    wanted = found("hvp", *line)
    for command in ("graph", "explain"):
        got = found(command, *line)
        for field in ("value", "variables", "v", "arithmetic", "at"):
            assert got[field] == wanted[field]
    assert (got["gradient"], got["hvp"]) == (wanted["gradient"], wanted["hvp"])
    (graph,) = found("graph", *line)["graphs"]
    values = [x["value"] for x in graph["nodes"] if x["kind"] == "result" and x["walk"] == 2]
    flat = [y for x in values for y in (x if isinstance(x, list) else [x])]
    assert flat == wanted["hvp"]
    slopes = [y for x in wanted["gradient"].values() for y in (x if isinstance(x, list) else [x])]
    product = sum(a * b for a, b in zip(slopes, wanted["v"], strict=True))
    assert named(graph)["grad_v"]["value"] == pytest.approx(product, rel=1e-14, abs=1e-14)


@pytest.mark.parametrize(
    "how", [("--digits", "30"), ("--exact",), ("--arithmetic", "float"), ("--subgradient",)]
)
def test_the_numbers_are_those_of_hvp_however_they_are_had(found, how):
    line = ("abs(x)*exp(y)/3", "--at", "x=1/3,y=0.1", "--v", "1/7,-2", *how)
    wanted, got = found("hvp", *line), found("explain", *line)
    assert [got[x] for x in ("v", "hvp", "notes")] == [wanted[x] for x in ("v", "hvp", "notes")]


@pytest.mark.parametrize("command", ["graph", "explain"])
@pytest.mark.parametrize(
    "line",
    [
        ("x*y", "--v", "1"),
        ("x*y", "--v", "1,2,3"),
        ("x*y", "--v", "x=1"),
        ("x*y", "--v", "x=1,z=2"),
        ("x*y", "--v", "y,1"),
        ("x*y", "--v", "1,"),
        ("x*y", "--v", "@nowhere.npy"),
        ("sum(w)", "--at", "w=[1,2]", "--v", "w=[1,2,3]"),
        ("abs(x)*y", "--at", "x=0,y=1", "--v", "1,1"),
        ("y/x", "--at", "x=0,y=1", "--v", "1,1"),
    ],
)
def test_it_refuses_what_hvp_refuses(hodiff, command, line):
    ran, wanted = (hodiff(x, *line, "--format", "json") for x in (command, "hvp"))
    assert ran.code == wanted.code != 0 and ran.out == wanted.out


def test_names_of_results_that_a_user_took(found):
    (graph,) = found("graph", "x*hvp_x*grad_v*dy_dx", "--v", "1,2,3,4")["graphs"]
    names = [node["name"] for node in graph["nodes"]]
    assert len(names) == len(set(names))
    assert {"grad_v_", "hvp_x_", "dy_dx_", "hvp_hvp_x"} <= set(names)


def test_the_product_in_the_terminal(answer):
    lines = answer("graph", "x*y", "--v", "2,1", "--at", "x=3,y=5").splitlines()
    assert lines[:2] == ["x*y", "v = [2, 1]"]
    assert lines[lines.index("∇f·v = 13: the product with v") + 1 :] == [
        "└── {add} p3: p1 + p2 = 13",
        "    ├── {mul} p1: 2*y = 10",
        "    │   └── #2 (y)",
        "    └── {mul} p2: 1*x = 3",
        "        └── #1 (x)",
        "(H·v)[x] = 1: walk 2; 1, a number",
        "(H·v)[y] = 2: walk 2; 2, a number",
        "12 nodes, 10 edges, depth 3: 4 written, 2 added by walk 1, 4 of the product with",
        "v, 2 added by walk 2",
        "every digit is proven",
        "(x) variable; [op] written; {op} of the product with v; saved: a backward rule",
        "reads its value; #1: used more than once",
    ]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_product_fits_the_terminal(answer, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    for line in (("graph", "--both"), ("explain",)):
        text = answer(line[0], "w1**2*sin(w2)", "--v", "0.5,1", "--at", "w1=1,w2=2", *line[1:])
        assert max(map(len, text.splitlines())) <= width


def test_the_product_for_scripts(answer):
    text = answer("graph", "x*y", "--v", "2,1", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["walk"] for row in rows} == {"0", "1", "product", "2"}
    assert [row["node"] for row in rows if row["walk"] == "product"] == ["p1", "p2", "p3", "grad_v"]
    assert "p3\tgrad_v" in answer("graph", "x*y", "--v", "2,1", "--format", "plain").splitlines()


def test_the_product_from_python():
    r = package.calculate("graph", "x*y", at={"x": 3, "y": 5}, v={"y": 1, "x": 2})
    assert r.v == [2, 1] and "∇f·v = 13" in str(r)
    r = package.calculate("explain", "x*y", at={"x": 3, "y": 5}, v=[2, 1])
    assert r.hvp == [1, 2] and "∇f·v" in r.text("markdown")


def test_in_the_terminal(answer):
    tree = answer("graph", "x**2", "--at", "x=3").splitlines()
    assert tree[:7] == [
        "x**2",
        "y = 9",
        "└── [pow] v1: x**2 = 9",
        "    └── #1 (x): 3, saved",
        "dy/dx = 6: walk 1",
        "└── <mul> a1: 2*x = 6",
        "    └── #1 (x)",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_both_fit_the_terminal(answer, monkeypatch, width):
    """Side by side where there is room."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = answer("graph", "x*sin(x)", "--both").splitlines()
    assert max(map(len, lines)) <= width
    heads = [line for line in lines if "create_graph=False" in line and "the walk" not in line]
    assert ("create_graph=True" in heads[0]) == (width >= 80)


def test_nothing_but_ascii_where_stdout_has_no_more(answer, monkeypatch):
    monkeypatch.setattr("hodiff.calculator.answer.stdout_encoding", lambda: "ascii")
    monkeypatch.setattr("hodiff.calculator.tables.stdout_encoding", lambda: "ascii")
    assert answer("graph", "x*y*sin(x)", "--both").isascii()


def test_for_scripts(plain, answer):
    assert plain("graph", "x**2") == "x\tv1\nv1\ty\nx\ta1\na1\tdy_dx"
    rows = list(csv.DictReader(io.StringIO(answer("graph", "x**2", "--format", "csv", "--both"))))
    assert [row["node"] for row in rows if row["create_graph"] == "False"] == [
        "x", "v1", "y", "dy_dx",
    ]  # fmt: skip
    assert [row["formula"] for row in rows if row["operation"] == "mul"] == ["2*x"]


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        (("[x, y]",), "usage", "needs one number"),
        (("x*y", "--order", "2"), "usage", "--wrt x, or multiply the Hessian by a vector, --v 1,0"),
        (("x*y", "--order", "3"), "usage", "--wrt x"),
        (("sum(w)", "--at", "w=[1,2,3]", "--order", "2"), "usage", "--v 1,0,0 for its first row"),
        (("sum(w)", "--at", f"w={[1] * 50}", "--order", "2"), "usage", "--v @v.npy"),
        (("x*y", "--v", "1,2", "--order", "3"), "usage", "leave out --order"),
        (("[x, y]", "--v", "1,2"), "usage", "needs one number"),
        (("x", "--order", "21"), "limit", "20 at most"),
        (("x**x**x", "--order", "20"), "limit", "lower order"),
        (("abs(x)", "--at", "x=0"), "kink", "--subgradient"),
        (("x", "--out", "g.pdf"), "usage", ".svg, .png"),
        (("x", "--out", "g"), "usage", ".svg, .png"),
        (("sin(x)*exp(x)/x", "--order", "8", "--format", "svg"), "limit", "--format json"),
        (("x", "--out", "nowhere/g.dot"), "usage", "make the folder"),
        (("-", "--out", "g.dot"), "usage", "one expression"),
        (("x", "--format", "latex"), "usage", "svg"),
    ],
)
def test_refusals_name_the_mend(hodiff, tmp_path, monkeypatch, line, kind, said):
    monkeypatch.chdir(tmp_path)
    wanted = [] if "--format" in line else ["--format", "json"]
    ran = hodiff("graph", *line, *wanted)
    assert ran.code == (1 if kind == "kink" else 2) and said in ran.err
    if wanted:
        assert json.loads(ran.out)["error"]["kind"] == kind
    assert list(tmp_path.iterdir()) == []


def test_a_wide_tree_is_cut_and_says_so(answer):
    text = answer("graph", "exp(sin(x))*log(1+x**2)", "--order", "7")
    assert len(text.splitlines()) < 330 and "--format json" in text


def test_long_arrays_are_brief_for_people_alone(answer, found):
    line = ("graph", "sum(w)", "--at", f"w={[1] * 50}")
    assert "[1, 1, 1, ...] (50 numbers)" in answer(*line)
    assert len(answer(*line, "--format", "csv").splitlines()[1]) > 50 * 3
    (graph,) = found(*line)["graphs"]
    assert named(graph)["w"]["value"] == [1] * 50


def test_from_python():
    r = package.calculate("graph", "x**2", create_graph="both", at={"x": 2})
    assert [g["create_graph"] for g in r.graphs] == [False, True]
    assert "dy/dx = 4" in str(r) and r.text("dot").startswith("digraph")
    assert r._repr_svg_().startswith("<svg") and r._repr_html_() is None
    with pytest.raises(AttributeError, match="in to_dict"):
        _ = package.calculate("graph", "x**2").formulas
    with pytest.raises(HodiffError, match="create_graph is True"):
        package.calculate("graph", "x", create_graph="maybe")
    with pytest.raises(HodiffError, match="--out is text"):
        package.calculate("graph", "x", out=3)


def test_nothing_is_brought_that_is_not_drawn():
    """What other commands and other formats don't need; igraph is for pictures alone."""
    program = (
        "import sys; from hodiff.cli import outcome;"
        "outcome({!r}); print([x for x in ('hodiff.views.diagram', 'hodiff.calculator.walks',"
        " 'hodiff.views.diagram.svg', 'igraph', 'rich') if x in sys.modules])"
    )

    def brought(*line):
        text = program.format(list(line))
        ran = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
        return ast.literal_eval(ran.stdout)

    assert brought("grad", "x**2", "--format", "plain") == []
    assert brought("graph", "x**2", "--format", "dot") == [
        "hodiff.views.diagram", "hodiff.calculator.walks"
    ]  # fmt: skip
