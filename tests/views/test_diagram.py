"""Pictures of graphs: parsed, not compared by their looks."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import hodiff as package
from hodiff.errors import HodiffError
from hodiff.views.diagram import layout
from hodiff.views.diagram.dot import quoted
from hodiff.views.diagram.look import LOOKS
from hodiff.views.diagram.mermaid import escaped

SVG = "{http://www.w3.org/2000/svg}"

# A Graphviz for tests: each node in a row of its own, each edge a straight line.
DOT = """#!{python}
import re, sys
text = sys.stdin.read()
if "-Tplain" not in sys.argv:
    print("drawn", len(text))
    raise SystemExit
nodes = re.findall(r"^(n[0-9]+) [[]width=([0-9.]+), height=([0-9.]+)", text, re.M)
edges = re.findall(r"^(n[0-9]+) -> (n[0-9]+)", text, re.M)
high = 2.0 * len(nodes)
print("graph 1", 5.0, high)
places = {{name: (2.5, high - 2.0 * i - 1) for i, (name, _, _) in enumerate(nodes)}}
for name, width, height in nodes:
    print("node", name, *places[name], width, height, "x solid box black white")
for a, b in edges:
    (x, y), (u, v) = places[a], places[b]
    print("edge", a, b, 4, x, y - 0.3, x, y - 0.5, u, v + 0.5, u, v + 0.3, "solid black")
print("stop")
"""


@pytest.fixture(params=["igraph", "graphviz"])
def laid_out(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With either layout, whatever this machine has."""
    if request.param == "igraph":
        pytest.importorskip("igraph")
        monkeypatch.setattr(layout, "graphviz", lambda: None)
    else:
        program(tmp_path, monkeypatch, DOT.format(python=sys.executable))


def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    dot = tmp_path / "bin" / "dot"
    dot.parent.mkdir()
    dot.write_text(text)
    dot.chmod(dot.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(dot.parent))


def drawn(text: str, style: str = "svg", **options: Any) -> str:
    return package.calculate("graph", text, **options).text(style)


def diagrams(picture: ET.Element) -> dict[str, ET.Element]:
    found = picture.iter(f"{SVG}g")
    return {g.get("data-create-graph", ""): g for g in found if g.get("class") == "diagram"}


def nodes(diagram: ET.Element) -> dict[str, ET.Element]:
    return {g.get("data-node", ""): g for g in diagram.iter(f"{SVG}g") if g.get("data-node")}


def edges(diagram: ET.Element) -> set[tuple[str | None, str | None]]:
    found = [g for g in diagram.iter(f"{SVG}g") if g.get("class") == "edge"]
    return {(g.get("data-from"), g.get("data-to")) for g in found}


def texts(node: ET.Element) -> list[str]:
    return [str(x.text) for x in node.iter(f"{SVG}text")]


def box(node: ET.Element) -> tuple[float, float, float, float]:
    """Left, right, top, bottom of a node's shape."""
    shape = next(x for x in node if x.get("class") == "shape")
    at = {name: float(x) for name, x in shape.items() if name in ("cx", "cy", "rx", "ry", "x", "y",
                                                                "width", "height")}  # fmt: skip
    if shape.tag == f"{SVG}ellipse":
        return at["cx"] - at["rx"], at["cx"] + at["rx"], at["cy"] - at["ry"], at["cy"] + at["ry"]
    if shape.tag == f"{SVG}rect":
        return at["x"], at["x"] + at["width"], at["y"], at["y"] + at["height"]
    points = [tuple(map(float, p.split(","))) for p in shape.get("points", "").split()]
    xs, ys = zip(*points, strict=True)
    return min(xs), max(xs), min(ys), max(ys)


def test_the_lesson_in_a_picture(laid_out: None) -> None:
    picture = ET.fromstring(drawn("x**2", create_graph="both"))
    found = diagrams(picture)
    forward = {("x", "v1"), ("v1", "y")}
    assert edges(found["False"]) == forward
    assert edges(found["True"]) == forward | {("x", "a1"), ("a1", "dy_dx")}
    kept, detached = nodes(found["True"]), nodes(found["False"])
    assert kept.keys() == {"x", "v1", "y", "a1", "dy_dx"}
    assert detached.keys() == {"x", "v1", "y", "dy_dx"}
    assert texts(kept["v1"]) == ["pow", "v1 = x**2"] and texts(kept["a1"]) == ["mul", "a1 = 2*x"]
    assert texts(detached["dy_dx"]) == ["dy/dx", "= 2*x", "no graph"]
    assert {"saved", "shared"} <= set(kept["x"].get("class", "").split())
    assert "shared" not in detached["x"].get("class", "")
    assert "create_graph=False" in texts(found["False"])
    assert picture.get("role") == "img" and "5 nodes, 4 edges" in picture.get("aria-label", "")


def test_walks_are_told_apart_without_colour(laid_out: None) -> None:
    found = nodes(ET.fromstring(drawn("sin(x)**2", order=3)))
    shapes: dict[str, set[Any]] = {}
    for node in found.values():
        kind, walk = node.get("class", "").split()[1:3]
        if kind == "operation":
            shape = next(x for x in node if x.get("class") == "shape")
            n = len(shape.get("points", "").split())
            shapes.setdefault(walk, set()).add((shape.tag, n))
    assert shapes.keys() == {"walk0", "walk1", "walk2", "walk3"}
    assert all(len(x) == 1 for x in shapes.values())
    assert len({*map(frozenset, shapes.values())}) == 4
    assert len({look.colour for look in LOOKS}) == len({look.shape for look in LOOKS}) == len(LOOKS)


def test_the_product_with_v_is_told_apart(laid_out: None) -> None:
    """By its shape, in colour and in words, in every picture."""
    options = {"v": "2,1", "at": "x=3,y=5"}
    picture = ET.fromstring(drawn("x**2*y", **options))
    found = {}
    for node in nodes(picture).values():
        kind, walk = node.get("class", "").split()[1:3]
        shape = next(x for x in node if x.get("class") == "shape")
        if kind == "operation":
            found.setdefault(walk, set()).add((shape.tag, len(shape.get("points", "").split())))
    assert found.keys() == {"walk0", "walk1", "product", "walk2"}
    assert len({*map(frozenset, found.values())}) == 4
    style = "".join(x.text or "" for x in picture.iter(f"{SVG}style"))
    assert re.search(r"\.product \.shape { fill: #\w{6}; }", style.partition("@media")[2])
    legend = next(g for g in picture.iter(f"{SVG}g") if g.get("class") == "legend")
    assert "of the product with v" in texts(legend)
    assert "f = x**2*y, v = [2, 1]" in texts(picture)
    mermaid, dot = drawn("x**2*y", "mermaid", **options), drawn("x**2*y", "dot", **options)
    product = re.findall(r'(\S)"\w+<br>p\d #61; .*"(.)\]:::product$', mermaid, re.M)
    assert product == [("\\", "/")] * 3 and "classDef product " in mermaid
    assert dot.count("shape=invtrapezium") == 3 and "∇f·v" in dot
    assert "<td>product</td>" in drawn("x**2*y", "html", **options)


def test_every_walk_has_its_colours(laid_out: None) -> None:
    picture = ET.fromstring(drawn("exp(x)*x", order=6))
    style = "".join(x.text or "" for x in picture.iter(f"{SVG}style"))
    for node in nodes(picture).values():
        assert f".{node.get('class', '').split()[2]} .shape {{ fill" in style


def test_a_graph_in_several_parts() -> None:
    """Each line goes down, whatever else there is."""
    pytest.importorskip("igraph")
    edges = [("x", "a"), ("y", "b"), ("a", "c"), ("b", "c"), ("y", "d"), ("d", "e"), ("a", "e"),
             ("x", "f"), ("b", "f"), ("f", "g"), ("g", "h"), ("e", "i"), ("h", "i"), ("x", "i"),
             ("p", "q"), ("q", "r"), ("p", "r")]  # fmt: skip
    names = list(dict.fromkeys(x for edge in edges for x in edge))
    sizes = {name: (40.0, 20.0) for name in [*names, "alone", "other"]}
    found = layout._by_igraph(sizes, edges)
    assert found.places.keys() == sizes.keys()
    for (a, b), route in found.routes.items():
        heights = [y for _, y in route]
        assert heights == sorted(heights)
        assert route[0] == pytest.approx((found.places[a][0], found.places[a][1] + 10))
        assert route[-1] == pytest.approx((found.places[b][0], found.places[b][1] - 10))
    boxes = [(x - 20, x + 20, y - 10, y + 10) for x, y in found.places.values()]
    for (a, b, c, d), (e, f, g, h) in combinations(boxes, 2):
        assert b <= e or f <= a or d <= g or h <= c


@pytest.mark.parametrize("text", ["exp(x)*log(1 + x**2)", "x*y*z + sin(x*y)/z", "x*x", "x + x*1e9"])
def test_no_two_nodes_overlap_and_all_is_inside(laid_out: None, text: str) -> None:
    picture = ET.fromstring(drawn(text, at={"x": 1, "y": 2, "z": 3} if "z" in text else {"x": 1}))
    boxes = [box(node) for node in nodes(picture).values()]
    assert len(boxes) > 3
    for (a, b, c, d), (e, f, g, h) in combinations(boxes, 2):
        assert b <= e or f <= a or d <= g or h <= c
    width, height = float(picture.get("width", "")), float(picture.get("height", ""))
    assert max(b - a for a, b, _, _ in boxes) < width
    assert max(d for *_, d in boxes) - min(c for _, _, c, _ in boxes) < height


def test_edges_go_from_node_to_node(laid_out: None) -> None:
    """A line leaves at the edge of one shape and its arrow ends at that of the other."""
    picture = ET.fromstring(drawn("sin(x)*exp(x)"))
    found = {name: box(node) for name, node in nodes(picture).items()}
    arrows = [g for g in picture.iter(f"{SVG}g") if g.get("class") == "edge"]
    assert len(arrows) > 5
    for arrow in arrows:
        path, head = arrow.find(f"{SVG}path"), arrow.find(f"{SVG}polygon")
        assert path is not None and head is not None
        start = list(map(float, re.findall(r"-?[\d.]+", path.get("d", ""))[:2]))
        end = list(map(float, head.get("points", "").split()[0].split(",")))
        for (x, y), name in ((start, arrow.get("data-from")), (end, arrow.get("data-to"))):
            left, right, top, bottom = found[str(name)]
            assert left <= x <= right and top - 60 <= y <= bottom + 60


def test_a_picture_needs_nothing_from_elsewhere(laid_out: None) -> None:
    for style in ("svg", "html"):
        text = drawn("sin(x)**2", style, create_graph="both")
        assert set(re.findall(r"https?://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}
        assert "<script" not in text and "prefers-color-scheme: dark" in text


def test_no_digit_of_a_value_is_cut(laid_out: None) -> None:
    """An exponent may follow it."""
    at = {"x": "-100"}
    value = package.calculate("value", "exp(x)/3", at=at, digits=60).value
    picture = ET.fromstring(package.calculate("graph", "exp(x)/3", at=at, digits=60).text("svg"))
    shown = "".join(texts(nodes(picture)["y"])[1:]).removeprefix("= ")
    assert shown == value and "e-" in shown


NASTY = "x<1>&\"'\\]}#;--%{|"


def test_names_and_texts_are_escaped() -> None:
    root = ET.fromstring(f"<t a={layout_attribute(NASTY)}>{layout_text(NASTY)}</t>")
    assert root.text == root.get("a") == NASTY
    assert re.fullmatch(r'"([^"\\]|\\.)*"', quoted(NASTY))
    assert not set(escaped(NASTY)) & set("<>&\"'\\]}{|%-")


def layout_attribute(text: str) -> str:
    from hodiff.views.diagram.svg import _attribute

    return _attribute(text)


def layout_text(text: str) -> str:
    from hodiff.views.diagram.svg import _text

    return _text(text)


def test_an_expression_with_signs_of_markup(laid_out: None) -> None:
    text = "where(x < 1 and x > 0, x, 2)"
    picture = ET.fromstring(drawn(text))
    assert ["lt", "v1 = x < 1"] in [texts(node)[:2] for node in nodes(picture).values()]
    assert "&lt; 1" in drawn(text, "html")


@pytest.mark.parametrize("create_graph", [True, False, "both"])
def test_dot(create_graph: Any) -> None:
    """Every line is a statement of Graphviz's, and every edge is between nodes."""
    text = drawn("where(x < 1, x*x, 2)", "dot", create_graph=create_graph)
    name = r'"g\d_\w+"'
    field = r'\w+=("([^"\\]|\\.)*"|[\w.]+)'
    node = rf"({name}|node|edge|graph) \[{field}(, {field})*\];"
    line = rf'{node}|{name} -> {name}( \[label="2x"\])?;|subgraph cluster_\d {{|}}'
    line += rf"|digraph hodiff {{|{field}(; {field})*;"
    for statement in text.splitlines():
        assert re.fullmatch(line, statement.strip()), statement
    there = set(re.findall(rf"({name}) \[label", text))
    ends = re.findall(rf"({name}) -> ({name})", text)
    assert ends and {x for pair in ends for x in pair} <= there
    assert text.count("{") == text.count("}")


@pytest.mark.skipif(not shutil.which("dot"), reason="needs Graphviz")
@pytest.mark.parametrize("create_graph", [True, "both"])
def test_graphviz_reads_it(create_graph: Any) -> None:
    result = package.calculate("graph", "where(x < 1, x*x, 2)", create_graph=create_graph, at="x=0")
    ran = subprocess.run(
        ["dot", "-Tsvg"], input=result.text("dot"), capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    kinds = [g.get("class") for g in ET.fromstring(ran.stdout).iter(f"{SVG}g")]
    assert kinds.count("node") == sum(len(g["nodes"]) for g in result.graphs)
    assert kinds.count("edge") == sum(len({*map(tuple, g["edges"])}) for g in result.graphs)
    assert "v1 = x &lt; 1" in ran.stdout


def test_mermaid() -> None:
    text = drawn("x*x", "mermaid", create_graph="both")
    assert text.startswith("flowchart LR\n") and text.index("False") < text.index("True")
    there = set(re.findall(r"^ +(g\dn\d+)[({\[]", text, re.M))
    ends = re.findall(r"^ +(g\dn\d+) -->(?:\|2x\|)? (g\dn\d+)$", text, re.M)
    assert {x for pair in ends for x in pair} <= there and len(there) == 9
    classes = set(re.findall(r":::(\w+)", text))
    assert classes == set(re.findall(r"classDef (\w+) ", text))


@pytest.mark.parametrize("kind", ["svg", "dot", "gv", "mermaid", "mmd", "html", "png"])
def test_files(
    hodiff: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    program(tmp_path, monkeypatch, DOT.format(python=sys.executable))
    path = tmp_path / f"g.{kind.upper()}"
    path.write_text("as it was")
    ran = hodiff("graph", "x**2", "--both", "--out", str(path))
    assert (ran.code, ran.err) == (0, "") and "5 nodes, 4 edges" in ran.out
    text = path.read_text()
    assert "as it was" not in text and len(text) > 8
    if kind == "png":
        assert text.startswith("drawn")
    assert sorted(x.name for x in tmp_path.iterdir()) == ["bin", path.name]


def test_a_path_in_python(tmp_path: Path) -> None:
    assert package.calculate("graph", "x", out=tmp_path / "g.dot").out == str(tmp_path / "g.dot")
    assert (tmp_path / "g.dot").read_text().startswith("digraph")


def test_a_folder_is_no_file(hodiff: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "g.dot").mkdir()
    ran = hodiff("graph", "x", "--out", str(tmp_path / "g.dot"))
    assert ran.code == 2 and "can't be written: it is a folder" in ran.err
    assert [x.name for x in tmp_path.iterdir()] == ["g.dot"]


def test_a_tensor_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("igraph")
    x = package.tensor([1.0, 2.0], requires_grad=True)
    y = (x**2).sum()
    (slope,) = package.grad(y, x, create_graph=True)
    found = nodes(ET.fromstring(y._repr_svg_()))
    assert [texts(node)[0] for node in found.values()] == ["leaf1", "pow", "sum", "y"]
    walks = [
        node.get("class", "").split()[2]
        for node in nodes(ET.fromstring(slope._repr_svg_())).values()
    ]
    assert "walk1" in walks and walks[0] == "walk0"
    z = package.variable("z")
    assert {"z", "v1", "y"} == nodes(ET.fromstring((z * 2)._repr_svg_())).keys()
    assert x._repr_svg_() is None and z._repr_svg_() is None  # nothing to draw
    long = x
    for _ in range(300):
        long = long.sin()
    assert long._repr_svg_() is None
    monkeypatch.setitem(sys.modules, "igraph", None)
    monkeypatch.setattr(layout, "graphviz", lambda: None)
    assert y._repr_svg_() is None


def test_without_a_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(HodiffError, match=r"install Graphviz.*'igraph>="):
        drawn("x**2")
    assert "digraph" in drawn("x**2", "dot") and "flowchart" in drawn("x**2", "mermaid")
    with pytest.raises(HodiffError, match=r"needs Graphviz.*--out g\.svg"):
        package.calculate("graph", "x", out=str(tmp_path / "g.png"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"), [("#!/bin/sh\necho broken >&2; exit 3\n", "Graphviz failed: broken"),
                       ("#!/nowhere/at/all\n", "doesn't run")],
)  # fmt: skip
def test_a_graphviz_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    program(tmp_path, monkeypatch, text)
    with pytest.raises(HodiffError, match=said):
        drawn("x**2")
