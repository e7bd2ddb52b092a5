"""Where the nodes of a drawing go: by Graphviz where it is there, else by igraph.

Both lay a graph out in layers by Sugiyama's method. igraph (extra `graph`) is one wheel with its C
core inside, without dependencies of weight, and under steady development; grandalf, the other one
in Python, has had no release since 2023, and networkx's multipartite layout crosses edges freely.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from hodiff.errors import HodiffError

GAP = 26.0  # points between nodes of a layer
LAYERS = 40.0  # and between layers
SECONDS = 20.0  # that Graphviz gets
INCH = 72.0
NONE = (
    "a picture needs a layout: install Graphviz (apt install graphviz), or"
    " pip install 'hodiff[graph]'; --out g.dot and g.mermaid need nothing"
)

Point = tuple[float, float]
Size = tuple[float, float]


class Layout(NamedTuple):
    """places: the middle of each node. routes: of each edge a start and curves, three points each,
    as SVG's C has them. y grows downward."""

    width: float
    height: float
    places: Mapping[str, Point]
    routes: Mapping[tuple[str, str], Sequence[Point]]


def layout(sizes: Mapping[str, Size], edges: Sequence[tuple[str, str]]) -> Layout:
    """A layered layout of nodes of these sizes.

    Raises HodiffError where there is neither Graphviz nor igraph.
    """
    program = graphviz()
    found = _by_graphviz(program, sizes, edges) if program else None
    return found or _by_igraph(sizes, edges)


def graphviz() -> str | None:
    """Graphviz's program, if there is one."""
    return shutil.which("dot")


def rendered(text: str, form: str) -> bytes:
    """What Graphviz makes of a text: png, svg. Raises HodiffError where there is none."""
    program = graphviz()
    if program is None:
        raise HodiffError(
            "usage",
            f"a {form} needs Graphviz, which isn't here: apt install graphviz, or take --out g.svg",
            source="--out",
        )
    return _run(program, text, form)


def _run(program: str, text: str, form: str) -> bytes:
    try:
        done = subprocess.run(
            [program, f"-T{form}"], input=text.encode(), capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        message = f"Graphviz takes over {SECONDS:.0f} s for this graph: take a lower --order"
        raise HodiffError("limit", message, source="--out") from None
    except OSError as fault:
        raise HodiffError("usage", f"'{program}' doesn't run: {fault}", source="--out") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0][:200]
        raise HodiffError("usage", f"Graphviz failed: {said}", source="--out")
    return done.stdout


def _by_graphviz(
    program: str, sizes: Mapping[str, Size], edges: Sequence[tuple[str, str]]
) -> Layout | None:
    ids = {name: f"n{i}" for i, name in enumerate(sizes)}
    lines = ["digraph {", f"graph [nodesep={GAP / INCH:.3f}, ranksep={LAYERS / INCH:.3f}];"]
    lines.append('node [shape=box, fixedsize=true, label=""];')
    for name, (width, height) in sizes.items():
        lines.append(f"{ids[name]} [width={width / INCH:.3f}, height={height / INCH:.3f}];")
    lines += [f"{ids[x]} -> {ids[y]} [arrowhead=none];" for x, y in edges]
    text = _run(program, "\n".join([*lines, "}"]), "plain").decode()
    names = {new: old for old, new in ids.items()}
    places: dict[str, Point] = {}
    routes: dict[tuple[str, str], Sequence[Point]] = {}
    width = height = 0.0
    for line in text.splitlines():
        kind, *words = line.split()
        if kind == "graph":
            width, height = float(words[1]) * INCH, float(words[2]) * INCH
        elif kind == "node":
            places[names[words[0]]] = (float(words[1]) * INCH, height - float(words[2]) * INCH)
        elif kind == "edge":
            numbers = list(map(float, words[3 : 3 + 2 * int(words[2])]))
            points = [
                (a * INCH, height - b * INCH)
                for a, b in zip(numbers[::2], numbers[1::2], strict=True)
            ]
            routes[names[words[0]], names[words[1]]] = points
    return Layout(width, height, places, routes) if places.keys() == sizes.keys() else None


def _by_igraph(sizes: Mapping[str, Size], edges: Sequence[tuple[str, str]]) -> Layout:
    try:
        from igraph import Graph  # start-up: pictures alone need it
    except ImportError:
        raise HodiffError("usage", NONE, source="--out") from None
    numbers = {name: i for i, name in enumerate(sizes)}
    graph = Graph(len(sizes), [(numbers[x], numbers[y]) for x, y in edges], directed=True)
    across = max(width for width, _ in sizes.values()) + GAP
    down = max(height for _, height in sizes.values()) + LAYERS
    found = graph.layout_sugiyama(hgap=across, vgap=down)
    middle = dict(zip(sizes, map(tuple, found.coords), strict=True))
    half: dict[float, float] = {}  # of the highest node of each layer
    for name, (_, y) in middle.items():
        half[y] = max(half.get(y, 0.0), sizes[name][1] / 2)
    routes: dict[tuple[str, str], Sequence[Point]] = {}
    for (x, y), between in zip(edges, found.edge_routing, strict=True):
        (a, b), (c, d) = middle[x], middle[y]
        way = [(a, b + sizes[x][1] / 2), (a, b + half[b])]
        for p, q in between:
            way += [(p, q - half[q]), (p, q + half[q])]
        way += [(c, d - half[d]), (c, d - sizes[y][1] / 2)]
        routes[x, y] = _curved(way)
    return _moved(sizes, middle, routes)


def _curved(way: Sequence[Point]) -> list[Point]:
    """A way as curves that begin and end upright: past what stands in a layer straight on."""
    found = [way[0]]
    for (a, b), (c, d) in pairwise(way):
        if (a, b) != (c, d):
            middle = (b + d) / 2
            found += [(a, middle), (c, middle), (c, d)]
    return found


def _moved(
    sizes: Mapping[str, Size],
    places: Mapping[str, Point],
    routes: Mapping[tuple[str, str], Sequence[Point]],
) -> Layout:
    """All of it, so that it begins at 0."""
    turns = [point for route in routes.values() for point in route]
    xs = [places[x][0] + side * width / 2 for x, (width, _) in sizes.items() for side in (-1, 1)]
    ys = [places[x][1] + side * high / 2 for x, (_, high) in sizes.items() for side in (-1, 1)]
    xs += [x for x, _ in turns]
    left, top = min(xs), min(ys)
    return Layout(
        max(xs) - left,
        max(ys) - top,
        {name: (x - left, y - top) for name, (x, y) in places.items()},
        {edge: [(x - left, y - top) for x, y in route] for edge, route in routes.items()},
    )
